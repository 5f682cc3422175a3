//! The deletion guard: what still refers to an object.

use std::collections::BTreeMap;

use crate::verdict::identity::{DEFAULT_NAMESPACE, Identity};
use crate::yaml::Span;

use super::index::Index;
use super::references::collect;
use super::what::What;

/// An object that still names another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Referrer {
    /// The object, by its place in the list that was checked.
    pub object: usize,
    /// Where it names the other.
    pub span: Span,
    /// Whether the cluster refuses the deletion while it does; else it takes it, and what is left is broken.
    pub guards: bool,
}

/// Every naming in a fabric by the one named, for asking about many.
#[derive(Debug)]
pub struct Referrers<'a> {
    by_name: BTreeMap<What, BTreeMap<&'a str, Vec<Referrer>>>,
}

impl<'a> Referrers<'a> {
    /// Gathers all namings of a fabric.
    pub fn of(index: &Index<'a>) -> Self {
        let mut by_name: BTreeMap<What, BTreeMap<&'a str, Vec<Referrer>>> = BTreeMap::new();
        for reference in collect(index) {
            let referrer = Referrer { object: reference.from, span: reference.name.span, guards: reference.guards };
            by_name.entry(reference.what).or_default().entry(reference.name.text).or_default().push(referrer);
        }
        for referrers in by_name.values_mut().flat_map(BTreeMap::values_mut) {
            referrers.sort_unstable();
            referrers.dedup();
        }
        Self { by_name }
    }

    /// What refers to an object, by place; nothing for kinds that no rule speaks of.
    pub fn to(&self, identity: &Identity) -> &[Referrer] {
        let found = What::of(identity).filter(|_| identity.namespace == DEFAULT_NAMESPACE);
        let named = found.and_then(|what| self.by_name.get(&what)?.get(identity.name.as_str()));
        named.map_or(&[], Vec::as_slice)
    }
}

impl Index<'_> {
    /// What still refers to an object, by place.
    pub fn referrers(&self, identity: &Identity) -> Vec<Referrer> {
        Referrers::of(self).to(identity).to_vec()
    }
}
