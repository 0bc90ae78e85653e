//! What may happen, and what is asked for.

use super::simulated::{Request, Space, WHOLE};

/// What else may vary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// Anybody may be killed at any moment.
    pub(super) kills: bool,
    /// Who is woken tries again at once, before anybody else gets on.
    pub(super) prompt: bool,
    /// Those who sleep are served in the order in which they fell asleep. Asked for with `prompt` only: where it takes
    /// time to wake up, a newcomer may get between the first sleeper and the second (fs/locks.c).
    pub(super) order: bool,
    /// Nothing is asked but that there is one holder.
    pub(super) only_exclusion: bool,
    /// Every order of all calls is visited, also of those that do not concern each other. Else nobody writes who holds
    /// the lock, and who reads it may find anything.
    pub(super) every_order: bool,
    /// The second lock of a pair is taken only under the first.
    pub(super) second_lock_is_private: bool,
    /// At any moment, the path may lead to another directory from then on.
    pub(super) redirection: bool,
}

impl Rules {
    /// Whether this is the second lock of a pair that nobody meets.
    pub(super) fn is_second(self, request: Request) -> bool {
        self.second_lock_is_private && request.space == Space::Range && request.bytes & WHOLE != 0
    }
}
