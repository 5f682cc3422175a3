//! What a sync commit's trailers say of how it was made: the ruleset, and the options that change the tree.

use std::collections::BTreeSet;

use crate::fabric::kinds::Kinds;
use crate::ids::sha256_hex;
use crate::options::{Common, MAX_FILE_SIZE, Retry, Sync};
use crate::plan::fabric::Inventory;
use crate::schema::Schemas;

/// The rulesets in force, each with a digest that changes whenever a verdict could.
pub(super) fn rulesets(inventories: &[Inventory]) -> Vec<String> {
    let of = |inventory: &Inventory| {
        let (kinds, schemas) = (&inventory.survey.kinds, &inventory.survey.schemas);
        ruleset(kinds, schemas)
    };
    inventories.iter().map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

/// One ruleset's name and digest.
pub(super) fn ruleset(kinds: &Kinds, schemas: &Schemas) -> String {
    let own = *kinds == Kinds::builtin() && *schemas == Schemas::builtin();
    let name = if own { "fabric-v0.129" } else { "fabric-v0.129+crds" };
    let rows: String = kinds
        .iter()
        .map(|kind| format!("{}\t{}\t{}\t{:?}\t{:?}\n", kind.group, kind.kind, kind.plural, kind.versions, kind.author))
        .collect();
    let text = rows + &schemas.fingerprint();
    format!("{name} sha256:{}", &sha256_hex(text.as_bytes())[..16])
}

/// The flags that change the tree, as they would be typed.
pub(super) fn flags(common: &Common, options: &Sync) -> Vec<String> {
    let mut flags = Vec::new();
    flags.extend(common.fabrics.iter().map(|path| format!("--fabric={path}")));
    if options.adopt {
        flags.push("--adopt".to_owned());
    }
    if options.repair {
        flags.push("--repair".to_owned());
    }
    match &options.retry {
        Retry::Nothing => {}
        Retry::All => flags.push("--retry".to_owned()),
        Retry::Below(path) => flags.push(format!("--retry={path}")),
    }
    if options.max_file_size != MAX_FILE_SIZE {
        flags.push(format!("--max-file-size={}", options.max_file_size));
    }
    flags
}
