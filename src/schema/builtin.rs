//! The schemas of Fabric v0.129, kept as text and each read when it is first asked for.

use std::sync::{LazyLock, OnceLock};

use super::model::KindSchema;
use super::text::{self, Section};

/// The texts, by group.
const TEXTS: &[(&str, &str)] = &[
    ("gateway.githedgehog.com", include_str!("builtin/gateway.txt")),
    ("vpc.githedgehog.com", include_str!("builtin/vpc.txt")),
    ("wiring.githedgehog.com", include_str!("builtin/wiring.txt")),
];

/// The text of what metadata may hold.
const METADATA: &str = include_str!("builtin/metadata.txt");

struct Entry {
    group: &'static str,
    section: Section<'static>,
    schema: OnceLock<KindSchema>,
}

impl Entry {
    fn schema(&self) -> &KindSchema {
        self.schema.get_or_init(|| text::read(&self.section).expect("the texts are compiled in, and a test reads all"))
    }
}

fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let of = |(group, text)| {
            text::sections(text).into_iter().map(move |section| Entry { group, section, schema: OnceLock::new() })
        };
        TEXTS.iter().copied().flat_map(of).collect()
    });
    &ENTRIES
}

/// The built-in schema of a kind.
pub fn schema(group: &str, kind: &str) -> Option<&'static KindSchema> {
    let entry = entries().iter().find(|entry| entry.section.kind == kind && entry.group == group)?;
    Some(entry.schema())
}

/// The kinds that have a built-in schema, as group and kind, sorted.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    entries().iter().map(|entry| (entry.group, entry.section.kind))
}

/// The schema of `metadata`.
pub(super) fn metadata() -> &'static KindSchema {
    static SCHEMA: LazyLock<KindSchema> = LazyLock::new(|| {
        let section = text::sections(METADATA).into_iter().next();
        let schema = section.and_then(|section| text::read(&section).ok());
        schema.expect("the text is compiled in, and a test reads it")
    });
    &SCHEMA
}

/// All of the texts, which change whenever a built-in schema does.
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(_, text)| *text).chain([METADATA])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::write;

    #[test]
    fn every_built_in_schema_is_read_and_written_back_as_it_is() {
        let bodies = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let lines = lines.filter(|line| !line.starts_with('#') && !line.starts_with("pattern "));
            lines.map(|line| line.split(" pattern=").next().unwrap_or_default().to_owned()).collect()
        };
        for (group, text) in TEXTS {
            let written: String = text::sections(text)
                .iter()
                .map(|section| write::kind(section.kind, schema(group, section.kind).expect("it is built in")))
                .collect();
            assert_eq!(bodies(&written), bodies(text), "{group}");
        }
        assert_eq!(bodies(&write::kind("ObjectMeta", metadata())), bodies(METADATA));
    }

    #[test]
    fn the_kinds_that_users_write_all_have_a_schema() {
        let kinds: Vec<String> = kinds().map(|(group, kind)| format!("{kind}.{group}")).collect();
        let names: Vec<&str> = kinds.iter().filter_map(|kind| kind.strip_suffix(".githedgehog.com")).collect();
        let expected = [
            "Gateway.gateway",
            "GatewayGroup.gateway",
            "GatewayPeering.gateway",
            "VPCInfo.gateway",
            "External.vpc",
            "ExternalAttachment.vpc",
            "ExternalPeering.vpc",
            "IPv4Namespace.vpc",
            "VPC.vpc",
            "VPCAttachment.vpc",
            "VPCPeering.vpc",
            "Connection.wiring",
            "Server.wiring",
            "ServerProfile.wiring",
            "Switch.wiring",
            "SwitchGroup.wiring",
            "SwitchProfile.wiring",
            "VLANNamespace.wiring",
        ];
        assert_eq!(names, expected);
    }
}
