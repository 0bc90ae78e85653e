//! Linux: fstatfs(2) tells the type by a magic number (statfs(2); include/uapi/linux/magic.h, where no other source is
//! named).
//!
//! A device number tells less. What lies on a disk has that disk's, and the others have major number 0 (fs/super.c,
//! get_anon_bdev), but for Lustre: it makes one from a hash (llite_lib.c, get_uuid2int).

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::path::Path;

use super::facts::Facts;
use super::file_system::FileSystem;
use super::mount_table;
use crate::os::{fstatfs, statfs};

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

/// What people call the others; where it names none, the number does. ext2, ext3 and ext4 have one number.
const LOCAL: [(u32, &str); 19] = [
    (0xef53, "ext4"),
    (0x0102_1994, "tmpfs"),
    (0x794c_7630, "overlay"),
    (0x9123_683e, "btrfs"),
    (0x5846_5342, "xfs"),
    (ZFS, "zfs"),
    (0xf2f5_2010, "f2fs"),
    (0xca45_1a4e, "bcachefs"),
    (0x8584_58f6, "ramfs"),
    (0x4d44, "vfat"),
    (0x2011_bab0, "exfat"),
    (0x7366_746e, "ntfs3"),
    (0x5265_4973, "reiserfs"),
    (0x3153_464a, "jfs"),
    (0x3434, "nilfs"),
    (0x7371_7368, "squashfs"),
    (0xf15f, "ecryptfs"),
    (0x0116_1970, "gfs2"),
    (0x7461_636f, "ocfs2"),
];

/// GNU coreutils, src/stat.c.
const ZFS: u32 = 0x2fc1_2fc1;

/// FUSE, and virtiofs, which is made of it (fs/fuse/inode.c, `fuse_statfs`).
const FUSE: u32 = 0x6573_5546;

pub(super) fn of(file: &File, facts: &Facts) -> io::Result<FileSystem> {
    let mut record = MaybeUninit::<statfs>::uninit();
    // SAFETY: the descriptor is open, and the kernel fills `record` whole when it returns 0.
    if unsafe { fstatfs(file.as_raw_fd(), record.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    let magic = unsafe { record.assume_init() }.f_type as u32;
    Ok(if magic == FUSE { fuse(facts.identity.device) } else { known_by(magic) })
}

fn known_by(magic: u32) -> FileSystem {
    let name_in = |table: &[(u32, &'static str)]| {
        table.iter().find(|(number, _)| *number == magic).map(|(_, name)| (*name).into())
    };
    if let Some(name) = name_in(&REMOTE) {
        return FileSystem { local: false, served: true, name };
    }
    let name = name_in(&LOCAL).unwrap_or_else(|| format!("{magic:#x}").into());
    FileSystem { local: true, served: false, name }
}

/// Locks on FUSE are kept by this mount, or by its server if that wants them (fs/fuse/file.c, `fuse_file_lock`,
/// `fuse_file_flock`). Both kinds of lock work then, as on a disk. But whoever gets at the same files by another mount, by
/// the directory behind it, or on the host that serves them, does not see them.
///
/// Two kinds count as a disk. `fuseblk`, such as ntfs-3g, has a block device to itself (fs/fuse/inode.c,
/// `fuseblk_fs_type`); no user can give his own that name. And what `/` lies on, as with fuse-overlayfs in a container or
/// virtiofs in a guest: it is what this system is made of.
fn fuse(device: u64) -> FileSystem {
    let table = File::open("/proc/self/mountinfo");
    let name = table.and_then(|table| mount_table::type_of(device, table)).ok().flatten();
    let is_of = |root: Facts| root.identity.device == device;
    let name = name.unwrap_or_else(|| "fuse".into());
    let is_disk = name == "fuseblk" || name.starts_with("fuseblk.");
    let served = !is_disk && !Facts::of_path(Path::new("/")).is_ok_and(is_of);
    FileSystem { local: true, served, name: name.into() }
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
            assert_eq!(
                known_by(magic),
                FileSystem { local: false, served: true, name: name.into() }
            );
        }
        let local = [
            libc::EXT4_SUPER_MAGIC as u32,
            libc::XFS_SUPER_MAGIC as u32,
            libc::BTRFS_SUPER_MAGIC as u32,
            libc::TMPFS_MAGIC as u32,
            libc::OVERLAYFS_SUPER_MAGIC as u32,
            // GFS2, OCFS2, and one that nobody knows.
            0x0116_1970,
            0x7461_636f,
            0x1234,
        ];
        for magic in local {
            let known = known_by(magic);
            assert!(known.local && !known.served, "{magic:#x}");
        }
        assert_eq!(known_by(libc::EXT4_SUPER_MAGIC as u32).name, "ext4");
        assert_eq!(known_by(libc::TMPFS_MAGIC as u32).name, "tmpfs");
        assert_eq!(known_by(0x1234).name, "0x1234");
    }

    #[test]
    fn each_file_system_has_a_number_and_a_name_of_its_own() {
        let all = [&REMOTE[..], &LOCAL, &[(FUSE, "fuse")]].concat();
        for (at, (number, name)) in all.iter().enumerate() {
            let others = &all[at + 1..];
            assert!(others.iter().all(|other| other.0 != *number && other.1 != *name), "{name}");
        }
    }
}
