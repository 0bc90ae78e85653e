//! Links the part of GCC's runtime library that the standard library needs for backtraces into the program, where it is to
//! be had: loading and relocating `libgcc_s.so.1` took each start a tenth of its time.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// As `-l` wants it.
const LIBRARY: &str = "gcc_eh";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    if is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && std::env::var_os("TARGET") == std::env::var_os("HOST")
        && linker_has_library()
    {
        // The program only: what else links the library keeps its own way. All of the archive, as what is defined
        // goes before what is shared; what nobody needs of it is left out again.
        for argument in ["--whole-archive", &format!("-l{LIBRARY}"), "--no-whole-archive"] {
            println!("cargo::rustc-link-arg-bins=-Wl,{argument}");
        }
    }
}

fn is(variable: &str, value: &str) -> bool {
    std::env::var_os(variable).is_some_and(|found| found == value)
}

/// Whether the C compiler that links knows the archive: it prints its path, or else the bare name.
fn linker_has_library() -> bool {
    let linker = std::env::var_os("RUSTC_LINKER").unwrap_or_else(|| OsString::from("cc"));
    let asked = Command::new(linker).arg(format!("-print-file-name=lib{LIBRARY}.a")).output();
    asked.is_ok_and(|output| {
        String::from_utf8(output.stdout).is_ok_and(|path| Path::new(path.trim()).is_file())
    })
}
