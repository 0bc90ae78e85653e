//! Linux: fstatfs(2) tells the type by a magic number (statfs(2); include/uapi/linux/magic.h, where no other source is
//! named).
//!
//! A device number tells less. What lies on a disk has that disk's, and the others have major number 0 (fs/super.c,
//! get_anon_bdev), but for Lustre: it makes one from a hash (llite_lib.c, get_uuid2int).

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::{Facts, FileSystem};

/// File systems that turn flock(2) into byte ranges, or ask a server for them; and those of a host, for its guest.
///
/// GFS2 and OCFS2 are none of them: they share a disk and no server, each system judges modes and lists by itself, and
/// flock(2) is for the whole cluster (gfs2_flock, ocfs2_flock), while fcntl(2) may be for one system only (ocfs2/file.c,
/// ocfs2_fops_no_plocks). So both calls are needed there, as on any other disk.
const REMOTE: [(u32, &str); 18] = [
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x0102_1997, "9p"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "kafs"),
    (0x7375_7245, "coda"),
    (0x564c, "ncp"),
    (0x00c3_6400, "ceph"),
    // Linux, fs/orangefs/protocol.h.
    (0x2003_0528, "orangefs"),
    // Linux, fs/vboxsf/super.c.
    (0x786f_4256, "vboxsf"),
    // Lustre, lustre_user.h.
    (0x0bd0_0bd0, "lustre"),
    // BeeGFS, FhgfsOpsSuper.h.
    (0x1983_0326, "beegfs"),
    // The rest: GNU coreutils, src/stat.c.
    (0x4750_4653, "gpfs"),
    (0xaad7_aaea, "panfs"),
    (0xbacb_acbc, "vmhgfs"),
    (0x7c7c_6673, "prl_fs"),
];

pub(super) fn of(file: &File, _: &Facts) -> io::Result<FileSystem> {
    let mut record = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the descriptor is open, and the kernel fills `record` whole when it answers 0.
    if unsafe { libc::fstatfs(file.as_raw_fd(), record.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above answered 0, so the kernel has filled it.
    Ok(known_by(unsafe { record.assume_init() }.f_type as u32))
}

fn known_by(magic: u32) -> FileSystem {
    match REMOTE.iter().find(|(number, _)| *number == magic) {
        Some((_, name)) => FileSystem { local: false, name: (*name).into() },
        None => FileSystem { local: true, name: "local".into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_its_number_however_it_is_signed_and_a_disk_is_local() {
        let remote = [
            (libc::NFS_SUPER_MAGIC as u32, "nfs"),
            (libc::SMB_SUPER_MAGIC as u32, "smb"),
            (libc::CODA_SUPER_MAGIC as u32, "coda"),
            (libc::AFS_SUPER_MAGIC as u32, "afs"),
            (libc::NCP_SUPER_MAGIC as u32, "ncp"),
            (u32::from_be_bytes(*b"kAFS"), "kafs"),
            (u32::from_be_bytes(*b"\xffSMB"), "cifs"),
            (u32::from_be_bytes(*b"\xfeSMB"), "smb2"),
            (u32::from_be_bytes(*b"GPFS"), "gpfs"),
            (u32::from_le_bytes(*b"VBox"), "vboxsf"),
            (u32::from_be_bytes(*b"||fs"), "prl_fs"),
            // As a type of 32 bits has it, with a sign.
            (-0x4534_5344_i32 as u32, "vmhgfs"),
            (-0x5528_5516_i32 as u32, "panfs"),
        ];
        for (magic, name) in remote {
            assert_eq!(known_by(magic), FileSystem { local: false, name: name.into() });
        }
        let local = [
            libc::EXT4_SUPER_MAGIC as u32,
            libc::XFS_SUPER_MAGIC as u32,
            libc::BTRFS_SUPER_MAGIC as u32,
            libc::TMPFS_MAGIC as u32,
            libc::OVERLAYFS_SUPER_MAGIC as u32,
            // FUSE, GFS2, OCFS2.
            0x6573_5546,
            0x0116_1970,
            0x7461_636f,
        ];
        for magic in local {
            assert!(known_by(magic).local, "{magic:#x}");
        }
    }

    #[test]
    fn each_server_has_a_number_and_a_name_of_its_own() {
        for (at, (number, name)) in REMOTE.iter().enumerate() {
            let others = &REMOTE[at + 1..];
            assert!(others.iter().all(|other| other.0 != *number && other.1 != *name), "{name}");
        }
    }
}
