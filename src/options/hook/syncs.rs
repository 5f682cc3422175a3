//! What a server makes of pushed commits that are proven to be syncs.

use super::Setting;

/// What becomes of commits that are exactly what sync makes of their parents, and of others beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Syncs {
    /// They are judged as all others are.
    #[default]
    Judged,
    /// They are not refused for what they bring into managed/.
    LetIn,
    /// The same, and nothing else may change managed/ or unmanaged/.
    Only,
}

impl Setting for Syncs {
    const VALUES: &'static str = "judged, let-in or only";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "judged" => Some(Self::Judged),
            "let-in" => Some(Self::LetIn),
            "only" => Some(Self::Only),
            _ => None,
        }
    }
}
