//! Where in an object something is, and other words of messages; text from documents is made printable.

use crate::path::is_unprintable;
use crate::yaml::{Node, Value};

/// A place in an object: a chain of steps from the root, kept on the stack until a message needs its text.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The root.
    pub(super) const ROOT: Self = At { parent: None, step: Step::Root };

    /// The place of a key below this.
    pub(super) fn key(&'a self, key: &'a str) -> Self {
        At { parent: Some(self), step: Step::Key(key) }
    }

    /// The place of a list's item below this.
    pub(super) fn index(&'a self, index: usize) -> Self {
        At { parent: Some(self), step: Step::Index(index) }
    }

    /// The place as text, such as `spec.subnets.web.vlan` or `spec.permit[0]["a.b"]`.
    pub(super) fn path(&self) -> String {
        let mut out = match self.parent {
            Some(parent) => parent.path(),
            None => String::new(),
        };
        match self.step {
            Step::Root => {}
            Step::Index(index) => out.push_str(&format!("[{index}]")),
            Step::Key(key) if is_plain(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => out.push_str(&format!("[\"{}\"]", printable(key))),
        }
        out
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Text from a document for a message: no control characters, and not longer than it needs to be.
pub(super) fn printable(text: &str) -> String {
    const LONGEST: usize = 64;
    let clean = |c: char| if is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c };
    let mut out: String = text.chars().take(LONGEST).map(clean).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

/// A scalar as a message shows it; other values by their kind.
pub(super) fn shown(node: &Node) -> String {
    match &node.value {
        Value::String(text) => format!("'{}'", printable(text)),
        Value::Int(int) => int.to_string(),
        Value::Uint(int) => int.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => node.kind_name().to_owned(),
    }
}

/// The known word that a misspelt one most likely means: nearest by edits, letter case aside.
pub(super) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let wanted = word.to_lowercase();
    let near = known.map(|known| (strsim::osa_distance(&known.to_lowercase(), &wanted), known));
    let (edits, known) = near.min()?;
    (edits <= (wanted.chars().count() / 3).max(1)).then_some(known)
}

/// Words as a message lists them, not too many of them.
pub(super) fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    const SHOWN: usize = 16;
    let words: Vec<&str> = words.map(|word| if word.is_empty() { "''" } else { word }).collect();
    let mut out = words.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if words.len() > SHOWN {
        out.push_str(&format!(" and {} more", words.len() - SHOWN));
    }
    printable_line(&out)
}

fn printable_line(text: &str) -> String {
    text.chars().map(|c| if is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_a_person_would_look_for_it() {
        let spec = At::ROOT.key("spec");
        let (links, odd) = (spec.key("links"), spec.key("a.b\n"));
        let second = links.index(1);
        assert_eq!(second.key("port").path(), "spec.links[1].port");
        assert_eq!(odd.path(), "spec[\"a.b\u{fffd}\"]");
        assert_eq!(At::ROOT.key("Spec").path(), "Spec");
    }

    #[test]
    fn a_misspelt_word_finds_the_one_it_means() {
        let known = ["subnets", "vlanNamespace", "mode"];
        for (word, expected) in [
            ("subnet", Some("subnets")),
            ("vlannamespace", Some("vlanNamespace")),
            ("bogus", None),
            ("Mode", Some("mode")),
        ] {
            assert_eq!(nearest(word, known.into_iter()), expected, "{word}");
        }
    }
}
