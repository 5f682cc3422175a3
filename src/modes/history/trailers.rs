//! What a commit's message claims of itself: the trailers of a sync commit. Hints, never taken for the truth.

use crate::modes::asked::Asked;

/// What the trailers of a message say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The version of hhgit that made the commit.
    pub version: String,
    /// The rulesets it went by, in order.
    pub rulesets: Vec<String>,
    /// The options that changed the tree, as flags; empty where there were none.
    pub flags: String,
    /// The tree that was sorted, in hexadecimal digits.
    pub input_tree: String,
}

impl Claim {
    /// What the flags ask; nothing if they mean nothing here.
    pub fn asked(&self) -> Option<Asked> {
        Asked::parse(&self.flags)
    }
}

/// What a message claims: its last paragraph names a version and an input tree.
pub fn claim(message: &[u8]) -> Option<Claim> {
    let text = String::from_utf8_lossy(message);
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let values = |key: &str| {
        let prefix = format!("Hhgit-{key}: ");
        last.lines().filter_map(|line| line.strip_prefix(&prefix).map(str::to_owned)).collect::<Vec<_>>()
    };
    Some(Claim {
        version: values("Version").pop()?,
        rulesets: values("Ruleset"),
        flags: values("Options").pop().unwrap_or_default(),
        input_tree: values("Input-Tree").pop()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailers_of_a_message_are_its_claim() {
        let message = b"hhgit: sync 1 object into f\n\nf (.): 1 to managed\n\nHhgit-Version: 0.1.0\n\
            Hhgit-Ruleset: r sha256:1\nHhgit-Options: --repair\nHhgit-Input-Tree: abc\nHhgit-Fabric: .\n";
        let claim = claim(message).expect("a claim");
        assert_eq!((claim.version.as_str(), claim.input_tree.as_str()), ("0.1.0", "abc"));
        assert_eq!(claim.rulesets, ["r sha256:1"]);
        assert_eq!(claim.asked(), Some(Asked { repair: true, ..Asked::default() }));
    }

    #[test]
    fn a_message_without_them_claims_nothing() {
        for message in [b"".as_slice(), b"Fix a VLAN\n", b"x\n\nHhgit-Version: 1\n\nHhgit-Input-Tree: a\n", b"\xff"] {
            assert_eq!(claim(message), None);
        }
    }
}
