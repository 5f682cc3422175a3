//! What git tells a hook of a push: which refs would go from where to where. Anything else is refused.

use crate::git::RefName;
use crate::ids::{HashKind, ObjectId};

use super::error::HookError;

/// One ref that a push would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The ref.
    pub name: RefName,
    /// What it names; none if it is new.
    pub old: Option<ObjectId>,
    /// What it would name; none if it would go.
    pub new: Option<ObjectId>,
}

/// Reads lines of `OLD NEW REF`, each ended.
pub fn parse(bytes: &[u8], hash: HashKind) -> Result<Vec<Move>, HookError> {
    let mut moves = Vec::new();
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let fields = line.strip_suffix(b"\n").map(|line| line.splitn(3, |byte| *byte == b' ').collect::<Vec<_>>());
        let moved = match fields.as_deref() {
            Some([old, new, name]) => one(old, new, name, hash),
            _ => None,
        };
        moves.push(moved.ok_or(HookError::Line { number: index + 1 })?);
    }
    Ok(moves)
}

/// One ref by the three words for it; none if they are not what git would say.
pub fn one(old: &[u8], new: &[u8], name: &[u8], hash: HashKind) -> Option<Move> {
    let id = |hex: &[u8]| {
        let is_hex = hex.len() == hash.len_in_hex() && hex.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let id = is_hex.then(|| ObjectId::from_hex(hex).ok()).flatten()?;
        Some(Some(id).filter(|id| !id.is_null()))
    };
    Some(Move { name: RefName::parse(name)?, old: id(old)?, new: id(new)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    /// What was read, each as `OLD NEW NAME` with a dash for what is not there.
    fn read(text: &str) -> Result<Vec<String>, String> {
        let moves = parse(text.as_bytes(), HashKind::Sha1).map_err(|error| error.to_string())?;
        let hex = |id: Option<ObjectId>| id.map_or("-".to_owned(), |id| id.to_string());
        Ok(moves.into_iter().map(|m| format!("{} {} {}", hex(m.old), hex(m.new), m.name)).collect())
    }

    #[test]
    fn refs_that_come_go_and_move_are_told_apart() {
        let text = format!("{ZERO} {A} refs/heads/new\n{A} {ZERO} refs/heads/old\n{A} {A} refs/tags/v1\n");
        let expected = [format!("- {A} new"), format!("{A} - old"), format!("{A} {A} refs/tags/v1")];
        assert_eq!(read(&text), Ok(expected.to_vec()));
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn what_git_would_not_say_is_refused_with_its_line() {
        let good = format!("{ZERO} {A} refs/heads/new\n");
        let upper = A.to_uppercase();
        for bad in [
            "\n".to_owned(),
            "x\n".to_owned(),
            format!("{ZERO} {A}\n"),
            format!("{ZERO} {A} \n"),
            format!("{ZERO} {A} main\n"),
            format!("{ZERO} {A} refs/heads/a b\n"),
            format!("{ZERO}  {A} refs/heads/a\n"),
            format!("{ZERO} {upper} refs/heads/a\n"),
            format!("{ZERO} {} refs/heads/a\n", &A[1..]),
            format!("{ZERO} {A}{A} refs/heads/a\n"),
            format!("{ZERO} {A} refs/heads/a"),
            format!("{ZERO} {A} refs/heads/a\r\n"),
        ] {
            let told = read(&format!("{good}{bad}"));
            assert!(told.clone().is_err_and(|words| words.starts_with("line 2 of what")), "{bad:?} gave {told:?}");
        }
    }
}
