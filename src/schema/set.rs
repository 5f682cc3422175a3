//! The schemas in force: the built-in ones, and those that CRDs lay over them.

use super::model::{KindSchema, Schema, Type};
use super::{builtin, write};

/// The schemas in force.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schemas {
    /// Whether the built-in ones count.
    builtin: bool,
    /// The kinds laid over them, in the order of group and kind.
    overlay: Vec<Overlay>,
}

#[derive(Debug, Clone, PartialEq)]
struct Overlay {
    group: String,
    kind: String,
    versions: Vec<KindSchema>,
}

impl Schemas {
    /// The schemas that hhgit knows by itself.
    pub fn builtin() -> Self {
        Self { builtin: true, overlay: Vec::new() }
    }

    /// No schemas at all, for CRDs that are to be the whole set.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Lays a kind's versions over the others; all that was known of the kind before is replaced, but for what only Go
    /// says (see [`Schema::keep_go`]).
    pub fn with(&mut self, group: &str, kind: &str, mut versions: Vec<KindSchema>) {
        if let Some(known) = builtin::schema(group, kind) {
            for version in &mut versions {
                version.webhook = known.webhook;
                version.relabels = known.relabels;
                version.root.keep_go(&known.root);
            }
        }
        let place = self.overlay.binary_search_by(|known| (&*known.group, &*known.kind).cmp(&(group, kind)));
        let laid = Overlay { group: group.to_owned(), kind: kind.to_owned(), versions };
        match place {
            Ok(at) => self.overlay[at] = laid,
            Err(at) => self.overlay.insert(at, laid),
        }
    }

    /// The schema of an object that says this of itself; none where nothing is known of it.
    pub fn of(&self, api_version: &str, kind: &str) -> Option<&KindSchema> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.get(group, kind, version)
    }

    /// The schema of a kind's version; none where nothing is known of it.
    pub fn get(&self, group: &str, kind: &str, version: &str) -> Option<&KindSchema> {
        let laid = self.overlay.iter().find(|known| known.kind == kind && known.group == group);
        if let Some(laid) = laid {
            return laid.versions.iter().find(|known| known.version == version);
        }
        let known = if self.builtin { builtin::schema(group, kind) } else { None };
        known.filter(|known| known.version == version)
    }

    /// A text that changes whenever a verdict by these schemas could.
    pub fn fingerprint(&self) -> String {
        let mut out = String::new();
        if self.builtin {
            builtin::texts().for_each(|text| out.push_str(text));
        }
        for laid in &self.overlay {
            out.push_str(&format!("group {}\n", laid.group));
            for version in &laid.versions {
                out.push_str(&write::kind(&laid.kind, version));
            }
        }
        out
    }
}

impl KindSchema {
    /// A version of which nothing is known: every field is taken.
    pub fn unknown(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            webhook: false,
            relabels: false,
            drops_status: true,
            root: Schema { open: true, ..Schema::of(Type::Object) },
        }
    }
}
