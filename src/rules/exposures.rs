//! What several gateway peerings expose toward one VPC: it must not overlap, and must be such as the cluster can compare.
//!
//! The cluster compares `cidr` blocks only: beside another peering toward the same VPC it fails on `vpcSubnet` and `not`.

use std::collections::BTreeMap;

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::index::Index;
use super::overlap;
use super::read::{Fields, Text};
use super::what::What;

/// One block that a peering exposes: the prefix, unless it is one that the cluster cannot compare.
struct Block {
    prefix: Option<Prefix>,
    span: Span,
}

/// The blocks that one side exposes, after NAT where there is one.
fn blocks(side: Fields<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for expose in side.list("expose").into_iter().filter(|expose| !expose.flag("default")) {
        let translated = expose.list("as");
        let shown = if translated.is_empty() { expose.list("ips") } else { translated };
        blocks.extend(shown.into_iter().map(|entry| {
            let cidr = entry.text("cidr");
            Block {
                prefix: cidr.and_then(|text| Prefix::parse(text.text)),
                span: cidr.map_or(entry.head, |text| text.span),
            }
        }));
    }
    blocks
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    if !index.settings.gateway {
        return;
    }
    let mut toward: BTreeMap<&str, Vec<(usize, Block)>> = BTreeMap::new();
    for (_, id) in index.all(What::GatewayPeering) {
        let sides: Vec<(Text<'_>, Fields<'_>)> = index.spec(id).sub("peering").entries().collect();
        let [(one, one_side), (two, two_side)] = sides[..] else { continue };
        for (target, side) in [(two.text, one_side), (one.text, two_side)] {
            toward.entry(target).or_default().extend(blocks(side).into_iter().map(|block| (id, block)));
        }
    }
    for (target, blocks) in &toward {
        if blocks.windows(2).any(|pair| pair[0].0 != pair[1].0) {
            say_unreadable(index, target, blocks, bench);
            say_overlaps(index, target, blocks, bench);
        }
    }
}

fn say_unreadable(index: &Index<'_>, target: &str, blocks: &[(usize, Block)], bench: &mut Bench) {
    let mut unreadable = blocks.iter().filter(|(_, block)| block.prefix.is_none());
    let Some((first, at)) = unreadable.next() else { return };
    for own in blocks.chunk_by(|one, other| one.0 == other.0) {
        let id = own[0].0;
        let message = format!("toward {target} the cluster cannot compare what this and another peering expose");
        match own.iter().find(|(_, block)| block.prefix.is_none()) {
            Some((_, block)) => {
                bench.say(Code::ExposeInUse, id, block.span, message);
            }
            None => {
                let breach = bench.say(Code::ExposeInUse, id, own[0].1.span, message);
                breach.related(*first, at.span, format!("what it cannot compare, of {}", index.called(*first)));
            }
        }
    }
}

fn say_overlaps(index: &Index<'_>, target: &str, blocks: &[(usize, Block)], bench: &mut Bench) {
    let mut items: Vec<(Prefix, usize)> = Vec::new();
    let mut spans: Vec<Span> = Vec::new();
    for (id, block) in blocks {
        if let Some(prefix) = block.prefix {
            items.push((prefix, *id));
            spans.push(block.span);
        }
    }
    for (one, other) in overlap::across(&items) {
        let ((prefix, id), (other_prefix, other_id)) = (items[one], items[other]);
        let message =
            format!("{prefix} overlaps {other_prefix}, which {} exposes toward {target} too", index.called(other_id));
        bench.say(Code::ExposeInUse, id, spans[one], message).related(other_id, spans[other], "the other one");
    }
}
