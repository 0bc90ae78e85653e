//! What was being done when a call failed.

use std::fmt;

/// What was to be done, as part of a sentence: "opening the directory".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// A directory on the path was to be opened.
    OpenDirectory,
    /// The working directory was to be opened, where a relative path begins.
    OpenWorkingDirectory,
    /// The directory above those for locks with a name was to be found.
    FindPlaceOfNames,
    /// A missing directory was to be created, for a lock with a name.
    CreateDirectory,
    /// A name was to be looked up in its directory.
    LookUp,
    /// A symbolic link was to be read.
    ReadLink,
    /// The file system was to be asked for its type.
    IdentifyFileSystem,
    /// The lock file was to be opened.
    Open,
    /// The lock file was to be created.
    Create,
    /// Owner, mode and number of the open lock file were to be read.
    Examine,
    /// The lock file was to be removed.
    Remove,
    /// Signals were to be held back, so that they are handled when it suits.
    HoldSignals,
    /// It was to be asked whether signals have come.
    CheckSignals,
    /// The next signal was to be waited for.
    WaitForSignals,
    /// A timer was to be set for the end of a wait.
    SetTimeLimit,
    /// A process was to be started for the command.
    StartCommand,
    /// The command's end was to be waited for.
    WaitForCommand,
    /// A signal was to be sent on to the command.
    ForwardSignal,
    /// The run that holds the lock was to be told to end.
    EndHolder,
    /// This process was to stop, as its command has stopped.
    Stop,
    /// Text was to be written to standard output.
    WriteOutput,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenDirectory => "opening the directory",
            Self::OpenWorkingDirectory => "opening the working directory",
            Self::FindPlaceOfNames => "finding the place for locks with a name",
            Self::CreateDirectory => "creating the directory",
            Self::LookUp => "looking up",
            Self::ReadLink => "reading the link",
            Self::IdentifyFileSystem => "asking for the file system",
            Self::Open => "opening",
            Self::Create => "creating",
            Self::Examine => "examining",
            Self::Remove => "removing",
            Self::HoldSignals => "holding signals back",
            Self::CheckSignals => "asking for signals",
            Self::WaitForSignals => "waiting for signals",
            Self::SetTimeLimit => "setting up the time limit",
            Self::StartCommand => "starting the command",
            Self::WaitForCommand => "waiting for the command",
            Self::ForwardSignal => "passing a signal on to the command",
            Self::EndHolder => "sending a signal to the holder",
            Self::Stop => "stopping",
            Self::WriteOutput => "writing to standard output",
        })
    }
}
