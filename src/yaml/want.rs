//! What of a document somebody wants to keep: all of it, nothing, or a few fields by name.

/// What of a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// All of it.
    All,
    /// That it is there, what it is and where; not what it holds.
    Nothing,
    /// Of a mapping these fields, each as far as it says; what is none, as nothing.
    Fields(&'static [(&'static str, Want)]),
}

impl Want {
    /// What is wanted of the value of a mapping's key.
    pub(super) fn key(self, key: &str) -> Self {
        match self {
            Self::Fields(fields) => {
                fields.iter().find(|(name, _)| *name == key).map_or(Self::Nothing, |(_, want)| *want)
            }
            all_or_nothing => all_or_nothing,
        }
    }

    /// What is wanted of a list's items.
    pub(super) fn item(self) -> Self {
        if self == Self::All { Self::All } else { Self::Nothing }
    }
}
