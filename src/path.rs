//! Repository paths, valid by construction and ordered as git orders them; no I/O.
//!
//! A [`RepoPath`] is bytes, not text: git allows any byte but NUL and the slash in a name. What can never be in one is a
//! component git itself would refuse to check out (`..`, `.git` in any of its disguises, an empty name), so a path made
//! of a document's name cannot leave its folder.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use gix::bstr::ByteSlice;

/// The longest file name that the common file systems take, in bytes.
pub const MAX_NAME: usize = 255;

/// A path inside a repository, from its root, without a leading or trailing slash; empty for the root itself. A copy shares
/// its bytes, since the same paths go through every step.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepoPath(Arc<[u8]>);

/// Bytes that are no path git would check out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a path that git checks out: {reason}", quote(path))]
pub struct PathError {
    /// The path or component that was refused.
    pub path: Vec<u8>,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl RepoPath {
    /// The repository's root.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of these bytes; the empty one is the root.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, PathError> {
        let bytes = bytes.as_ref();
        if !bytes.is_empty() {
            for component in bytes.split(|b| *b == b'/') {
                check_component(component)?;
            }
        }
        Ok(Self(bytes.into()))
    }

    /// A name for showing alone, as a user gave it: of a file that is in no repository. It is never joined or looked up.
    pub fn shown(name: &[u8]) -> Self {
        Self(name.into())
    }

    /// This path with one more component.
    pub fn join(&self, component: &[u8]) -> Result<Self, PathError> {
        check_component(component)?;
        Ok(self.push_valid(component))
    }

    /// This path followed by another.
    pub fn join_path(&self, other: &RepoPath) -> Self {
        if other.is_root() { self.clone() } else { self.push_valid(&other.0) }
    }

    /// This path with one more component that the program itself spells.
    pub(crate) fn child(&self, component: &'static str) -> Self {
        debug_assert!(check_component(component.as_bytes()).is_ok());
        self.push_valid(component.as_bytes())
    }

    /// A file in a folder, both names proved to be made of lower-case letters, digits and, not first, `-`, `.` and `_`:
    /// none of these stands for `.git` or leads anywhere else.
    pub(crate) fn of_plain_names(folder: &str, file: &[&str]) -> Self {
        let parts: [&[u8]; 2] = [folder.as_bytes(), b"/"];
        let path = Self::of_valid(parts.into_iter().chain(file.iter().map(|part| part.as_bytes())));
        debug_assert!(Self::new(path.as_bytes()).is_ok());
        path
    }

    fn push_valid(&self, component: &[u8]) -> Self {
        let slash: &[u8] = if self.is_root() { b"" } else { b"/" };
        Self::of_valid([self.as_bytes(), slash, component].into_iter())
    }

    /// Parts that make a valid path. Most are short: put together where nothing has to be asked for, they are copied once to
    /// where they stay.
    fn of_valid<'p>(parts: impl Iterator<Item = &'p [u8]> + Clone) -> Self {
        let length = parts.clone().map(<[u8]>::len).sum::<usize>();
        let mut short = [0; 256];
        let Some(bytes) = short.get_mut(..length) else {
            return Self(parts.collect::<Vec<_>>().concat().into());
        };
        let mut at = 0;
        for part in parts {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        Self((&*bytes).into())
    }

    /// The bytes of the path that follow a folder at the root, if it lies in that.
    pub(crate) fn in_folder(&self, folder: &str) -> Option<&[u8]> {
        self.0.strip_prefix(folder.as_bytes())?.strip_prefix(b"/")
    }

    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the repository's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The components from the root down.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|b| *b == b'/').filter(|c| !c.is_empty())
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        let start = self.0.rfind_byte(b'/').map_or(0, |slash| slash + 1);
        &self.0[start..]
    }

    /// The folder this path is in; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let end = self.0.rfind_byte(b'/').unwrap_or(0);
        Some(Self(self.0[..end].into()))
    }

    /// What follows `base` in this path, if it is `base` or below it.
    pub fn strip_prefix(&self, base: &RepoPath) -> Option<RepoPath> {
        self.below(base).map(|rest| Self(rest.into()))
    }

    /// The bytes that follow `base` in this path.
    fn below(&self, base: &RepoPath) -> Option<&[u8]> {
        if base.is_root() {
            return Some(&self.0);
        }
        match self.0.strip_prefix(base.as_bytes())? {
            [] => Some(&[]),
            [b'/', rest @ ..] => Some(rest),
            _ => None,
        }
    }

    /// Whether this path is `base` or below it.
    pub fn starts_with(&self, base: &RepoPath) -> bool {
        self.below(base).is_some()
    }

    /// The path as text, if it is clean: UTF-8 without control characters.
    pub fn as_clean_str(&self) -> Option<&str> {
        self.0.to_str().ok().filter(|text| is_printable(text))
    }
}

impl Borrow<[u8]> for RepoPath {
    /// A path is ordered and compared by its bytes, so that maps of paths can be asked by these alone.
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for RepoPath {
    /// Clean paths as they are, others C-quoted as git quotes them; the root is `.`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match plain(&self.0) {
            Some("") => f.write_str("."),
            Some(text) => f.write_str(text),
            None => f.write_str(&quote(&self.0)),
        }
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoPath({self})")
    }
}

