//! What `hhgit fleet` is asked.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::remote::Remote;
use super::{FailOn, Given, Sync};

/// What `hhgit fleet` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// The list: a repository a line.
    pub list: Given,
    /// What is done in each repository that is sorted; which branch and which remote is for the list to say.
    pub sync: Sync,
    /// How a remote is reached, and whether commits are proposed there; its name is for the list to say.
    pub remote: Remote,
    /// Whether repositories are only judged.
    pub check: bool,
    /// What a repository must have been found with to count as one with findings.
    pub fail_on: FailOn,
    /// How many repositories are worked on at once; none for as many as there are cores.
    pub jobs: Option<NonZeroUsize>,
    /// Which part of the list is worked on; none for all.
    pub shard: Option<Shard>,
    /// The record by which a run that was cut short is gone on with.
    pub resume: Option<PathBuf>,
    /// Whether lines are JSON.
    pub json: bool,
}

/// One of several parts of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    /// Reads `I/N`, such as 0/4: the first of four.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| text.parse::<u32>().ok()).flatten()
        };
        let (index, of) = text.split_once('/')?;
        let (index, of) = (number(index)?, number(of)?);
        (index < of).then_some(Self { index, of })
    }

    /// Which part it is, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many parts there are.
    pub fn of(self) -> u32 {
        self.of
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_count_from_0() {
        let read = |text: &str| Shard::parse(text).map(|shard| shard.to_string());
        assert_eq!(["0/1", "0/4", "3/4"].map(read), ["0/1", "0/4", "3/4"].map(|text| Some(text.to_owned())));
        for bad in ["", "4/4", "0/0", "1", "/4", "0/", "-1/4", "+1/4", "0/4/4", " 0/4", "$(I)/4", "0/99999999999"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
