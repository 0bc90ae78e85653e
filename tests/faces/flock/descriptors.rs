//! Descriptors that a shell has opened.

use crate::faces::case::{Case, script};

pub const CASES: &[Case] = &[
    script("descriptor-opened-for-writing", "exec 9>lock; flock 9; echo $?"),
    script("descriptor-opened-for-appending", "exec 9>>lock; flock -x 9; echo $?"),
    script(
        "descriptor-opened-for-reading",
        "echo text >lock; exec 9<lock; flock 9; echo $?; flock -s 9; echo $?",
    ),
    script("descriptor-opened-for-both", "exec 4<>lock; flock -n 4; echo $?"),
    script("descriptor-of-a-directory", "exec 9<.; flock -n 9; echo $?"),
    script("descriptor-of-a-pipe", "echo text | flock 0; echo $?"),
    script(
        "descriptor-0",
        "exec 0<>lock; flock -n 0; echo $?; ../peer/flock -n lock true; echo $?",
    ),
    script("descriptor-1", "flock -n 1 >lock; echo $?"),
    script(
        "descriptor-with-zeros",
        "exec 9>lock; flock -n 009; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-with-a-sign",
        "exec 9>lock; flock -n +9; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-with-a-blank-before",
        "exec 9>lock; flock -n ' 9'; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-and-end-of-options",
        "exec 9>lock; flock -n -- 9; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-of-two-digits",
        "flock -n 3 3>lock; bash -c 'exec 200>lock; flock -n 200; echo $?; ../peer/flock -n lock true; echo $?'",
    ),
    script("descriptor-closed-by-the-shell", "exec 9>lock; exec 9>&-; flock -n 9; echo $?")
        .names(&["9"]),
    script(
        "descriptor-keeps-the-lock",
        "exec 9>lock; flock 9; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-is-closed-and-free",
        "exec 9>lock; flock 9; exec 9>&-; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-of-a-subshell",
        "( flock 9; ../peer/flock -n lock echo ran; echo $? ) 9>lock; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-unlocked",
        "exec 9>lock; flock 9; flock -u 9; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-unlocked-twice",
        "exec 9>lock; flock -u 9; echo $?; flock --unlock 9; echo $?",
    ),
    script(
        "descriptor-unlocked-without-waiting",
        "exec 9>lock; flock 9; flock -u -n 9; echo $?; flock -un -w 0 9; echo $?",
    ),
    script("descriptor-locked-twice", "exec 9>lock; flock 9; flock -n 9; echo $?"),
    script(
        "descriptor-locked-through-a-copy",
        "exec 9>lock; flock 9; exec 8>&9; flock -n 8; echo $?; exec 9>&-; ../peer/flock -n lock echo ran; echo $?; flock -u 8; ../peer/flock -n lock echo ran",
    ),
    script("descriptors-of-two-openings", "exec 9>lock 8>lock; flock 9; flock -n 8; echo $?"),
    script(
        "descriptor-downgraded",
        "exec 9>lock; flock 9; flock -s -n 9; echo $?; ../peer/flock -s -n lock echo ran; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-upgraded",
        "exec 9>lock; flock -s 9; flock -n 9; echo $?; ../peer/flock -s -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-not-upgraded",
        "exec 9>lock 8>lock; flock -s 9; ../peer/flock -s 8; flock -n -E 5 9; echo $?; exec 8>&-; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-busy",
        "exec 9>lock; flock -n 9; echo $?; flock -w 0.01 9; echo $?; flock -w 0 -E 7 9; echo $?",
    )
    .while_held(&[]),
    script("descriptor-busy-for-readers", "exec 9>lock; flock -sn 9; echo $?").while_held(&[]),
    script("descriptor-beside-readers", "exec 9>lock; flock -n 9; echo $?; flock -sn 9; echo $?")
        .while_held(&["-s"]),
    script(
        "descriptor-unlocked-while-another-has-it",
        "exec 9>lock; flock -u 9; echo $?; flock -n 9; echo $?",
    )
    .while_held(&[]),
    script(
        "descriptor-with-close",
        "exec 9>lock; flock -o 9; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-with-no-fork",
        "exec 9>lock; flock -F 9; echo $?; ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "descriptor-in-the-background",
        "exec 9>lock; flock 9; sleep 100 & exec 9>&-; ../peer/flock -n lock echo ran; echo $?; kill $!; wait; ../peer/flock -n lock echo ran",
    ),
    script("number-and-a-command-is-a-file", "exec 9>lock; flock 9 echo ran; echo $?"),
    script("number-and-a-command-string-is-a-file", "exec 9>lock; flock 9 -c 'echo ran'; echo $?"),
    script("number-and-an-option-is-a-file", "exec 9>lock; flock 9 -n; echo $?").names(&["-n"]),
    script(
        "number-in-a-variable-that-is-empty",
        "fd=; flock -n \"$fd\"; echo $?; flock -n $fd; echo $?",
    ),
    script(
        "descriptor-lasts-beyond-the-tool",
        "exec 9>lock; (flock 9); ../peer/flock -n lock echo ran; echo $?; exec 9>&-",
    ),
];
