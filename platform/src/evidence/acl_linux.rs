//! Linux: no list, or a POSIX.1e one, whose mask shows in the group's bits (acl(5)); but for ZFS as TrueNAS builds it, which
//! may have NFSv4 lists.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use super::access_list::{Entry, Rights, WRITE};
use super::file_system::FileSystem;

pub(super) const SHOWN: Rights = WRITE;

/// The attribute that such a list is read by. It is not among the names where the mode says all of it (TrueNAS, middlewared,
/// utils/filesystem/acl.py, `acl_is_present`).
const NFS4_LIST: &[u8] = b"system.nfs4_acl_xdr";

pub(super) fn entries(file: &File, file_system: &FileSystem) -> io::Result<Vec<Entry>> {
    if file_system.name == "zfs" && names_list(&attributes(file)?) {
        return Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP));
    }
    Ok(Vec::new())
}

/// The names of the attributes, each with a NUL behind it. A descriptor that was opened for searching only has none, but can
/// be named (open(2), `O_PATH`).
fn attributes(file: &File) -> io::Result<Vec<u8>> {
    let path = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    // XATTR_LIST_MAX: the kernel makes no longer list (listxattr(2)).
    let mut names = vec![0_u8; 65_536];
    // SAFETY: the path ends with NUL, and the kernel writes at most `names.len()` bytes.
    let length = unsafe { libc::listxattr(path.as_ptr(), names.as_mut_ptr().cast(), names.len()) };
    match usize::try_from(length) {
        Ok(length) => {
            names.truncate(length);
            Ok(names)
        }
        Err(_) => match io::Error::last_os_error() {
            // No attributes at all (`xattr=off`).
            error if error.raw_os_error() == Some(libc::EOPNOTSUPP) => Ok(Vec::new()),
            error => Err(error),
        },
    }
}

fn names_list(names: &[u8]) -> bool {
    names.split(|byte| *byte == 0).any(|name| name == NFS4_LIST)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    #[test]
    fn a_list_of_nfs_4_is_known_by_its_name_alone() {
        assert!(names_list(b"user.a\0system.nfs4_acl_xdr\0"));
        for others in [&b""[..], b"user.a\0", b"user.system.nfs4_acl_xdr\0system.nfs4_acl\0"] {
            assert!(!names_list(others));
        }
    }

    #[test]
    fn attributes_are_asked_for_through_a_descriptor_that_may_only_search() {
        let mut options = File::options();
        let directory = options.read(true).custom_flags(libc::O_PATH).open("/").expect("open");
        attributes(&directory).expect("names");
        let on = |name: &'static str| FileSystem { local: true, served: false, name: name.into() };
        assert_eq!(entries(&directory, &on("zfs")).expect("a root without such a list"), []);
        assert_eq!(entries(&directory, &on("ext4")).expect("not even asked"), []);
    }
}
