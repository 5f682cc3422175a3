//! Externals: communities, or static prefixes instead of them.

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::read::{Fields, Text};
use super::{names, overlap};

/// An External, with the cluster's defaults.
#[derive(Debug)]
pub(super) struct External<'a> {
    pub(super) id: usize,
    pub(super) spec: Fields<'a>,
    pub(super) ipv4_namespace: Text<'a>,
    pub(super) is_static: bool,
}

impl<'a> External<'a> {
    pub(super) fn read(id: usize, spec: Fields<'a>) -> Self {
        let ipv4_namespace = spec.text_or("ipv4Namespace", "default");
        Self { id, spec, ipv4_namespace, is_static: spec.has("static") }
    }
}

const COMMUNITIES: [&str; 2] = ["inboundCommunity", "outboundCommunity"];

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for external in index.externals.values() {
        names::check_short(index, external.id, bench);
        if external.is_static {
            check_static(external, bench);
        } else {
            check_communities(external, bench);
        }
    }
}

fn check_communities(external: &External<'_>, bench: &mut Bench) {
    for key in COMMUNITIES {
        match external.spec.text(key) {
            None => {
                let message = format!("the External has no {key}, and no static prefixes instead");
                bench.say(Code::RequiredValue, external.id, external.spec.at(key), message);
            }
            Some(text) if !is_community(text.text) => {
                bench.say(Code::Community, external.id, text.span, format!("'{text}' is no community"));
            }
            Some(_) => {}
        }
    }
}

fn check_static(external: &External<'_>, bench: &mut Bench) {
    for text in COMMUNITIES.iter().filter_map(|key| external.spec.text(key)) {
        bench.say(Code::ForbiddenValue, external.id, text.span, "a static External has no communities");
    }
    let fixed = external.spec.sub("static");
    let texts = fixed.texts("prefixes");
    if texts.is_empty() {
        bench.say(Code::RequiredValue, external.id, fixed.key_at("prefixes"), "a static External needs a prefix");
    }
    for text in texts.iter().filter(|text| Prefix::parse(text.text).is_none()) {
        bench.say(Code::InvalidAddress, external.id, text.span, format!("'{text}' is no prefix"));
    }
    let read: Vec<(Prefix, Text<'_>)> =
        texts.iter().filter_map(|text| Some((Prefix::parse(text.text)?, *text))).collect();
    let prefixes: Vec<Prefix> = read.iter().map(|(prefix, _)| *prefix).collect();
    for (one, other) in overlap::within(&prefixes).into_iter().filter(|(one, other)| one > other) {
        let (text, first) = (read[one].1, read[other].1);
        let breach = bench.say(Code::SubnetsOverlap, external.id, text.span, format!("{text} overlaps {first}"));
        breach.related(external.id, first.span, "the other one");
    }
}

/// Whether a text is two numbers up to 65535 with a colon between them.
fn is_community(text: &str) -> bool {
    let number = |part: &str| part.parse::<u16>().is_ok_and(|number| number.to_string() == part);
    text.split_once(':').is_some_and(|(high, low)| number(high) && number(low))
}
