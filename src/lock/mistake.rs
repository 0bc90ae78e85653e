//! Mistakes that a locking tool could make. Each is a switch in the code that only the proof has: it shows that the
//! exploration of all orders of events finds what the mistake would lead to. In the program itself, there is none.

/// Whether a mistake is to be made here: never, outside the proof.
#[cfg(not(test))]
macro_rules! mistaken {
    ($mistake:ident) => {
        false
    };
}

/// Whether a mistake is to be made here: if the proof has switched it on, in this thread.
#[cfg(test)]
macro_rules! mistaken {
    ($mistake:ident) => {
        $crate::proof::mistakes::Mistake::$mistake.is_on()
    };
}

pub(crate) use mistaken;
