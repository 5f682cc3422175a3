//! `.hnp/manifest.yaml`: what a fabric is called and how it wants to be sorted; what is wrong with it is findings.

use crate::finding::Finding;
use crate::path::{RepoPath, is_printable, is_unprintable};
use crate::verdict::code::{Code, Severity};
use crate::yaml::{Node, Value};

use super::document::{Located, single};
use super::interval::Interval;
use super::settings::Settings;

/// What a manifest says, with the defaults where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The fabric's name.
    pub name: String,
    /// How deep a raw object is judged.
    pub level: Level,
    /// What happens to a raw object that managed/ holds with another value.
    pub on_existing: OnExisting,
    /// Whether the CRDs in `.hnp/crds/` are the whole set of kinds.
    pub crds_only: bool,
    /// What the rules between objects depend on.
    pub settings: Settings,
    /// What is to be done by the clock.
    pub periodic: Periodic,
}

/// What is to be done by the clock, as far as the manifest says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Periodic {
    /// Whether anything is; yes unless said.
    pub enabled: Option<bool>,
    /// How often.
    pub interval: Option<Interval>,
    /// Whether the fabric is only judged and never sorted; no unless said.
    pub validate_only: Option<bool>,
}

impl Periodic {
    /// Whether anything is to be done.
    pub fn is_enabled(self) -> bool {
        self.enabled.unwrap_or(true)
    }

    /// Whether the fabric is only judged.
    pub fn only_validates(self) -> bool {
        self.validate_only.unwrap_or(false)
    }

    /// The lines of a manifest's `periodic:`: key and value, as far as they are said.
    pub fn lines(self) -> Vec<(&'static str, String)> {
        let enabled = self.enabled.map(|enabled| ("enabled", enabled.to_string()));
        let interval = self.interval.map(|interval| ("interval", interval.to_string()));
        let validate_only = self.validate_only.map(|only| ("validate-only", only.to_string()));
        [enabled, interval, validate_only].into_iter().flatten().collect()
    }
}

/// How deep a raw object is judged before it goes to managed/.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// It is readable and names a Hedgehog object.
    Identity,
    /// It also fits its kind's schema.
    #[default]
    Schema,
}

/// What happens to a raw object that managed/ holds with another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnExisting {
    /// The raw one takes its place.
    #[default]
    Replace,
    /// The raw one goes to unmanaged/ as `already-managed`.
    Refuse,
}

impl Manifest {
    /// The manifest of a fabric directory that has none: named after its folder.
    pub fn absent(fabric: &RepoPath) -> Self {
        let folder = std::str::from_utf8(fabric.file_name()).ok().filter(|name| is_name(name));
        Self {
            name: folder.unwrap_or("fabric").to_owned(),
            level: Level::default(),
            on_existing: OnExisting::default(),
            crds_only: false,
            settings: Settings::default(),
            periodic: Periodic::default(),
        }
    }

    /// The bytes of a new manifest with this name.
    pub fn write(name: &str) -> String {
        #[derive(serde::Serialize)]
        struct File<'a> {
            version: &'a str,
            fabric_name: &'a str,
        }
        serde_yaml::to_string(&File { version: "1.0", fabric_name: name })
            .expect("two texts without further structure always have a YAML form")
    }
}

/// Whether a text can be a fabric's name: it is shown in commit messages and on terminals.
pub fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= 253 && is_printable(name)
}

/// Keys that the tool before hhgit wrote; they are accepted and mean nothing here.
const OLD_KEYS: &[&str] = &[
    "archive_strategy",
    "crd_directories",
    "created_at",
    "created_by",
    "directories",
    "fabric_id",
    "gitops_initialized",
    "last_sync",
    "structure_version",
    "updated_at",
];

/// Reads a manifest. The findings say what is wrong; if one is an error, there is no manifest to go by.
pub fn read(bytes: &[u8], path: &RepoPath, fabric: &RepoPath) -> (Option<Manifest>, Vec<Finding>) {
    let mut reader = Reader { located: Located::new(bytes, path, Code::BadManifest), findings: Vec::new() };
    let mut manifest = Manifest::absent(fabric);
    match single(bytes) {
        Ok(Some(root)) => reader.top(&root, &mut manifest),
        Ok(None) => reader.findings.push(reader.located.whole("the manifest is empty", HELP_EMPTY)),
        Err(fault) => reader.findings.push(reader.located.fault(&fault)),
    }
    let broken = reader.findings.iter().any(|finding| finding.severity == Severity::Error);
    ((!broken).then_some(manifest), reader.findings)
}

const HELP_EMPTY: &str = "Write at least the line: version: '1.0'. Or delete the file; sync writes a new one.";

