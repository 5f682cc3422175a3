//! The kinds Hedgehog has, as data: who writes them, which versions are served, which folder holds them; no schemas.
//!
//! The built-in table is `kinds.tsv` beside this file. A CRD lays another [`Kind`] over it with [`Kinds::with`].

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The built-in kinds, one a line; read once by [`Kinds::builtin`].
const BUILTIN: &str = include_str!("kinds.tsv");

/// Who makes the objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    /// People, in git.
    User,
    /// Hedgehog's controllers, in the cluster.
    Controller,
    /// The installer, out of its fab.yaml.
    Installer,
}

impl Author {
    /// The word that tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Controller => "controller",
            Self::Installer => "installer",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Controller, Self::Installer].into_iter().find(|author| author.as_str() == text)
    }
}

/// A version that was served once and is not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// The version, such as `v1alpha2`.
    pub version: String,
    /// When it ended and what to write instead.
    pub note: String,
}

/// One kind of object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// The API group.
    pub group: String,
    /// The kind as objects spell it.
    pub kind: String,
    /// The plural: the name of its folder in managed/.
    pub plural: String,
    /// The versions served.
    pub versions: Vec<String>,
    /// Who makes its objects.
    pub author: Author,
    /// The short names kubectl takes.
    pub short: Vec<String>,
    /// Versions served no more.
    pub retired: Vec<Retired>,
}

impl Kind {
    /// Whether objects of this version are taken.
    pub fn serves(&self, version: &str) -> bool {
        self.versions.iter().any(|served| served == version)
    }

    /// What became of a version that is served no more.
    pub fn retired(&self, version: &str) -> Option<&Retired> {
        self.retired.iter().find(|retired| retired.version == version)
    }
}

/// Why a kind cannot be laid over the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    /// The plural would make no folder of managed/.
    #[error("the plural {plural:?} of kind {kind} is no DNS label; use lower-case letters, digits and '-', at most 63")]
    BadPlural {
        /// The kind.
        kind: String,
        /// The plural it gives.
        plural: String,
    },
    /// Two kinds would share one folder of managed/.
    #[error("the plural {plural} is claimed by both {first} and {second}; each kind needs a plural of its own")]
    SharedPlural {
        /// The plural.
        plural: String,
        /// The kind that has it, as `Kind.group`.
        first: String,
        /// The kind that wants it, as `Kind.group`.
        second: String,
    },
}

/// A kind that Hedgehog had once, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Removed {
    group: String,
    kind: String,
    note: String,
}

/// All kinds in force. A copy shares them until a kind is laid over it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kinds {
    by_name: Arc<BTreeMap<(String, String), Kind>>,
    removed: Arc<Vec<Removed>>,
}

/// Lookup
impl Kinds {
    /// The kind of this group and name.
    pub fn by_group_kind(&self, group: &str, kind: &str) -> Option<&Kind> {
        // Some two dozen kinds are looked through sooner than two texts are copied for a key.
        self.iter().find(|known| known.kind == kind && known.group == group)
    }

    /// All kinds, sorted by group and name.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.by_name.values()
    }

    /// The folders of managed/ that every fabric directory has: the plurals of the kinds that users write, sorted.
    pub fn user_plurals(&self) -> impl Iterator<Item = &str> {
        let user = self.iter().filter(|kind| kind.author == Author::User);
        let mut plurals: Vec<&str> = user.map(|kind| kind.plural.as_str()).collect();
        plurals.sort_unstable();
        plurals.into_iter()
    }

    /// Whether a kind's folder has this name.
    pub fn is_plural(&self, plural: &str) -> bool {
        self.iter().any(|kind| kind.plural == plural)
    }

    /// What became of a kind that Hedgehog had once.
    pub fn removed(&self, group: &str, kind: &str) -> Option<&str> {
        self.removed.iter().find(|r| r.group == group && r.kind == kind).map(|r| r.note.as_str())
    }

    /// The kinds of this name, in whatever group: for a document that names the wrong one.
    pub fn named(&self, kind: &str) -> impl Iterator<Item = &Kind> {
        self.iter().filter(move |known| known.kind == kind)
    }

    /// The kinds that a word means, letter case aside: by their name, plural or a short name; several where groups share it.
    pub fn called(&self, word: &str) -> impl Iterator<Item = &Kind> {
        let is = move |name: &str| name.eq_ignore_ascii_case(word);
        self.iter().filter(move |kind| is(&kind.kind) || is(&kind.plural) || kind.short.iter().any(|short| is(short)))
    }

    /// The kind a misspelt one most likely means: nearest by edits, letter case aside, among kinds, plurals and short names.
    pub fn nearest(&self, kind: &str) -> Option<&str> {
        let wanted = kind.to_lowercase();
        let near = self.iter().map(|known| (distance(known, &wanted), known.author, known.kind.as_str()));
        let (edits, _, name) = near.min()?;
        (edits <= wanted.chars().count() / 3).then_some(name)
    }
}

