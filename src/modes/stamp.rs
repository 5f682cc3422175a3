//! What a sync commit's trailers say of how it was made: the ruleset, and the options that change the tree.

use crate::fabric::kinds::{Kind, Kinds};
use crate::fabric::layout::FabricDir;
use crate::fabric::manifest::Level;
use crate::fabric::survey::survey;
use crate::ids::sha256_hex;
use crate::schema::Schemas;
use crate::snapshot::Objects;

use super::asked::level_flag;
use super::error::ModeError;

/// The ruleset's name.
const NAME: &str = "fabric-v0.129";
/// The digest of the built-in ruleset, written down since most runs need no other; a test computes it.
const BUILTIN: &str = "006d62b63a750f85";

/// The built-in ruleset's name and digest.
pub(super) fn builtin() -> String {
    format!("{NAME} sha256:{BUILTIN}")
}

/// A ruleset's name, and a digest that changes whenever a verdict could.
pub(super) fn ruleset(kinds: &Kinds, schemas: &Schemas) -> String {
    if *kinds == Kinds::builtin() && *schemas == Schemas::builtin() {
        builtin()
    } else {
        format!("{NAME}+crds sha256:{}", digest(kinds, schemas))
    }
}

fn digest(kinds: &Kinds, schemas: &Schemas) -> String {
    let row = |kind: &Kind| {
        format!("{}\t{}\t{}\t{:?}\t{:?}\n", kind.group, kind.kind, kind.plural, kind.versions, kind.author)
    };
    let text = kinds.iter().map(row).collect::<String>() + &schemas.fingerprint();
    sha256_hex(text.as_bytes())[..16].to_owned()
}

/// The level that was imposed, where it is not the one that a manifest asks for.
pub(super) fn level<'d>(
    reader: &dyn Objects,
    dirs: impl Iterator<Item = &'d FabricDir>,
    imposed: Option<Level>,
) -> Result<Option<String>, ModeError> {
    let Some(level) = imposed else { return Ok(None) };
    for dir in dirs {
        if survey(reader, dir)?.manifest.level != level {
            return Ok(Some(level_flag(level)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_written_down_is_that_of_the_built_in_ruleset() {
        assert_eq!(BUILTIN, digest(&Kinds::builtin(), &Schemas::builtin()), "write the right one into this file");
    }
}
