//! Lock files behind mounts that are seen in a namespace of their own only.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "support/complaint.rs"]
mod complaint;
#[path = "support/private.rs"]
mod private;
mod support;

use std::process::Output;

use complaint::{assert_complains, assert_silent};
use private::with_mounts;
use support::Scratch;

/// A place where anybody may exchange the directory, which is mounted so that it seems to lie in itself.
const IN_ITSELF: &str =
    "mkdir -m 0777 open; mkdir -p open/home/a open/home/b; mount --bind open/home open/home/a; ";

fn mounted_in_itself(scratch: &Scratch, then: &str) -> Option<Output> {
    let output = with_mounts(scratch, &format!("{IN_ITSELF} {then}"));
    std::fs::remove_dir_all(scratch.join("open")).ok();
    output
}

#[test]
fn a_directory_that_is_mounted_in_itself_does_not_hide_what_lies_above_it() {
    let scratch = Scratch::new();
    let open = scratch.join("open");
    let because = format!("because {} is writable by others", open.display());
    // The absolute path is refused, and so is a relative one from wherever on it, be it mounted once or more often.
    let again = "mount --bind open/home open/home/a/b; ";
    for place in ["open/home", "open/home/a", "open/home/a/b"] {
        for more in ["", again] {
            let absolute = format!("{more} W \"$PWD/{place}/lock\" echo ran");
            let relative = format!("{more} cd {place}; W lock echo ran");
            for script in [absolute, relative] {
                let Some(output) = mounted_in_itself(&scratch, &script) else { return };
                assert_complains(&script, &output, 3, &["refused", &because]);
            }
        }
    }
}

#[test]
fn a_root_that_is_mounted_in_itself_is_no_reason_to_search_for_ever() {
    let scratch = Scratch::new();
    let script = "mkdir -m 0755 root; mount --bind / root; cd root; W withlock-test-$$ true";
    let Some(output) = with_mounts(&scratch, script) else { return };
    assert_silent("root", &output, 0);
}