/// Building
impl Kinds {
    /// The kinds hhgit knows by itself.
    pub fn builtin() -> Self {
        static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
            let mut kinds = Kinds::default();
            for line in BUILTIN.lines().skip(1) {
                kinds.add_row(line).expect("kinds.tsv is compiled in, and a test reads every line of it");
            }
            kinds
        });
        KINDS.clone()
    }

    /// No kinds at all, for CRDs that are to be the whole set.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Lays a kind over these: it takes the place of the one of its group and name, or is added.
    pub fn with(&mut self, kind: Kind) -> Result<(), KindError> {
        if !is_dns_label(&kind.plural) {
            return Err(KindError::BadPlural { kind: kind.kind, plural: kind.plural });
        }
        let same = |known: &&Kind| known.group == kind.group && known.kind == kind.kind;
        if let Some(other) = self.iter().find(|known| known.plural == kind.plural && !same(known)) {
            let name = |kind: &Kind| format!("{}.{}", kind.kind, kind.group);
            let (first, second) = (name(other), name(&kind));
            return Err(KindError::SharedPlural { plural: kind.plural, first, second });
        }
        Arc::make_mut(&mut self.by_name).insert((kind.group.clone(), kind.kind.clone()), kind);
        Ok(())
    }

    fn add_row(&mut self, line: &str) -> Option<()> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [group, kind, plural, versions, author, short, note] = columns.try_into().ok()?;
        let (group, kind) = (group.to_owned(), kind.to_owned());
        if author == "removed" {
            Arc::make_mut(&mut self.removed).push(Removed { group, kind, note: note.to_owned() });
            return Some(());
        }
        let list = |cell: &str| cell.split(',').filter(|part| *part != "-").map(str::to_owned).collect();
        let retired =
            note.split_once('=').map(|(version, note)| Retired { version: version.into(), note: note.into() });
        let (versions, short, author) = (list(versions), list(short), Author::parse(author)?);
        let retired = retired.into_iter().collect();
        self.with(Kind { group, kind, plural: plural.to_owned(), versions, author, short, retired }).ok()
    }
}

/// Whether a group is Hedgehog's: `githedgehog.com` itself or a sub-domain of it, spelt exactly so.
pub fn is_hedgehog_group(group: &str) -> bool {
    group == "githedgehog.com" || group.ends_with(".githedgehog.com")
}

fn distance(known: &Kind, wanted: &str) -> usize {
    let spelt = [&known.kind, &known.plural].map(|name| strsim::osa_distance(&name.to_lowercase(), wanted));
    let short = known.short.iter().any(|short| short == wanted);
    if short { 0 } else { spelt.into_iter().min().unwrap_or(usize::MAX) }
}

