//! What the tests rely on, whatever they were started from: settled once, before the first of them and before there are
//! threads, and inherited by all that they start.
//!
//! A user's umask may make every directory group-writable, which withlock refuses; nohup(1) ignores a signal; a variable
//! of an outer run of withlock means something to an inner one; a service user's shell runs nothing.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Called by the loader, before `main`.
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static SETTLE: extern "C" fn() = settle;

/// Variables that change what the programs say or do that the tests start.
const UNWANTED: [&str; 8] =
    ["BASH_ENV", "CDPATH", "ENV", "LANGUAGE", "LC_MESSAGES", "POSIXLY_CORRECT", "PS4", "TZ"];

extern "C" fn settle() {
    // SAFETY: cannot fail and touches no memory.
    unsafe { libc::umask(0o022) };
    settle_signals();
    let names: Vec<OsString> = std::env::vars_os().map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| is_of_outer_run(name)) {
        unset(name);
    }
    UNWANTED.iter().for_each(|name| unset(OsStr::new(name)));
    set("LC_ALL", OsStr::new("C"));
    set("SHELL", OsStr::new("/bin/sh"));
    if std::env::var_os("HOME").is_none_or(|home| home.is_empty()) {
        set("HOME", OsStr::new("/"));
    }
    if let Some(place) = places().find_map(fit) {
        set("TMPDIR", place.as_os_str());
    }
}

/// Of the variables that begin like this, those for the tests stay; and all of them where this process is itself the job of
/// a test, which looks at its lock by them.
fn is_of_outer_run(name: &OsStr) -> bool {
    if std::env::var_os("WITNESS_NOTES").is_some() {
        return false;
    }
    let is_for_tests = [&b"WITHLOCK_TEST_"[..], b"WITHLOCK_UNDER_TEST", b"WITHLOCK_PARITY_"];
    let name = name.as_bytes();
    name.starts_with(b"WITHLOCK_") && !is_for_tests.iter().any(|start| name.starts_with(start))
}

/// Where the tests may make their directories: the first that is fit.
fn places() -> impl Iterator<Item = PathBuf> {
    let of_user = |name| std::env::var_os(name).into_iter().map(PathBuf::from);
    let of_system = ["/tmp", "/var/tmp"].into_iter().map(PathBuf::from);
    of_user("TMPDIR").chain(of_system).chain(of_user("HOME"))
}

/// The canonical path of a place that withlock accepts, that the users whom root plays can reach, in which a program can
/// be executed, and whose name shows in a message as it is.
fn fit(place: PathBuf) -> Option<PathBuf> {
    let place = fs::canonicalize(place).ok()?;
    let shown = place.as_os_str().as_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+".contains(byte);
    let is_short = shown.len() <= 80;
    let is_fit = is_short && shown.iter().all(is_plain) && place.ancestors().all(is_safe);
    (is_fit && is_usable(&place)).then_some(place)
}

fn is_safe(directory: &Path) -> bool {
    // SAFETY: cannot fail and touches no memory.
    let user = unsafe { libc::geteuid() };
    fs::metadata(directory).is_ok_and(|facts| {
        let mode = facts.mode();
        let others_may_write = mode & 0o022 != 0 && mode & 0o1000 == 0;
        let others_may_search = mode & 0o001 != 0;
        [0, user].contains(&facts.uid()) && !others_may_write && (user != 0 || others_may_search)
    })
}

/// Whether a directory can be made there, and a program executed.
fn is_usable(place: &Path) -> bool {
    let Ok(path) = CString::new(place.as_os_str().as_bytes()) else { return false };
    // SAFETY: a string that ends with NUL.
    let may_write = unsafe { libc::access(path.as_ptr(), libc::W_OK | libc::X_OK) == 0 };
    may_write && !forbids_execution(&path)
}

#[cfg(target_os = "linux")]
fn forbids_execution(path: &CStr) -> bool {
    // SAFETY: plain data for which all bits zero is a value.
    let mut facts: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a string that ends with NUL, and a struct to be written.
    let answer = unsafe { libc::statvfs(path.as_ptr(), &raw mut facts) };
    answer != 0 || facts.f_flag & libc::ST_NOEXEC != 0
}

#[cfg(not(target_os = "linux"))]
fn forbids_execution(_path: &CStr) -> bool {
    false
}

/// Every signal at its default, and none blocked.
fn settle_signals() {
    for signal in 1..65 {
        // SAFETY: the action is the default, not a function. KILL, STOP and the C library's own can't be set.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: plain data for which all bits zero is a value; made empty in due form below.
    let mut none: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is alive and writable.
    unsafe { libc::sigemptyset(&raw mut none) };
    // SAFETY: the set is initialised, and the old mask is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut()) };
}

fn set(name: &str, value: &OsStr) {
    // SAFETY: this process has one thread, since `main` has not begun.
    unsafe { std::env::set_var(name, value) };
}

fn unset(name: &OsStr) {
    // SAFETY: as above.
    unsafe { std::env::remove_var(name) };
}
