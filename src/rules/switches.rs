//! Switches: profile, groups, redundancy and VLAN namespaces of each; ports are `switch_ports`, addresses `hydration`.

use std::collections::BTreeMap;

use crate::fabric::settings::{Settings, VlanRange};
use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::profiles::{self, Profile};
use super::read::{Fields, Text};
use super::{switch_ports, vlan_namespaces};

/// What a switch is for, as far as rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Spine,
    Leaf,
    Other,
}

/// A switch, with the cluster's defaults.
#[derive(Debug)]
pub(super) struct Switch<'a> {
    pub(super) id: usize,
    pub(super) spec: Fields<'a>,
    pub(super) role: Role,
    /// The profile, if the fabric has it.
    pub(super) profile: Option<&'static Profile>,
    pub(super) vlan_namespaces: Vec<Text<'a>>,
    pub(super) groups: Vec<Text<'a>>,
    pub(super) redundancy_group: Option<Text<'a>>,
    pub(super) redundancy_type: Option<Text<'a>>,
    /// Its own breakouts, by port.
    pub(super) breakouts: BTreeMap<&'a str, &'a str>,
    /// A breakout that the profile's port cannot do, as `port: mode`.
    pub(super) bad_breakout: Option<(Text<'a>, Text<'a>)>,
}

impl<'a> Switch<'a> {
    pub(super) fn read(id: usize, spec: Fields<'a>, settings: &Settings) -> Self {
        let role = match spec.text("role").map(|role| role.text) {
            Some("spine") => Role::Spine,
            Some("server-leaf" | "border-leaf" | "mixed-leaf") => Role::Leaf,
            _ => Role::Other,
        };
        let profile = spec.text("profile").and_then(|name| profiles::find(name.text, settings));
        let mut vlan_namespaces = spec.texts("vlanNamespaces");
        if vlan_namespaces.is_empty() {
            vlan_namespaces.push(Text { text: "default", span: spec.head });
        }
        let redundancy = spec.sub("redundancy");
        let redundancy_group = redundancy.text("group");
        let mut groups = spec.texts("groups");
        if let Some(own) = redundancy_group
            && !groups.iter().any(|group| group.text == own.text)
        {
            groups.push(own);
        }
        let modes: Vec<(Text<'a>, Text<'a>)> = spec.sub("portBreakouts").text_entries().collect();
        let bad = |(port, mode): &(Text<'a>, Text<'a>)| {
            let kind = profile.and_then(|profile| profile.kind_of(port.text)).filter(|kind| kind.breaks_out);
            kind.is_some_and(|kind| !kind.values.contains(&mode.text))
        };
        Self {
            id,
            spec,
            role,
            profile,
            vlan_namespaces,
            groups,
            redundancy_group,
            redundancy_type: redundancy.text("type"),
            bad_breakout: modes.iter().copied().find(bad),
            breakouts: modes.iter().map(|(port, mode)| (port.text, mode.text)).collect(),
        }
    }

    /// Whether it is of an MCLAG pair, whose two share addresses.
    pub(super) fn is_mclag(&self) -> bool {
        self.redundancy_type.is_some_and(|kind| kind.text == "mclag")
    }
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for switch in index.switches.values() {
        check_profile(switch, bench);
        check_groups(switch, bench);
        check_vlans(index, switch, bench);
        if let Some(profile) = switch.profile {
            switch_ports::check(switch, profile, bench);
            check_features(switch, profile, bench);
        }
    }
}

fn check_profile(switch: &Switch<'_>, bench: &mut Bench) {
    let Some(name) = switch.spec.text("profile") else {
        bench.say(Code::RequiredValue, switch.id, switch.spec.head, "the switch has no profile");
        return;
    };
    if switch.profile.is_some() {
        return;
    }
    let breach = bench.say(Code::UnknownProfile, switch.id, name.span, format!("there is no switch profile {name}"));
    if let Some(setting) = profiles::is_left_out(name.text) {
        breach.help(format!("Write settings: {{{setting}: true}} in .hnp/manifest.yaml if the installer includes it."));
    }
}

fn check_groups(switch: &Switch<'_>, bench: &mut Bench) {
    match (switch.redundancy_type, switch.redundancy_group) {
        (Some(kind), None) => {
            let message = format!("the redundancy has the type {kind} but no group");
            bench.say(Code::RedundancyIncomplete, switch.id, kind.span, message);
        }
        (None, Some(group)) => {
            let message = format!("the redundancy has the group {group} but no type");
            bench.say(Code::RedundancyIncomplete, switch.id, group.span, message);
        }
        _ => {}
    }
    for group in switch.groups.iter().filter(|group| group.text.is_empty()) {
        bench.say(Code::RequiredValue, switch.id, group.span, "a group has no name");
    }
}

fn check_vlans(index: &Index<'_>, switch: &Switch<'_>, bench: &mut Bench) {
    let named = |name: &Text<'_>| index.vlan_namespaces.get(name.text);
    let mut ranges: Vec<VlanRange> = Vec::new();
    for namespace in switch.vlan_namespaces.iter().filter_map(named) {
        ranges.extend(namespace.ranges.iter().map(|(range, _)| *range));
    }
    ranges.sort();
    let Some(at) = vlan_namespaces::overlapping(&ranges) else { return };
    let (first, second) = (ranges[at - 1], ranges[at]);
    let message =
        format!("its VLAN namespaces overlap: {} to {} and {} to {}", first.from, first.to, second.from, second.to);
    bench.say(Code::VlanRangesOverlap, switch.id, switch.spec.at("vlanNamespaces"), message);
}

fn check_features(switch: &Switch<'_>, profile: &Profile, bench: &mut Bench) {
    let (spec, ecmp) = (switch.spec, switch.spec.sub("ecmp"));
    let eslag = switch.redundancy_type.filter(|kind| kind.text == "eslag");
    let asked = [
        (spec.flag("roce"), "roce", "RoCE", spec.at("roce")),
        (ecmp.flag("roceQPN"), "ecmpRoCEQPN", "ECMP by RoCE queue pair", ecmp.at("roceQPN")),
        (eslag.is_some(), "eslag", "ESLAG", eslag.map_or(spec.head, |kind| kind.span)),
    ];
    for (asked, feature, name, span) in asked {
        if asked && !profile.can(feature) {
            let breach =
                bench.say(Code::UnsupportedFeature, switch.id, span, format!("the switch's profile has no {name}"));
            breach.related(switch.id, spec.at("profile"), "the profile");
        }
    }
}
