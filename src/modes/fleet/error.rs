//! Why a fleet was not begun: no repository has been touched.

use std::path::PathBuf;

use crate::exit::Exit;

/// Why a fleet was not begun.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The list has lines that mean nothing.
    #[error("{list} cannot be taken, so nothing was begun: {} it {} wrong", lines(*faults), are(*faults))]
    List {
        /// What the list is called.
        list: String,
        /// How many lines are wrong.
        faults: usize,
        /// The first of them.
        #[source]
        first: Fault,
    },
    /// The list names no repository.
    #[error("{list} names no repository; write one a line, a path or a URL")]
    Empty {
        /// What the list is called.
        list: String,
    },
    /// A variable stands for one repository.
    #[error("{variable} is set, which would stand for every repository of the list; unset it")]
    Variable {
        /// Its name.
        variable: &'static str,
    },
    /// The record cannot be read or written.
    #[error("the record {} cannot be used; name a file in a folder that is there and that you may write to", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What is at the record's place is something else.
    #[error("{} is no record of a fleet; name a file that is not there yet, or one that hhgit fleet has made", path.display())]
    NoRecord {
        /// The file.
        path: PathBuf,
    },
    /// Another run keeps this record.
    #[error("another run keeps the record {}; wait for it, or give each its own", path.display())]
    RecordInUse {
        /// The file.
        path: PathBuf,
    },
    /// The process's signals cannot be taken over.
    #[error("the process's signals cannot be taken over")]
    Signals {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// No thread can be had to work in.
    #[error("no thread could be started; look at the limits of the process")]
    Thread {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// A line of the list that is wrong, and the next such.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Fault {
    /// The list and the line, `fleet.txt:7`; nothing of what it holds, for that may be a password.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
    /// The next.
    #[source]
    pub next: Option<Box<Fault>>,
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line of".to_owned() } else { format!("{count} lines of") }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

impl FleetError {
    /// The exit code this ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::List { .. } | Self::Empty { .. } | Self::Variable { .. } | Self::NoRecord { .. } => Exit::Usage,
            Self::Record { .. } | Self::RecordInUse { .. } | Self::Signals { .. } | Self::Thread { .. } => {
                Exit::CouldNot
            }
        }
    }
}
