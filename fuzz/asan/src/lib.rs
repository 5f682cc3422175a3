//! The modules of `src/yaml` as a crate, with what little they use of the rest of hhgit.

#[path = "../../../src/yaml/mod.rs"]
pub mod yaml;

/// Of hhgit's paths, what tells whether a character can be shown.
pub mod path {
    /// Whether a character would be seen as something else, or not at all; for messages of the YAML layer that is near enough.
    pub fn is_unprintable(c: char) -> bool {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    }
}

/// Of hhgit's findings, the place.
pub mod finding {
    /// Where something is, lines and columns from 1.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Place {
        /// The first line.
        pub line: u32,
        /// The first column.
        pub column: u32,
        /// The last line.
        pub end_line: u32,
        /// The column after the last character.
        pub end_column: u32,
    }
}