/// Control characters and those that reorder or hide text, none of which may reach a terminal.
pub fn is_unprintable(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether nothing in a text is unprintable.
pub fn is_printable(text: &str) -> bool {
    is_ascii_printable(text) || !text.chars().any(is_unprintable)
}

/// Whether a text is of printable ASCII, as nearly every one is: then nothing has to be looked at character by character.
fn is_ascii_printable(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// Text from a document for a message: no control characters, and not longer than a line.
pub fn printable(text: &str) -> String {
    const LONGEST: usize = 120;
    if text.len() <= LONGEST && is_ascii_printable(text) {
        return text.to_owned();
    }
    let clean = |c: char| if is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c };
    let mut out: String = text.chars().take(LONGEST).map(clean).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

/// Bytes as git prints a path: as they are where they are clean UTF-8, else C-quoted in double quotes.
pub fn quote(bytes: &[u8]) -> String {
    if let Some(text) = plain(bytes) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

/// The text of bytes that git would not quote.
fn plain(bytes: &[u8]) -> Option<&str> {
    let text = bytes.to_str().ok()?;
    let is_quoted = bytes.iter().any(|byte| matches!(byte, b'"' | b'\\'));
    (!is_quoted && is_printable(text)).then_some(text)
}

/// A word of a command as a shell reads it, for people to copy; as bash reads it where the bytes are no clean text.
pub fn shell_word(word: impl AsRef<[u8]>) -> String {
    let word = word.as_ref();
    let Some(text) = word.to_str().ok().filter(|text| is_printable(text)) else {
        let escaped = |byte: &u8| match byte {
            b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
            0x20..=0x7e => char::from(*byte).to_string(),
            _ => format!("\\{byte:03o}"),
        };
        return format!("$'{}'", word.iter().map(escaped).collect::<String>());
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=:@,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The bytes that [`quote`] has shown; nothing if it shows none so.
pub fn unquote(text: &str) -> Option<Vec<u8>> {
    let Some(quoted) = text.strip_prefix('"') else { return Some(text.as_bytes().to_vec()) };
    let mut rest = quoted.strip_suffix('"')?.as_bytes();
    let mut bytes = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        bytes.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'"' | b'\\' => *escape,
            b'0'..=b'3' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                rest = &rest[2..];
                u8::from_str_radix(&format!("{}{digits}", char::from(*escape)), 8).ok()?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

fn check_component(component: &[u8]) -> Result<(), PathError> {
    let refuse = |reason| Err(PathError { path: component.to_vec(), reason });
    if component.is_empty() {
        return refuse("it has an empty component");
    }
    if is_plain(component) {
        return Ok(());
    }
    if component.contains(&0) || component.contains(&b'/') {
        return refuse("a component holds a slash or a NUL byte");
    }
    let options =
        gix_validate::path::component::Options { protect_windows: false, protect_hfs: true, protect_ntfs: true };
    match gix_validate::path::component(component.as_bstr(), None, options) {
        Ok(_) => Ok(()),
        Err(_) => refuse("a component is '.', '..' or stands for '.git'"),
    }
}

/// Whether a name is too plain for any file system to take it for `.git`: it starts with a letter or a digit and has nothing
/// but those, dots, dashes and underscores, so that it can only be `git~1` by a character that it lacks.
fn is_plain(component: &[u8]) -> bool {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    component[0].is_ascii_alphanumeric() && component.iter().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_its_folder_cannot_be_made() {
        for bad in ["..", "a/../b", "/etc", "a//b", "a/", ".git/config", "a/.GIT", "git~1", ".git ", "a\0b", "./a"] {
            assert!(RepoPath::new(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn a_word_to_copy_is_one_word_to_a_shell() {
        for plain in ["/srv/git/fab.git", "a-b_c+d@e:f,g=h"] {
            assert_eq!(shell_word(plain), plain);
        }
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("x y$(id)"), "'x y$(id)'");
        assert_eq!(shell_word(b"a\x1b\xff' \\"), r#"$'a\033\377\' \\'"#);
        assert_eq!(shell_word("it's; `id` \"x\""), r#"'it'\''s; `id` "x"'"#);
    }

    #[test]
    fn ordinary_and_strange_names_are_paths() {
        for good in ["raw", "raw/a b.yaml", "raw/.gitkeep", "raw/…", "a/...", ".github/x", "raw/new\nline"] {
            assert!(RepoPath::new(good).is_ok(), "{good:?} was refused");
        }
        assert!(RepoPath::new(b"raw/\xff\xfe.yaml").is_ok());
    }

    #[test]
    fn unclean_paths_are_shown_quoted_as_git_does() {
        let path = RepoPath::new(b"raw/\xff\n\x1b[0m").map(|p| p.to_string());
        assert_eq!(path, Ok(r#""raw/\377\n\033[0m""#.to_string()));
        for hidden in ["\u{61c}", "\u{202e}", "\u{e0041}"] {
            assert_eq!(RepoPath::new(hidden).ok().as_ref().and_then(RepoPath::as_clean_str), None, "{hidden:?}");
        }
        assert_eq!(RepoPath::new("raw/é").map(|p| p.to_string()), Ok("raw/é".to_string()));
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        for bytes in [b"plain".as_slice(), "\u{e9}".as_bytes(), b"a\"b\\c\n\r\t\x01\xff", b"\\377", b""] {
            assert_eq!(unquote(&quote(bytes)).as_deref(), Some(bytes));
        }
        for bad in ["\"", "\"a", "\"\\", "\"\\8\"", "\"\\37\"", "\"\\400\""] {
            assert_eq!(unquote(bad), None, "{bad}");
        }
    }

    #[test]
    fn prefixes_end_at_a_slash() {
        let path = |text: &str| RepoPath::new(text).expect("a valid path");
        assert!(path("a/b").starts_with(&path("a")));
        assert!(!path("ab").starts_with(&path("a")));
        assert!(path("ab").starts_with(&RepoPath::root()));
        assert_eq!(path("a/b/c").strip_prefix(&path("a")), Some(path("b/c")));
        assert_eq!(path("a/b").parent(), Some(path("a")));
        assert_eq!(path("a").parent(), Some(RepoPath::root()));
    }
}
