//! Why a watch did not begin.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::super::error::ModeError;
use crate::exit::Exit;

/// Why a watch did not begin.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// What the command line names cannot be worked on.
    #[error(transparent)]
    Mode(#[from] ModeError),
    /// The health file cannot be written.
    #[error("the health file {} cannot be written; name one in a folder that is there and that you may write to", path.display())]
    Health {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Nobody can be listened to there.
    #[error("metrics cannot be answered for at {address}; choose another port, or 0 for any that is free")]
    Metrics {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The process's signals cannot be taken over.
    #[error("the process's signals cannot be taken over")]
    Signals {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl WatchError {
    /// The exit code this ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Mode(error) => error.exit(),
            Self::Health { .. } | Self::Metrics { .. } | Self::Signals { .. } => Exit::CouldNot,
        }
    }
}
