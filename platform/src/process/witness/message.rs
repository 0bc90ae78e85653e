//! What the wrapper and its witness say to each other, through a pair of sockets: orders of nine bytes, messages of
//! sixteen.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::sighting::Sighting;
use crate::deadline::Deadline;
use crate::process::signals::arrival::{Arrival, Sender};
use crate::process::signals::signal::Signal;

/// What the witness is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Report what is pending, and then answer.
    Answer,
    /// From now on, continue the wrapper when the job goes on, or if it does not, at this moment.
    Watch(Duration),
    /// No longer.
    Rest,
}

impl Order {
    pub(super) const LENGTH: usize = 9;

    pub(super) fn encode(self) -> [u8; Self::LENGTH] {
        let (kind, moment) = match self {
            Self::Answer => (b'?', Duration::ZERO),
            Self::Watch(until) => (b'w', until),
            Self::Rest => (b'r', Duration::ZERO),
        };
        let mut bytes = [kind; Self::LENGTH];
        // What is farther than 584 years is never.
        let moment = u64::try_from(moment.as_nanos()).unwrap_or(u64::MAX);
        bytes[1..].copy_from_slice(&moment.to_ne_bytes());
        bytes
    }

    pub(super) fn decode(bytes: [u8; Self::LENGTH]) -> Self {
        let [kind, moment @ ..] = bytes;
        match kind {
            b'?' => Self::Answer,
            b'w' => Self::Watch(Duration::from_nanos(u64::from_ne_bytes(moment))),
            _ => Self::Rest,
        }
    }
}

/// Whether there is something to read, before the deadline.
pub(in crate::process) fn is_readable(link: &UnixStream, until: Deadline) -> io::Result<bool> {
    let mut wanted = libc::pollfd { fd: link.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // A started millisecond counts, so that nobody asks again and again in the last one.
    let milliseconds =
        until.remaining().as_micros().div_ceil(1000).min(i32::MAX as u128) as libc::c_int;
    // SAFETY: one struct, alive during the call.
    match unsafe { libc::poll(&raw mut wanted, 1, milliseconds) } {
        -1 => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            error => Err(error),
        },
        count => Ok(count > 0),
    }
}

/// What the witness says.
pub(super) enum Message {
    Sighting(Sighting),
    Answer,
}

impl Message {
    pub(super) const LENGTH: usize = 16;

    /// The signal's number, 0 for an answer; the sender's process id, or one of two numbers below; the time.
    pub(super) fn encode(&self) -> [u8; Self::LENGTH] {
        let (signal, sender, at) = match self {
            Self::Answer => (0, 0, Duration::ZERO),
            Self::Sighting(Sighting { arrival: Arrival { signal, sender }, at }) => {
                let sender = match sender {
                    Sender::Process(pid) => *pid,
                    Sender::Kernel => -1,
                    Sender::Unknown => -2,
                };
                (*signal, sender, *at)
            }
        };
        let mut bytes = [0; Self::LENGTH];
        bytes[..4].copy_from_slice(&signal.to_ne_bytes());
        bytes[4..8].copy_from_slice(&sender.to_ne_bytes());
        bytes[8..].copy_from_slice(&(at.as_nanos() as u64).to_ne_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8; Self::LENGTH]) -> Self {
        let (mut word, mut time) = ([0; 4], [0; 8]);
        word.copy_from_slice(&bytes[..4]);
        let signal = Signal::from_ne_bytes(word);
        word.copy_from_slice(&bytes[4..8]);
        let sender = match i32::from_ne_bytes(word) {
            -1 => Sender::Kernel,
            -2 => Sender::Unknown,
            pid => Sender::Process(pid),
        };
        time.copy_from_slice(&bytes[8..]);
        let at = Duration::from_nanos(u64::from_ne_bytes(time));
        if signal == 0 {
            Self::Answer
        } else {
            Self::Sighting(Sighting { arrival: Arrival { signal, sender }, at })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_arrives_as_it_was_given() {
        let soon = Duration::from_nanos(123_456_789_012);
        for order in [Order::Answer, Order::Rest, Order::Watch(soon), Order::Watch(Duration::ZERO)]
        {
            assert_eq!(Order::decode(order.encode()), order);
        }
        let never = Order::decode(Order::Watch(Duration::MAX).encode());
        assert_eq!(never, Order::Watch(Duration::from_nanos(u64::MAX)));
    }

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        for sender in [Sender::Kernel, Sender::Unknown, Sender::Process(0), Sender::Process(4711)] {
            let sighting = Sighting {
                arrival: Arrival { signal: 64, sender },
                at: Duration::from_nanos(123_456_789_012),
            };
            match Message::decode(&Message::Sighting(sighting).encode()) {
                Message::Sighting(seen) => assert_eq!(seen, sighting),
                Message::Answer => panic!("an answer"),
            }
        }
        assert!(matches!(Message::decode(&Message::Answer.encode()), Message::Answer));
    }
}
