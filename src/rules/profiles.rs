//! The built-in switch profiles: which ports a switch has, how they break out, what they and the switch can do.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::fabric::settings::Settings;

/// All built-in profiles by name, read once.
static PROFILES: LazyLock<BTreeMap<&'static str, Profile>> = LazyLock::new(|| read(include_str!("profiles.txt")));

/// A model of switch.
#[derive(Debug, Default)]
pub(super) struct Profile {
    needs: Option<&'static str>,
    features: Vec<&'static str>,
    pub(super) max_ports: Option<usize>,
    pub(super) pipelines: BTreeMap<&'static str, usize>,
    kinds: BTreeMap<&'static str, Kind>,
    groups: BTreeMap<&'static str, &'static str>,
    ports: BTreeMap<String, Port>,
}

/// What one port can do.
#[derive(Debug)]
pub(super) struct Kind {
    /// Whether the values are ways to break the port out; else they are speeds.
    pub(super) breaks_out: bool,
    /// Whether autonegotiation may be set.
    pub(super) autoneg: bool,
    /// The values, the default first.
    pub(super) values: Vec<&'static str>,
}

/// How a port is set.
#[derive(Debug, Clone, Copy)]
enum Port {
    Management,
    Group,
    Kind(&'static str, Option<&'static str>),
}

/// The profile of this name, if the fabric's settings include it.
pub(super) fn find(name: &str, settings: &Settings) -> Option<&'static Profile> {
    let profile = PROFILES.get(name)?;
    let included = match profile.needs {
        None => true,
        Some("cumulus") => settings.cumulus,
        Some(_) => settings.celestica_sonic_plus,
    };
    included.then_some(profile)
}

/// Whether a profile of this name exists, and only a setting leaves it out.
pub(super) fn is_left_out(name: &str) -> Option<&'static str> {
    PROFILES.get(name).and_then(|profile| profile.needs)
}

/// How many ports a breakout makes: the number before its `x`.
fn parts(mode: &str) -> usize {
    mode.split_once('x').and_then(|(count, _)| count.parse().ok()).unwrap_or(1)
}

impl Profile {
    /// Whether the switch can do this.
    pub(super) fn can(&self, feature: &str) -> bool {
        self.features.contains(&feature)
    }

    /// Whether there is a port of this name, before anything is broken out.
    pub(super) fn has_port(&self, name: &str) -> bool {
        self.ports.contains_key(name)
    }

    /// What a port of its own kind can do; none for management ports and those set by their group.
    pub(super) fn kind_of(&self, name: &str) -> Option<&Kind> {
        match self.ports.get(name)? {
            Port::Kind(kind, _) => self.kinds.get(kind),
            _ => None,
        }
    }

    /// What the ports of a group can do.
    pub(super) fn kind_of_group(&self, group: &str) -> Option<&Kind> {
        self.groups.get(group).and_then(|kind| self.kinds.get(kind))
    }

    /// The way a port is broken out: as the switch says, or as usual; none if it cannot be.
    fn mode<'a>(&self, name: &str, breakouts: &BTreeMap<&str, &'a str>) -> Option<&'a str> {
        let kind = self.kind_of(name).filter(|kind| kind.breaks_out)?;
        breakouts.get(name).copied().or(kind.values.first().copied())
    }

    /// Whether a connection may name this port.
    pub(super) fn offers(&self, name: &str, breakouts: &BTreeMap<&str, &str>) -> bool {
        self.has_port(name) || self.is_part(name, breakouts)
    }

    /// Whether this is a part of a port that is broken out, such as `E1/4/1`.
    pub(super) fn is_part(&self, name: &str, breakouts: &BTreeMap<&str, &str>) -> bool {
        let Some((base, part)) = name.rsplit_once('/') else { return false };
        let Some(mode) = self.mode(base, breakouts) else { return false };
        let number = part.parse::<usize>().ok().filter(|number| part == number.to_string());
        number.is_some_and(|number| (1..=parts(mode)).contains(&number))
    }

    /// What a port can do that settings name: a part of a port broken out, or one that is not broken out.
    pub(super) fn settable(&self, name: &str, breakouts: &BTreeMap<&str, &str>) -> Option<&Kind> {
        if self.is_part(name, breakouts) {
            return name.rsplit_once('/').and_then(|(base, _)| self.kind_of(base));
        }
        self.kind_of(name).filter(|kind| !kind.breaks_out)
    }

    /// Whether a port takes settings of its own: like [`settable`](Self::settable), and those of groups.
    pub(super) fn takes_settings(&self, name: &str, breakouts: &BTreeMap<&str, &str>) -> bool {
        matches!(self.ports.get(name), Some(Port::Group)) || self.settable(name, breakouts).is_some()
    }

    /// How many ports there are once all is broken out: of the switch, and of each pipeline.
    pub(super) fn count(&self, breakouts: &BTreeMap<&str, &str>) -> (usize, BTreeMap<&'static str, usize>) {
        let (mut all, mut pipelines) = (0, BTreeMap::new());
        for (name, port) in &self.ports {
            let count = match port {
                Port::Management => continue,
                Port::Group => 1,
                Port::Kind(..) => self.mode(name, breakouts).map_or(1, parts),
            };
            all += count;
            if let Port::Kind(_, Some(pipeline)) = port {
                *pipelines.entry(*pipeline).or_default() += count;
            }
        }
        (all, pipelines)
    }
}

fn read(text: &'static str) -> BTreeMap<&'static str, Profile> {
    let mut profiles: BTreeMap<&'static str, Profile> = BTreeMap::new();
    let mut name = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        if let ["profile", new, ref needs @ ..] = words[..] {
            name = new;
            profiles.insert(new, Profile { needs: needs.first().copied(), ..Profile::default() });
        } else if let Some(profile) = profiles.get_mut(name) {
            profile.read_line(&words);
        }
    }
    profiles
}

impl Profile {
    fn read_line(&mut self, words: &[&'static str]) {
        match *words {
            ["features", ref features @ ..] => self.features = features.to_vec(),
            ["max-ports", max] => self.max_ports = max.parse().ok(),
            ["pipeline", name, max] => {
                self.pipelines.insert(name, max.parse().unwrap_or(usize::MAX));
            }
            ["kind", name, how, ref rest @ ..] => {
                let colon = rest.iter().position(|word| *word == ":").unwrap_or_default();
                let kind =
                    Kind { breaks_out: how == "breakout", autoneg: colon > 0, values: rest[colon + 1..].to_vec() };
                self.kinds.insert(name, kind);
            }
            ["group", name, kind] => {
                self.groups.insert(name, kind);
            }
            ["port", name, "management"] => self.add(name, Port::Management),
            ["port", names, "group", _] => self.add(names, Port::Group),
            ["port", names, "kind", kind, ref pipeline @ ..] => {
                self.add(names, Port::Kind(kind, pipeline.first().copied()));
            }
            _ => {}
        }
    }

    /// Adds one port, or a run of them such as `E1/1-12`.
    fn add(&mut self, names: &'static str, port: Port) {
        let run = names.split_once('-').and_then(|(first, last)| {
            let (stem, first) = first.rsplit_once('/')?;
            Some((stem, first.parse::<u32>().ok()?, last.parse::<u32>().ok()?))
        });
        match run {
            Some((stem, first, last)) => {
                self.ports.extend((first..=last).map(|number| (format!("{stem}/{number}"), port)));
            }
            None => {
                self.ports.insert(names.to_owned(), port);
            }
        }
    }
}

#[cfg(test)]
#[path = "tests/profiles.rs"]
mod tests;
