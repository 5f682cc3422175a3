//! Why a push could not be judged; it is refused then.

use std::path::PathBuf;

use crate::modes::error::ModeError;
use crate::snapshot::ReadError;

/// Why a push could not be judged. Nothing of it is let in.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// A setting in the server's git config means nothing.
    #[error("this server's {key} is {value:?}, which means nothing; its admin must write {values}")]
    Config {
        /// The key.
        key: String,
        /// What stands there.
        value: String,
        /// What can stand there.
        values: &'static str,
    },
    /// A folder or file of the server that its settings name cannot be used.
    #[error("{key} names {}, which {fault}; the server's admin must name {values}", path.display())]
    ServerFile {
        /// The key.
        key: &'static str,
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
        /// What can stand there.
        values: &'static str,
    },
    /// What git should have written on standard input is something else.
    #[error("line {number} of what the hook was given is not `OLD NEW REF`; let git run this hook")]
    Line {
        /// The line's number, from 1.
        number: usize,
    },
    /// What was pushed to a ref is no commit.
    #[error("{name} would name a {found}, and only commits can be judged; push the commit itself")]
    NotACommit {
        /// The ref, as it is shown.
        name: String,
        /// What it would name.
        found: &'static str,
    },
    /// All refs would go where only syncs pass, and with them what syncs are told by.
    #[error(
        "{name} cannot be deleted: no other branch that is judged would be left, so that nothing would tell what syncs made; push another one first"
    )]
    LastRef {
        /// The ref, as it is shown.
        name: String,
    },
    /// A pushed object could not be read.
    #[error("what was pushed to {name} cannot be read; look with: git fsck")]
    Read {
        /// The ref, as it is shown.
        name: String,
        /// What is wrong.
        #[source]
        source: ReadError,
    },
    /// A ref's commit could not be judged.
    #[error("what was pushed to {name} cannot be judged")]
    Judge {
        /// The ref, as it is shown.
        name: String,
        /// What is wrong.
        #[source]
        source: Box<ModeError>,
    },
    /// The repository or its settings could not be used.
    #[error(transparent)]
    Mode(#[from] ModeError),
    /// Standard input could not be read.
    #[error("what git says of the push cannot be read")]
    Input(#[source] std::io::Error),
    /// Judging takes more memory than it may.
    #[error(
        "judging the push takes more memory than {} MiB; push less at once, or have the server's admin raise hhgit.memoryBudget",
        limit >> 20
    )]
    Memory {
        /// How many bytes it may take.
        limit: u64,
    },
    /// No thread could be started.
    #[error("there is no memory or thread to judge the push with")]
    Thread(#[source] std::io::Error),
    /// Judging ended in a defect.
    #[error("hhgit itself failed ({words}), which is a defect of hhgit; the server's admin may report it")]
    Defect {
        /// What it said.
        words: String,
    },
}