struct Reader<'a> {
    located: Located<'a>,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn top(&mut self, root: &Node, manifest: &mut Manifest) {
        let Value::Mapping(pairs) = &root.value else {
            self.bad(root, "the manifest is not a mapping", "It starts with the line: version: '1.0'.");
            return;
        };
        if !pairs.iter().any(|pair| pair.key == "version") {
            self.bad(root, "the manifest does not say its version", "Add the line: version: '1.0'.");
        }
        for pair in pairs {
            match pair.key.as_str() {
                "version" => self.version(&pair.value),
                "fabric_name" => self.name(&pair.value, manifest),
                "policy" => {
                    self.section(&pair.value, "policy", |reader, key, value| reader.policy(key, value, manifest))
                }
                "settings" => {
                    self.section(&pair.value, "settings", |reader, key, value| reader.setting(key, value, manifest));
                    self.contradiction(&pair.value, manifest);
                }
                "ruleset" => self.section(&pair.value, "ruleset", |reader, key, value| match key {
                    "only" => {
                        manifest.crds_only = reader.boolean(value, "ruleset.only");
                        true
                    }
                    _ => false,
                }),
                "periodic" => {
                    self.section(&pair.value, "periodic", |reader, key, value| reader.periodic(key, value, manifest))
                }
                old if OLD_KEYS.contains(&old) => {}
                other => self.unknown(&pair.value, pair.key_span, other),
            }
        }
    }

    fn version(&mut self, node: &Node) {
        let known = match &node.value {
            Value::String(text) => text == "1.0",
            Value::Float(number) => *number == 1.0,
            _ => false,
        };
        if !known {
            self.bad(node, "the manifest's version is not one that this hhgit knows", "Write: version: '1.0'.");
        }
    }

    fn name(&mut self, node: &Node, manifest: &mut Manifest) {
        match node.as_str() {
            Some(name) if is_name(name) => name.clone_into(&mut manifest.name),
            _ => self.bad(
                node,
                "fabric_name is not a printable text of at most 253 bytes",
                "Write the name in quotes, without control characters.",
            ),
        }
    }

    fn policy(&mut self, key: &str, node: &Node, manifest: &mut Manifest) -> bool {
        match key {
            "level" => match node.as_str() {
                Some("identity") => manifest.level = Level::Identity,
                Some("schema") => manifest.level = Level::Schema,
                _ => self.bad(node, "policy.level is neither identity nor schema", "Write: level: schema."),
            },
            "on-existing" => match node.as_str() {
                Some("replace") => manifest.on_existing = OnExisting::Replace,
                Some("refuse") => manifest.on_existing = OnExisting::Refuse,
                _ => self.bad(node, "policy.on-existing is neither replace nor refuse", "Write: on-existing: replace."),
            },
            _ => return false,
        }
        true
    }

    fn setting(&mut self, key: &str, node: &Node, manifest: &mut Manifest) -> bool {
        match manifest.settings.set(key, node) {
            None => return false,
            Some(Ok(())) => {}
            Some(Err(wanted)) => {
                self.bad(node, &format!("settings.{key} is not {wanted}"), &format!("Write {wanted}."));
            }
        }
        true
    }

    fn contradiction(&mut self, section: &Node, manifest: &Manifest) {
        if let Some((key, fault)) = manifest.settings.contradiction() {
            let node = section.get(key).unwrap_or(section);
            self.bad(node, &format!("settings.{key} {fault}"), "Correct one of the two settings, or both.");
        }
    }

    fn periodic(&mut self, key: &str, node: &Node, manifest: &mut Manifest) -> bool {
        let periodic = &mut manifest.periodic;
        match key {
            "enabled" => periodic.enabled = Some(self.boolean(node, "periodic.enabled")),
            "validate-only" => periodic.validate_only = Some(self.boolean(node, "periodic.validate-only")),
            "interval" => {
                periodic.interval = node.as_str().and_then(Interval::parse);
                if periodic.interval.is_none() {
                    self.bad(node, "periodic.interval is no duration", "Write a number and s, m or h: interval: 60m.");
                }
            }
            _ => return false,
        }
        true
    }

    fn section(&mut self, node: &Node, name: &str, mut each: impl FnMut(&mut Self, &str, &Node) -> bool) {
        match &node.value {
            Value::Null => {}
            Value::Mapping(pairs) => {
                for pair in pairs {
                    if !each(self, &pair.key, &pair.value) {
                        self.unknown(&pair.value, pair.key_span, &format!("{name}.{}", pair.key));
                    }
                }
            }
            _ => self.bad(node, &format!("{name} is not a mapping"), "Write its keys below it, indented."),
        }
    }

    fn boolean(&mut self, node: &Node, name: &str) -> bool {
        match node.value {
            Value::Bool(value) => value,
            _ => {
                self.bad(node, &format!("{name} is neither true nor false"), "Write true or false, without quotes.");
                false
            }
        }
    }

    fn unknown(&mut self, _value: &Node, key: crate::yaml::Span, name: &str) {
        let name: String = name.chars().filter(|c| !is_unprintable(*c)).take(80).collect();
        let mut finding = self.located.at(key, format!("the manifest has an unknown key, {name}"));
        finding.severity = Severity::Warning;
        finding.help = "Correct the spelling, or delete the key; it has no effect.".to_owned();
        self.findings.push(finding);
    }

    fn bad(&mut self, node: &Node, message: &str, help: &str) {
        let mut finding = self.located.at(node.span, message);
        finding.help = help.to_owned();
        self.findings.push(finding);
    }
}
