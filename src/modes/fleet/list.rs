//! The list of a fleet: a repository a line, read whole before anything is begun; and which part of it a repository is in.

use std::collections::BTreeMap;

use super::error::{Fault, FleetError};
use crate::git::BranchName;
use crate::git::remote::{is_path, refusal, without_credentials};
use crate::ids::sha256_hex;
use crate::options::Given;
use crate::options::fleet::Shard;
use crate::path::{is_printable, is_unprintable, unquote};

/// How many wrong lines are told one by one.
const TOLD: usize = 20;
/// How URLs begin that git knows.
const SCHEMES: [&str; 5] = ["https", "http", "ssh", "git", "file"];

/// A repository of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its line, from 1.
    pub line: usize,
    /// The path or URL as it is written.
    pub address: String,
    /// Whether it is a path of this machine.
    pub is_path: bool,
    /// The branch; none for the main one.
    pub branch: Option<BranchName>,
    /// What it is known by, however it is spelt: without what one signs in with, and without needless slashes.
    pub key: String,
}

impl Entry {
    /// How it is told to people: without any password.
    pub fn shown(&self) -> String {
        without_credentials(&self.address)
    }

    /// Whether it is in this part: by its own key alone, so that it stays where it is however the list grows.
    pub fn is_in(&self, shard: Shard) -> bool {
        let digest = sha256_hex(self.key.as_bytes());
        let number = u64::from_str_radix(&digest[..16], 16).expect("16 hexadecimal digits are 64 bits");
        number % u64::from(shard.of()) == u64::from(shard.index())
    }
}

/// Reads a list; all that is wrong with it is told at once. Commits can be proposed to remotes alone.
pub fn read(list: &Given, propose: bool) -> Result<Vec<Entry>, FleetError> {
    let bytes = list.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&list.bytes);
    let (mut entries, mut faults): (Vec<Entry>, Vec<(usize, String)>) = (Vec::new(), Vec::new());
    let mut known: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        match entry(line.strip_suffix(b"\r").unwrap_or(line), number) {
            Ok(None) => {}
            Ok(Some(entry)) if propose && entry.is_path => {
                faults
                    .push((number, "nothing can be proposed to a path; name its URL, or leave --propose away".into()));
            }
            Ok(Some(entry)) => {
                let branch = entry.branch.as_ref().map(|branch| branch.short().to_owned());
                match known.insert((entry.key.clone(), branch), number) {
                    Some(earlier) => {
                        faults.push((number, format!("line {earlier} names the same; take one of them out")))
                    }
                    None => entries.push(entry),
                }
            }
            Err(what) => faults.push((number, what)),
        }
    }
    match chain(&list.name, &faults) {
        Some(first) => Err(FleetError::List { list: list.name.clone(), faults: faults.len(), first }),
        None if entries.is_empty() => Err(FleetError::Empty { list: list.name.clone() }),
        None => Ok(entries),
    }
}

/// The faults, each leading to the next.
fn chain(list: &str, faults: &[(usize, String)]) -> Option<Fault> {
    let rest = faults.len().saturating_sub(TOLD);
    let more = faults.get(TOLD).map(|(line, _)| {
        Box::new(Fault { place: format!("{list}:{line}"), what: format!("and {rest} from here on"), next: None })
    });
    let told = faults.iter().take(TOLD).rev();
    told.fold(more, |next, (line, what)| {
        Some(Box::new(Fault { place: format!("{list}:{line}"), what: what.clone(), next }))
    })
    .map(|first| *first)
}

/// What a line names; none if it is blank or a comment.
fn entry(line: &[u8], number: usize) -> Result<Option<Entry>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8; write other bytes as \"\\ooo\"".to_owned())?;
    if text.chars().any(|c| c != '\t' && is_unprintable(c)) {
        return Err("it holds a control character, or one that nobody sees".to_owned());
    }
    let mut words = words(text)?.into_iter();
    let Some(address) = words.next() else { return Ok(None) };
    let branch = words.next();
    if words.next().is_some() {
        return Err(
            "it holds more than a repository and a branch; put a name with spaces into double quotes".to_owned()
        );
    }
    if let Some(reason) = unusable(&address) {
        return Err(reason);
    }
    let named = |name: String| BranchName::parse(&name).map_err(|_| "the second word can be no branch".to_owned());
    let branch = branch.map(named).transpose()?;
    let is_path = is_path(&address);
    let key = if is_path { path_key(&address) } else { url_key(&address) };
    Ok(Some(Entry { line: number, address, is_path, branch, key }))
}

/// The words of a line up to a comment. One in double quotes is read as git quotes a path.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_matches([' ', '\t']);
    while !rest.is_empty() && !rest.starts_with('#') {
        let end = if rest.starts_with('"') { closing(rest) } else { rest.find([' ', '\t']) };
        let end = match end {
            None if rest.starts_with('"') => return Err("a double quote opens and does not close".to_owned()),
            end => end.unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        if !after.is_empty() && !after.starts_with([' ', '\t']) {
            return Err("a word goes on behind its double quote".to_owned());
        }
        let read = unquote(word).and_then(|bytes| String::from_utf8(bytes).ok());
        match read.filter(|word| is_printable(word)) {
            Some(word) => words.push(word),
            None => return Err("what is in double quotes is not text as git quotes it".to_owned()),
        }
        rest = after.trim_start_matches([' ', '\t']);
    }
    Ok(words)
}

/// Where the quoted word ends that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| match c {
        _ if escaped => {
            escaped = false;
            None
        }
        '\\' => {
            escaped = true;
            None
        }
        '"' => Some(at + 1),
        _ => None,
    })
}

/// Why an address can be none; it is not told itself, since it may hold a password.
fn unusable(address: &str) -> Option<String> {
    if let Some(reason) = refusal(address) {
        return Some(format!("the repository can be none: {reason}"));
    }
    if address.starts_with('~') {
        return Some("a path is taken as it is written, without ~; write it out".to_owned());
    }
    let scheme = address.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    match scheme {
        Some((scheme, rest)) if SCHEMES.contains(&scheme.as_str()) => {
            let host = rest.strip_prefix("//").map(|rest| rest.trim_matches('/'));
            host.is_none_or(str::is_empty).then(|| format!("a URL is {scheme}:// and what follows"))
        }
        _ => None,
    }
}

/// A path without what leads nowhere else.
fn path_key(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// A URL without what one signs in with, its server in small letters.
fn url_key(url: &str) -> String {
    let url = without_credentials(url);
    let url = url.trim_end_matches('/');
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
