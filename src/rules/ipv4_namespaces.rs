//! IPv4Namespaces: at most 20 subnets that neither overlap nor touch what the fabric keeps for itself.

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::read::{Fields, Text};
use super::{names, overlap};

/// The most subnets that a namespace, or a VPC, may have.
pub(super) const MAX_SUBNETS: usize = 20;

/// An IPv4Namespace.
#[derive(Debug)]
pub(super) struct Ipv4Namespace<'a> {
    id: usize,
    fields: Fields<'a>,
    /// Its subnets that can be read.
    subnets: Vec<(Prefix, Text<'a>)>,
    /// All of them, in the order that the cluster keeps and reads them.
    sorted: Vec<(Text<'a>, Option<Prefix>)>,
}

/// Whether a subnet lies in a namespace.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lies<'a> {
    /// It does.
    Inside,
    /// It does not.
    Outside,
    /// The cluster cannot tell: it stumbles over a subnet of the namespace.
    Unknown(usize, Text<'a>),
}

impl<'a> Ipv4Namespace<'a> {
    pub(super) fn read(id: usize, spec: Fields<'a>) -> Self {
        let texts = spec.texts("subnets");
        let mut sorted: Vec<_> = texts.iter().map(|text| (*text, Prefix::parse(text.text))).collect();
        sorted.sort_by_key(|(text, _)| text.text);
        let subnets = texts.into_iter().filter_map(|text| Some((Prefix::parse(text.text)?.masked(), text))).collect();
        Self { id, fields: spec, subnets, sorted }
    }

    /// Whether a subnet lies in one of its.
    pub(super) fn holds(&self, subnet: &Prefix) -> Lies<'a> {
        for (text, own) in &self.sorted {
            match own {
                None => return Lies::Unknown(self.id, *text),
                Some(own) if own.holds(subnet) => return Lies::Inside,
                Some(_) => {}
            }
        }
        Lies::Outside
    }
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for namespace in index.ipv4_namespaces.values() {
        let id = namespace.id;
        names::check_short(index, id, bench);
        let texts = namespace.fields.texts("subnets");
        for text in texts.iter().filter(|text| Prefix::parse(text.text).is_none()) {
            bench.say(Code::InvalidAddress, id, text.span, format!("'{text}' is no prefix"));
        }
        if texts.len() > MAX_SUBNETS {
            let message = format!("the namespace has {} subnets, more than {MAX_SUBNETS}", texts.len());
            bench.say(Code::SubnetCount, id, namespace.fields.key_at("subnets"), message);
        }
        check_apart(index, id, &namespace.subnets, bench);
    }
}

/// Says which subnets overlap with each other, or with what the fabric keeps for itself.
pub(super) fn check_apart(index: &Index<'_>, id: usize, subnets: &[(Prefix, Text<'_>)], bench: &mut Bench) {
    let prefixes: Vec<Prefix> = subnets.iter().map(|(prefix, _)| *prefix).collect();
    for (one, other) in overlap::within(&prefixes) {
        if one > other {
            let (text, first) = (subnets[one].1, subnets[other].1);
            let breach = bench.say(Code::SubnetsOverlap, id, text.span, format!("{text} overlaps {first}"));
            breach.related(id, first.span, "the other one");
        }
    }
    for (prefix, text) in subnets {
        check_reserved(index, id, prefix, *text, bench);
    }
}

/// Says which subnet of the fabric's own a prefix touches.
pub(super) fn check_reserved(index: &Index<'_>, id: usize, prefix: &Prefix, text: Text<'_>, bench: &mut Bench) {
    let reserved = index.settings.reserved_subnets();
    if let Some((setting, kept)) = reserved.iter().find(|(_, kept)| kept.overlaps(prefix)) {
        let message = format!("{text} touches {kept}, which the setting {setting} keeps");
        bench.say(Code::SubnetReserved, id, text.span, message);
    }
}
