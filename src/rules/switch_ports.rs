//! A switch's ports: speeds, breakouts and the like only for ports that its profile has, with values that they can take.

use crate::verdict::code::Code;

use super::breach::Bench;
use super::profiles::Profile;
use super::read::{Fields, Text};
use super::switches::Switch;

pub(super) fn check(switch: &Switch<'_>, profile: &Profile, bench: &mut Bench) {
    let ports = Ports { switch, profile, spec: switch.spec };
    ports.group_speeds(bench);
    ports.speeds(bench);
    ports.breakouts(bench);
    ports.autoneg(bench);
    ports.fecs(bench);
    ports.locators(bench);
    if switch.bad_breakout.is_none() {
        ports.counts(bench);
    }
}

struct Ports<'s, 'a> {
    switch: &'s Switch<'a>,
    profile: &'s Profile,
    spec: Fields<'a>,
}

/// A speed without the prefix of older releases, which the cluster cuts off.
fn speed(text: &str) -> &str {
    text.strip_prefix("SPEED_").unwrap_or(text)
}

impl Ports<'_, '_> {
    fn unknown(&self, name: Text<'_>, bench: &mut Bench) {
        bench.say(Code::UnknownPort, self.switch.id, name.span, format!("the switch's profile has no port {name}"));
    }

    fn unsupported(&self, at: Text<'_>, message: String, bench: &mut Bench) {
        bench.say(Code::UnsupportedPortSetting, self.switch.id, at.span, message);
    }

    fn group_speeds(&self, bench: &mut Bench) {
        for (group, value) in self.spec.sub("portGroupSpeeds").text_entries() {
            match self.profile.kind_of_group(group.text) {
                None => {
                    let message = format!("the switch's profile has no port group {group}");
                    bench.say(Code::UnknownPort, self.switch.id, group.span, message);
                }
                Some(kind) if kind.breaks_out || !kind.values.contains(&speed(value.text)) => {
                    let message =
                        format!("port group {group} cannot run at {value}, only at {}", kind.values.join(", "));
                    self.unsupported(value, message, bench);
                }
                Some(_) => {}
            }
        }
    }

    fn speeds(&self, bench: &mut Bench) {
        for (port, value) in self.spec.sub("portSpeeds").text_entries() {
            match self.profile.kind_of(port.text) {
                None if !self.profile.has_port(port.text) => self.unknown(port, bench),
                None => self.unsupported(port, format!("port {port} has no speed of its own to set"), bench),
                Some(kind) if kind.breaks_out => {
                    self.unsupported(port, format!("port {port} is set by portBreakouts, not by a speed"), bench);
                }
                Some(kind) if !kind.values.contains(&speed(value.text)) => {
                    let message = format!("port {port} cannot run at {value}, only at {}", kind.values.join(", "));
                    self.unsupported(value, message, bench);
                }
                Some(_) => {}
            }
        }
    }

    fn breakouts(&self, bench: &mut Bench) {
        for (port, value) in self.spec.sub("portBreakouts").text_entries() {
            match self.profile.kind_of(port.text) {
                None if !self.profile.has_port(port.text) => self.unknown(port, bench),
                Some(kind) if kind.breaks_out => {
                    if !kind.values.contains(&value.text) {
                        let message =
                            format!("port {port} cannot break out as {value}, only as {}", kind.values.join(", "));
                        self.unsupported(value, message, bench);
                    }
                }
                _ => self.unsupported(port, format!("port {port} cannot be broken out"), bench),
            }
        }
    }

    fn autoneg(&self, bench: &mut Bench) {
        for (port, _) in self.spec.sub("portAutoNegs").entries() {
            let kind = self.profile.settable(port.text, &self.switch.breakouts);
            if !kind.is_some_and(|kind| kind.autoneg) {
                self.unsupported(port, format!("autonegotiation cannot be set for port {port}"), bench);
            }
        }
    }

    fn fecs(&self, bench: &mut Bench) {
        for (port, _) in self.spec.sub("portFECs").entries() {
            if !self.profile.takes_settings(port.text, &self.switch.breakouts) {
                self.unsupported(port, format!("error correction cannot be set for port {port}"), bench);
            }
        }
    }

    fn locators(&self, bench: &mut Bench) {
        let locators = self.spec.sub("portLocators");
        // One that is over already is dropped, so whether a port with an exact time is looked at depends on the clock.
        let lasting = |value: &str| value.is_empty() || duration(value).is_some_and(|seconds| seconds >= 1.0);
        let mut some = false;
        for (port, value) in locators.text_entries() {
            some |= lasting(value.text);
            if !value.text.is_empty() && duration(value.text).is_none() && !is_time(value.text) {
                self.unsupported(value, format!("'{value}' is neither a duration nor a time"), bench);
                some = true;
            }
            let known = self.profile.takes_settings(port.text, &self.switch.breakouts);
            if lasting(value.text) && port.text.contains('/') && !known {
                self.unknown(port, bench);
            }
        }
        if some && !self.profile.can("portLocator") {
            let message = "the switch's profile has no port locators";
            bench.say(Code::UnsupportedFeature, self.switch.id, self.spec.key_at("portLocators"), message);
        }
    }

    fn counts(&self, bench: &mut Bench) {
        let (all, pipelines) = self.profile.count(&self.switch.breakouts);
        let at = self.spec.key_at("portBreakouts");
        if let Some(max) = self.profile.max_ports.filter(|max| all > *max) {
            let message = format!("the breakouts make {all} ports, but the switch can have {max}");
            bench.say(Code::TooManyPorts, self.switch.id, at, message);
        }
        for (pipeline, max) in &self.profile.pipelines {
            let count = pipelines.get(pipeline).copied().unwrap_or_default();
            if count > *max {
                let message = format!("the breakouts make {count} ports of pipeline {pipeline}, which can have {max}");
                bench.say(Code::TooManyPorts, self.switch.id, at, message);
            }
        }
    }
}

/// The seconds of a duration in Go's spelling, such as `1h30m` or `-1.5s`.
pub(super) fn duration(text: &str) -> Option<f64> {
    const UNITS: &[(&str, f64)] =
        &[("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut seconds = 0.0;
    while !rest.is_empty() || seconds == 0.0 {
        let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let number: f64 = rest[..digits].parse().ok()?;
        let letters = rest[digits..].chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>();
        let (_, scale) = UNITS.iter().find(|(unit, _)| *unit == &rest[digits..digits + letters])?;
        seconds += number * scale;
        rest = &rest[digits + letters..];
        if rest.is_empty() {
            break;
        }
    }
    Some(sign * seconds)
}

/// Whether a text is a time as in `2026-11-23 07:13:51`.
fn is_time(text: &str) -> bool {
    let shape = "0000-00-00 00:00:00";
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
}