/// Whether Kubernetes takes this as one part of a group, and as a plural.
pub(super) fn is_dns_label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(group: &str, kind: &str, plural: &str) -> Kind {
        Kind {
            group: group.into(),
            kind: kind.into(),
            plural: plural.into(),
            versions: vec!["v1".into()],
            author: Author::User,
            short: Vec::new(),
            retired: Vec::new(),
        }
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let kinds = Kinds::builtin();
        assert_eq!(kinds.iter().count() + kinds.removed.len(), BUILTIN.lines().count() - 1);
        assert_eq!(kinds.iter().count(), 25);
        assert!(kinds.iter().all(|kind| is_hedgehog_group(&kind.group) && kind.versions.len() == 1));
    }

    #[test]
    fn users_write_sixteen_kinds() {
        let expected = [
            "connections",
            "externalattachments",
            "externalpeerings",
            "externals",
            "gatewaygroups",
            "gatewaypeerings",
            "gateways",
            "ipv4namespaces",
            "serverprofiles",
            "servers",
            "switches",
            "switchgroups",
            "vlannamespaces",
            "vpcattachments",
            "vpcpeerings",
            "vpcs",
        ];
        assert_eq!(Kinds::builtin().user_plurals().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_kind_is_found_by_group_and_name_only() {
        let kinds = Kinds::builtin();
        let found = kinds.by_group_kind("wiring.githedgehog.com", "Switch").expect("Switch is built in");
        assert!(found.serves("v1beta1") && !found.serves("v1alpha2"));
        assert_eq!(
            found.retired("v1alpha2").map(|r| r.note.as_str()),
            Some("v1alpha2 ended with Fabric v0.52; write v1beta1")
        );
        assert_eq!((found.plural.as_str(), found.short.as_slice()), ("switches", &["sw".to_string()][..]));
        assert_eq!(kinds.by_group_kind("vpc.githedgehog.com", "Switch"), None);
        assert_eq!(kinds.by_group_kind("wiring.githedgehog.com", "switch"), None);
        assert_eq!(kinds.named("Switch").count(), 1);
        assert!(kinds.is_plural("vpcinfos") && !kinds.is_plural("vpc"));
    }

    #[test]
    fn kinds_of_old_releases_are_remembered() {
        let note = "Hedgehog removed Rack in May 2024; delete the document";
        assert_eq!(Kinds::builtin().removed("wiring.githedgehog.com", "Rack"), Some(note));
        assert_eq!(Kinds::builtin().removed("wiring.githedgehog.com", "Switch"), None);
    }

    #[test]
    fn a_misspelt_kind_finds_its_neighbour() {
        let kinds = Kinds::builtin();
        for (misspelt, meant) in [
            ("Swtich", "Switch"),
            ("vpc", "VPC"),
            ("switches", "Switch"),
            ("conn", "Connection"),
            ("IPV4NameSpace", "IPv4Namespace"),
            ("VPCPeerings", "VPCPeering"),
        ] {
            assert_eq!(kinds.nearest(misspelt), Some(meant), "{misspelt}");
        }
        for strange in ["ConfigMap", "Deployment", "", "X"] {
            assert_eq!(kinds.nearest(strange), None, "{strange}");
        }
    }

    #[test]
    fn a_crd_replaces_its_like_or_is_added() {
        let mut kinds = Kinds::builtin();
        assert_eq!(kinds.with(kind("wiring.githedgehog.com", "Switch", "switchez")), Ok(()));
        assert!(kinds.is_plural("switchez") && !kinds.is_plural("switches"));
        assert_eq!(kinds.with(kind("wiring.githedgehog.com", "Fabric", "fabrics")), Ok(()));
        assert_eq!(kinds.iter().count(), 26);
    }

    #[test]
    fn contradicting_kinds_are_refused_and_change_nothing() {
        let mut kinds = Kinds::builtin();
        let shared = kinds.with(kind("x.githedgehog.com", "Schalter", "switches")).map_err(|e| e.to_string());
        assert_eq!(
            shared,
            Err("the plural switches is claimed by both Switch.wiring.githedgehog.com and \
                 Schalter.x.githedgehog.com; each kind needs a plural of its own"
                .to_string())
        );
        for plural in ["", "../x", "Switches", "a.b", "-a", &"a".repeat(64)] {
            assert!(kinds.with(kind("x.githedgehog.com", "X", plural)).is_err(), "{plural:?}");
        }
        assert_eq!(kinds, Kinds::builtin());
    }

    #[test]
    fn a_hedgehog_group_ends_at_a_dot() {
        for group in ["githedgehog.com", "wiring.githedgehog.com", "a.b.githedgehog.com"] {
            assert!(is_hedgehog_group(group), "{group}");
        }
        for group in ["", "evilgithedgehog.com", "githedgehog.com.evil", "GitHedgehog.com", "githedgehog.org"] {
            assert!(!is_hedgehog_group(group), "{group}");
        }
    }
}
