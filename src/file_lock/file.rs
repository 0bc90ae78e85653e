//! The file: opened as the command line says, or inherited.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use withlock_platform::descriptor::{self, Access};
use withlock_platform::failure::Failure as Kind;

use super::failure::{Failure, Result};

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// What for.
    pub(crate) access: Access,
    /// With which mode it is created, if it is not there.
    pub(crate) creation: Creation,
    /// A directory will do as well; it is opened for reading.
    pub(crate) directories: bool,
    /// The lock counts only if the path still names the file that was locked: otherwise whatever stands there by then is
    /// locked instead.
    pub(crate) compares: bool,
}

/// How a file is created that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Creation {
    /// Not at all.
    Never,
    /// For everybody to read and write, less the umask.
    ByUmask,
    /// For everybody to read and write whom the umask leaves the right to write, and for nobody else.
    ForWriters,
}

/// An open file to lock. It is not closed before this process ends, so that no lock ends with it.
#[derive(Debug)]
pub(crate) struct LockFile {
    pub(super) file: ManuallyDrop<File>,
    /// Where it lies and how it was opened, unless it is the caller's descriptor.
    pub(super) origin: Option<(PathBuf, Opening)>,
}

impl LockFile {
    /// Opens the file, or creates it. A command gets the descriptor as it is: the lowest that is free.
    ///
    /// # Errors
    /// [`Failure::Open`].
    pub(crate) fn open(path: &Path, opening: Opening) -> Result<Self> {
        let file = open(path, opening).map_err(Failure::Open)?;
        Ok(Self { file: ManuallyDrop::new(file), origin: Some((path.into(), opening)) })
    }

    /// The descriptor of this number, which the caller has opened.
    ///
    /// # Errors
    /// [`Failure::NoDescriptor`].
    pub(crate) fn inherited(number: i32) -> Result<Self> {
        let file = descriptor::inherited(number).map_err(Failure::NoDescriptor)?;
        Ok(Self { file, origin: None })
    }

    /// Opens what stands at the path once more, and closes what was open. The descriptor keeps its number: a command may count
    /// on it.
    pub(super) fn reopen(&mut self, path: &Path, opening: Opening) -> io::Result<()> {
        descriptor::put_in_place(open(path, opening)?, &self.file)
    }
}

fn open(path: &Path, opening: Opening) -> io::Result<File> {
    const EVERYBODY: Option<u32> = Some(0o666);
    let plainly = |access| descriptor::open(path, access, None);
    let opened = match opening.creation {
        Creation::Never => plainly(opening.access),
        Creation::ByUmask => descriptor::open(path, opening.access, EVERYBODY),
        Creation::ForWriters => {
            // Said by the mode: a directory's default list of access rights takes the place of the umask (acl(5)).
            let mode = for_writers(descriptor::umask());
            descriptor::open(path, opening.access, Some(mode))
        }
    };
    match opened.as_ref().map_err(Kind::of) {
        Err(Kind::IsADirectory) if opening.directories => plainly(Access::Read),
        // Linux refuses to create what is there already, if it is another user's file in a place like /tmp
        // (proc_sys_fs(5), protected_regular). To open it is allowed.
        Err(Kind::Denied) if opening.creation == Creation::ByUmask => {
            plainly(opening.access).or(opened)
        }
        _ => opened,
    }
}

/// The mode that leaves nobody the right to read whom the umask leaves no right to write.
fn for_writers(umask: u32) -> u32 {
    let no_writers = umask & 0o222;
    0o666 & !(umask | no_writers << 1)
}

#[cfg(test)]
mod tests {
    use super::for_writers;

    #[test]
    fn who_may_not_write_may_not_read_either() {
        for (umask, mode) in [
            (0o022, 0o600),
            (0o002, 0o660),
            (0, 0o666),
            (0o077, 0o600),
            (0o027, 0o600),
            (0o055, 0o622),
            (0o777, 0),
        ] {
            assert_eq!(for_writers(umask), mode, "{umask:o}");
        }
    }
}
