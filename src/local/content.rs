//! An open lock file, and what stands in it.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};

use withlock_platform::again;
use withlock_platform::backend::LockBackend;
use withlock_platform::directory::Access;
use withlock_platform::evidence::Facts;

use crate::holder::form::{Form, LONGEST, SIGNATURE};
use crate::holder::record::Record;
use crate::lock::file;
use crate::trust::Trusted;

/// An open lock file, with what was decided when it was opened.
#[derive(Debug)]
pub struct OpenFile {
    pub(crate) file: File,
    pub(crate) backend: &'static dyn LockBackend,
    pub(crate) access: Access,
    /// Others may write to it, by its access control list.
    others_write: bool,
}

impl OpenFile {
    pub(crate) fn new(
        file: File,
        backend: &'static dyn LockBackend,
        access: Access,
        others_write: bool,
    ) -> Self {
        Self { file, backend, access, others_write }
    }

    /// What stands in it, as far as it can be withlock's.
    pub(crate) fn form(&self, facts: &Facts) -> Form {
        let size = usize::try_from(facts.size).ok().filter(|size| *size <= LONGEST);
        // Where others may write, what stands there proves nothing.
        let Some(size) = size.filter(|_| !self.others_write) else {
            return Form::Other;
        };
        if size == 0 {
            return Form::Begun;
        }
        // One byte more, so that one that grows is noticed. What can't be read is nobody's.
        self.read(size + 1).map_or(Form::Other, |content| Form::of(&content))
    }

    /// The record in it, if it can be believed: in a file that is withlock's own for these users.
    pub(crate) fn record(&self, trusted: Trusted) -> Option<Record> {
        let content = self.read(LONGEST + 1).ok().filter(|_| !self.others_write)?;
        let record = Record::parse(&content).filter(|_| Form::of(&content) == Form::Signed)?;
        let facts = Facts::of(&self.file).ok()?;
        file::is_believed(&facts, trusted).then_some(record)
    }

    /// The beginning of it, so many bytes at most.
    fn read(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut content = vec![0; most];
        let length = again(|| self.file.read_at(&mut content, 0))?;
        content.truncate(length);
        Ok(content)
    }

    /// Writes a line into a file of this form. A full disk, or a limit on file sizes, is no reason not to run: what is
    /// written is for people.
    pub(crate) fn write(&self, form: Form, line: &[u8]) -> io::Result<()> {
        // The signature only, before the line that begins with it: so what stands there is the beginning of a line at any
        // moment, wherever it is cut off.
        if form == Form::Signed {
            again(|| self.file.set_len(SIGNATURE.len() as u64))?;
        }
        self.file.write_all_at(line, 0)?;
        if form == Form::Begun {
            // A file that works with any mode, for whoever has it open.
            let mode = Permissions::from_mode(file::MODE_SIGNED);
            let _ = again(|| self.file.set_permissions(mode.clone()));
        }
        Ok(())
    }
}
