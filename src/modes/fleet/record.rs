//! The record of a run that may be cut short: a line for each repository that ended well, so that the next run leaves it out.
//!
//! Lines are only ever added, each in one write with a digest of itself before it. What a kill at any byte leaves of the last one
//! counts for nothing, and neither does what was glued to it. A line names the repository, the branch and all that was asked, so a list or options
//! that changed are worked on. A run that was not cut short leaves the record empty: the next one does all again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::FleetError;
use super::list::Entry;
use crate::ids::sha256_hex;
use crate::options::fleet::Fleet;
use crate::options::{Common, Retry};
use crate::report::fleet::Before;
use crate::snapshot::Time;

/// The first line: a name, and the version of what follows.
const HEAD: &str = "hhgit fleet record 1\n";
/// How often, and how far apart, a record that is held is tried.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);
/// How many digits of a line's digest stand before it.
const DIGITS: usize = 16;

/// A record, held by this run alone.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    file: File,
    /// All that changes what a run does, as text.
    asked: String,
    /// Where relative paths begin.
    base: PathBuf,
    /// What is done already, with when it was.
    done: BTreeMap<String, i64>,
    /// What went wrong at the first line that could not be written.
    trouble: Option<io::Error>,
}

impl Record {
    /// Opens a record, or makes one, and reads what is done already.
    pub fn open(path: &Path, common: &Common, options: &Fleet) -> Result<Self, FleetError> {
        let failed = |source| FleetError::Record { path: path.to_owned(), source };
        if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(FleetError::NoRecord { path: path.to_owned() });
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        if !is_free(&file) {
            return Err(FleetError::RecordInUse { path: path.to_owned() });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        if !bytes.starts_with(HEAD.as_bytes()) {
            if !HEAD.as_bytes().starts_with(&bytes) {
                return Err(FleetError::NoRecord { path: path.to_owned() });
            }
            file.write_all(&HEAD.as_bytes()[bytes.len()..]).map_err(failed)?;
        } else if !bytes.ends_with(b"\n") {
            file.write_all(b"\n").map_err(failed)?;
        }
        let base = std::path::absolute(&common.directory).unwrap_or_else(|_| common.directory.clone());
        let mut record = Self {
            path: path.to_owned(),
            file,
            asked: asked(common, options),
            base,
            done: BTreeMap::new(),
            trouble: None,
        };
        for line in String::from_utf8_lossy(&bytes).lines() {
            if let Some((what, when)) = read(line) {
                record.done.entry(what.to_owned()).or_insert(when);
            }
        }
        Ok(record)
    }

    /// Leaves out what is done already; what that was, if there was any.
    pub fn leave_out(&self, entries: &mut Vec<Entry>) -> Option<Before> {
        let mut since: Option<i64> = None;
        let all = entries.len();
        entries.retain(|entry| match self.done.get(&self.line(entry)) {
            Some(when) => {
                since = Some(since.map_or(*when, |earliest| earliest.min(*when)));
                false
            }
            None => true,
        });
        since.map(|seconds| Before { repositories: all - entries.len(), since: Time { seconds, offset: 0 } })
    }

    /// Adds a repository that ended well.
    pub fn add(&mut self, entry: &Entry, when: Time) {
        let rest = format!("{}\t{}", when.seconds, self.line(entry));
        let line = format!("{}\t{rest}\n", digest(&rest));
        // What a write that failed left behind must not be glued to this one.
        let line = if self.trouble.is_some() { format!("\n{line}") } else { line };
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.trouble.get_or_insert(error);
        }
    }

    /// Ends the run. Where it was not cut short, nothing is left to be gone on with. What could not be written is told.
    pub fn end(self, is_whole: bool) -> Option<String> {
        let emptied = if is_whole { self.file.set_len(0) } else { Ok(()) };
        let trouble = self.trouble.or(emptied.err())?;
        Some(format!("the record {} could not be written: {trouble}; look at the disk's space", self.path.display()))
    }

    /// What names a repository with all that is asked of it.
    fn line(&self, entry: &Entry) -> String {
        let place = if entry.is_path { self.base.join(&entry.key).display().to_string() } else { entry.key.clone() };
        let branch = entry.branch.as_ref().map_or("", |branch| branch.short());
        format!("{}\t{place}\t{branch}", self.asked)
    }
}

fn digest(text: &str) -> String {
    sha256_hex(text.as_bytes())[..DIGITS].to_owned()
}

/// Whether no other run holds the file, which is this one's then. What a killed run had just begun to start may hold it for a moment
/// more. A file system without locks has nobody wait, and costs no more than work done twice.
fn is_free(file: &File) -> bool {
    for tries in 0..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if tries + 1 < TRIES => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return false,
            _ => return true,
        }
    }
    false
}

/// What a line says is done, and when it was; none for what is not whole.
fn read(line: &str) -> Option<(&str, i64)> {
    let (digest_said, rest) = line.split_once('\t')?;
    let (when, what) = rest.split_once('\t').filter(|_| digest(rest) == digest_said)?;
    Some((what, when.parse().ok()?))
}

/// All that changes what a run does with a repository, in one text without tabs.
fn asked(common: &Common, options: &Fleet) -> String {
    let Fleet { sync, remote, check, fail_on, .. } = options;
    let mut words = vec![concat!("hhgit-", env!("CARGO_PKG_VERSION")).to_owned()];
    words.push(match (check, sync.dry_run) {
        (true, _) => "check".to_owned(),
        (_, true) => "dry-run".to_owned(),
        _ => "sync".to_owned(),
    });
    words.extend(common.fabrics.iter().map(|path| format!("--fabric={path}")));
    let flags = [
        ("--adopt", sync.adopt),
        ("--repair", sync.repair),
        ("--retry", sync.retry != Retry::Nothing),
        ("--sign", sync.sign),
    ];
    words.extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| (*flag).to_owned()));
    words.extend(sync.max_deletions.map(|most| format!("--max-deletions={most}")));
    words.push(format!("--max-file-size={}", sync.max_file_size));
    words.push(format!("--fail-on={}", fail_on.as_str()));
    if let Some(propose) = &remote.propose {
        let forge = propose.asked.forge.map_or("", |forge| forge.as_str());
        words.push(format!("--propose={forge},{}", propose.asked.api.as_deref().unwrap_or_default()));
    }
    words.join(" ").replace(['\t', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests;
