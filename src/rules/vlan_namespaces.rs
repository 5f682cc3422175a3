//! VLANNamespaces: ranges from 1 to 4094 that neither overlap nor touch what the fabric keeps for itself.

use crate::fabric::settings::VlanRange;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::index::Index;
use super::read::Fields;

/// A VLANNamespace, as the cluster stores it.
#[derive(Debug)]
pub(super) struct VlanNamespace {
    pub(super) id: usize,
    /// Its ranges, sorted; none at all if one of them is wrong.
    pub(super) ranges: Vec<(VlanRange, Span)>,
    /// Why the cluster empties it.
    fault: Option<(Span, String)>,
}

impl VlanNamespace {
    pub(super) fn read(id: usize, spec: Fields<'_>) -> Self {
        let mut ranges = Vec::new();
        let mut fault = None;
        for item in spec.list("ranges") {
            let from = item.number("from").map_or(0, |number| number.number);
            let to = item.number("to").map_or(from, |number| number.number);
            let vlan = |number: i64| u16::try_from(number).ok().filter(|vlan| (1..=4094).contains(vlan));
            match (vlan(from), vlan(to)) {
                (Some(from), Some(to)) if from <= to => ranges.push((VlanRange { from, to }, item.head)),
                _ => fault = fault.or(Some((item.head, format!("the range {from} to {to} is none within 1 to 4094")))),
            }
        }
        if fault.is_some() {
            ranges.clear();
        }
        ranges.sort();
        Self { id, ranges, fault }
    }

    /// Whether a VLAN is one of its.
    pub(super) fn contains(&self, vlan: i64) -> bool {
        self.ranges.iter().any(|(range, _)| (i64::from(range.from)..=i64::from(range.to)).contains(&vlan))
    }
}

/// Neighbours in a sorted list of ranges that overlap, the later one's index.
pub(super) fn overlapping(ranges: &[VlanRange]) -> Option<usize> {
    (1..ranges.len()).find(|index| ranges[index - 1].to >= ranges[*index].from)
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    let settings = index.settings;
    for namespace in index.vlan_namespaces.values() {
        if let Some((span, message)) = &namespace.fault {
            let message = format!("{message}, so the cluster empties the whole namespace and says nothing");
            bench.say(Code::VlanRangesIgnored, namespace.id, *span, message);
        }
        let ranges: Vec<VlanRange> = namespace.ranges.iter().map(|(range, _)| *range).collect();
        if let Some(at) = overlapping(&ranges) {
            let (first, second) = (ranges[at - 1], ranges[at]);
            let message = format!("the range {} to {} overlaps {} to {}", second.from, second.to, first.from, first.to);
            bench.say(Code::VlanRangesOverlap, namespace.id, namespace.ranges[at].1, message);
        }
        for (range, span) in &namespace.ranges {
            let kept =
                [("vpc-irb-vlans", &settings.vpc_irb_vlans), ("th5-workaround-vlans", &settings.th5_workaround_vlans)];
            for (setting, kept) in kept {
                if let Some(kept) = kept.iter().find(|kept| kept.from <= range.to && range.from <= kept.to) {
                    let message = format!(
                        "the range {} to {} touches {} to {}, which the setting {setting} keeps",
                        range.from, range.to, kept.from, kept.to
                    );
                    bench.say(Code::VlanReserved, namespace.id, *span, message);
                }
            }
        }
    }
}
