//! What holds on Linux, or can be seen there only: by /proc, by seccomp(2).

#[allow(dead_code, reason = "for the other systems")]
mod none;

use crate::support::Test;

cfg_if::cfg_if! {
    if #[cfg(target_os = "linux")] {
        mod contract;
        mod descriptors;
        mod interruption;
        mod signals;
        mod time_limit;
        mod timer;
    } else {
        use none as contract;
        use none as descriptors;
        use none as interruption;
        use none as signals;
        use none as time_limit;
        use none as timer;
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(target_os = "linux", target_pointer_width = "64"))] {
        mod refused;
    } else {
        use none as refused;
    }
}

pub(crate) fn tests() -> Vec<Test> {
    let tests = [
        contract::tests(),
        descriptors::tests(),
        refused::tests(),
        signals::tests(),
        interruption::tests(),
        time_limit::tests(),
        timer::tests(),
    ];
    tests.into_iter().flatten().collect()
}
