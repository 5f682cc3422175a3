//! A commit's own fields and how git spells them as bytes; no I/O.

use gix::bstr::{BStr, ByteSlice};

use crate::ids::{CommitId, TreeId};
use crate::snapshot::Time;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name, without angle brackets or line breaks.
    pub name: String,
    /// The address, without angle brackets or line breaks.
    pub email: String,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who.
    pub person: Person,
    /// When.
    pub time: Time,
}

/// Who had to do with a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Who wrote the change, and when.
    pub author: Signature,
    /// Who committed it, and when.
    pub committer: Signature,
}

/// What a commit says beside its tree and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitMeta {
    /// Who wrote the change.
    pub author: Signature,
    /// Who committed it.
    pub committer: Signature,
    /// Whether the commit is to be signed by the user's own git configuration.
    pub sign: bool,
    /// The parents, first parent first.
    pub parents: Vec<CommitId>,
}

impl Person {
    /// A person of these words, cleaned as git cleans them.
    pub fn new(name: &str, email: &str) -> Self {
        Self { name: clean(name), email: clean(email) }
    }

    pub(super) fn of(name: &BStr, email: &BStr) -> Self {
        Self::new(&name.to_str_lossy(), &email.to_str_lossy())
    }

    /// A person spelled `Name <address>`, as `hhgit.author` has it.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('<')?;
        let (email, after) = rest.split_once('>')?;
        let person = Self::new(name, email);
        (after.trim().is_empty() && !person.name.is_empty()).then_some(person)
    }
}

impl Signature {
    /// The signature as a commit holds it.
    pub fn line(&self) -> String {
        let Time { seconds, offset } = self.time;
        let minutes = offset.unsigned_abs() / 60;
        let sign = if offset < 0 { '-' } else { '+' };
        let Person { name, email } = &self.person;
        format!("{} <{}> {seconds} {sign}{:02}{:02}", clean(name), clean(email), minutes / 60, minutes % 60)
    }
}

impl People {
    /// The people of a commit's bytes; whom it does not name has no name.
    pub(super) fn of(commit: &[u8]) -> Self {
        let header = &commit[..commit.find(b"\n\n").unwrap_or(commit.len())];
        let role = |key: &[u8]| {
            let line = header.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(key));
            signature(line.unwrap_or_default())
        };
        Self { author: role(b"author "), committer: role(b"committer ") }
    }
}

/// Reads `Name <address> seconds zone`, forgiving what git forgives.
fn signature(line: &[u8]) -> Signature {
    let (name, rest) = line.split_at(line.find_byte(b'<').unwrap_or(line.len()));
    let email = &rest[..rest.find_byte(b'>').unwrap_or(rest.len())];
    let time = parse_time(line).unwrap_or(Time { seconds: 0, offset: 0 });
    Signature { person: Person::of(name.as_bstr(), email.as_bstr()), time }
}

/// The date at the end of a commit's `author` or `committer` line.
pub(super) fn parse_time(line: &[u8]) -> Option<Time> {
    let text = line[line.rfind_byte(b'>')? + 1..].to_str().ok()?;
    let mut words = text.split_ascii_whitespace();
    let seconds = words.next()?.parse().ok()?;
    let zone: i32 =
        words.next().and_then(|zone| zone.parse().ok()).filter(|zone| i32::abs(*zone) < 10_000).unwrap_or(0);
    Some(Time { seconds, offset: (zone / 100 * 60 + zone % 100) * 60 })
}

/// A date in any form git reads, but for those that count from now (`yesterday`).
pub fn parse_date(text: &str) -> Option<Time> {
    let time = gix::date::parse(text.strip_prefix('@').unwrap_or(text), None).ok()?;
    Some(Time { seconds: time.seconds, offset: time.offset })
}

/// The bytes of an unsigned commit.
pub fn encode(tree: TreeId, meta: &CommitMeta, message: &str) -> Vec<u8> {
    let mut out = format!("tree {tree}\n");
    for parent in &meta.parents {
        out.push_str(&format!("parent {parent}\n"));
    }
    let (author, committer) = (meta.author.line(), meta.committer.line());
    out.push_str(&format!("author {author}\ncommitter {committer}\n\n{}", whole_lines(message)));
    out.into_bytes()
}

/// A commit's bytes without the signatures that stand in its header.
pub(super) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.find(b"\n\n").unwrap_or(bytes.len());
    let (header, rest) = bytes.split_at(end);
    let mut signing = false;
    let mut kept = Vec::new();
    for line in header.split(|byte| *byte == b'\n') {
        signing =
            line.starts_with(b"gpgsig ") || line.starts_with(b"gpgsig-sha256 ") || signing && line.starts_with(b" ");
        if !signing {
            kept.push(line);
        }
    }
    let mut out = kept.join(&b'\n');
    out.extend_from_slice(rest);
    out
}

/// A message as a commit holds it: no NUL byte, and its last line ended.
pub(super) fn whole_lines(message: &str) -> String {
    let mut text = message.replace('\0', "\u{fffd}");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Takes out what would end a name or address early.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r' | '\0')).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_cannot_be_steered_by_a_name() {
        let person = Person::new("Eve\nparent 123 <x>", "a>b");
        let line = Signature { person, time: Time { seconds: 5, offset: -5400 } }.line();
        assert_eq!(line, "Eveparent 123 x <ab> 5 -0130");
    }

    #[test]
    fn a_commit_is_read_without_its_signature() {
        let bare = b"tree t\nauthor a\ncommitter c\n\nsubject\n\ngpgsig no\n x\n";
        let signed =
            b"tree t\nauthor a\ncommitter c\ngpgsig -----BEGIN\n \n abc\n -----END\n\nsubject\n\ngpgsig no\n x\n";
        assert_eq!(unsigned(signed), bare);
        assert_eq!(unsigned(bare), bare);
        assert_eq!(unsigned(b""), b"");
    }

    #[test]
    fn a_date_that_means_nothing_is_the_epoch() {
        assert_eq!(parse_time(b"A <a> 12 -0130"), Some(Time { seconds: 12, offset: -5400 }));
        for bad in [b"A <a>".as_slice(), b"A <a> x", b"", b"A <a> 99999999999999999999 +0000"] {
            assert_eq!(parse_time(bad), None);
        }
        assert_eq!(parse_time(b"A <a> 12 +999999999"), Some(Time { seconds: 12, offset: 0 }));
    }

    #[test]
    fn the_people_of_a_commit_are_those_of_its_header() {
        let commit = b"tree t\nauthor A B <a@b> 60 +0100\ncommitter C <c> x\n\nauthor Eve <e> 1 +0000\n";
        let at = |seconds, offset| Time { seconds, offset };
        let author = Signature { person: Person::new("A B", "a@b"), time: at(60, 3600) };
        let committer = Signature { person: Person::new("C", "c"), time: at(0, 0) };
        assert_eq!(People::of(commit), People { author, committer });
        let nobody = Signature { person: Person::new("", ""), time: at(0, 0) };
        assert_eq!(People::of(b""), People { author: nobody.clone(), committer: nobody });
    }

    #[test]
    fn a_person_is_parsed_or_not() {
        assert_eq!(Person::parse("A B <a@b>"), Some(Person::new("A B", "a@b")));
        for bad in ["A B", "A <b", "<a@b>", "A <b> c"] {
            assert_eq!(Person::parse(bad), None, "{bad}");
        }
    }
}
