//! The access list of an external attachment: numbered statements, each coherent.

use std::collections::BTreeMap;

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::read::Fields;

/// The first number that people may use.
const FIRST: i64 = 10;
const ACTIONS: &[&str] = &["deny", "discard", "permit", "transit"];
const PROTOCOLS: &[&str] = &["ip", "tcp", "udp", "icmp"];
const FLAGS: &[(&str, &str)] =
    &[("fin", "notFin"), ("syn", "notSyn"), ("rst", "notRst"), ("psh", "notPsh"), ("ack", "notAck"), ("urg", "notUrg")];

pub(super) fn check(id: usize, acl: Fields<'_>, bench: &mut Bench) {
    let mut seen: BTreeMap<i64, Span> = BTreeMap::new();
    for statement in acl.list("statements") {
        let mut say = |key: &str, message: String| {
            bench.say(Code::AclStatement, id, statement.at(key), message);
        };
        let seq = statement.number("seq").map_or(0, |seq| seq.number);
        if seq < FIRST {
            say("seq", format!("the number {seq} is below {FIRST}, which the fabric keeps for its own"));
        }
        if seen.insert(seq, statement.at("seq")).is_some() {
            say("seq", format!("the number {seq} is there twice"));
        }
        for (key, allowed) in [("action", ACTIONS), ("protocol", PROTOCOLS)] {
            if !statement.text(key).is_some_and(|text| allowed.contains(&text.text)) {
                say(key, format!("{key} is none of {}", allowed.join(", ")));
            }
        }
        for key in ["srcPrefix", "dstPrefix"] {
            let good = statement.text(key).is_some_and(|text| text.text == "any" || Prefix::parse(text.text).is_some());
            if !good {
                say(key, format!("{key} is neither a prefix nor any"));
            }
        }
        for (key, message) in conflicts(statement) {
            say(key, message);
        }
    }
}

/// What in a statement does not go with its protocol, or with the rest.
fn conflicts(statement: Fields<'_>) -> Vec<(&'static str, String)> {
    let protocol = statement.text("protocol").map_or("", |text| text.text);
    let mut faults = Vec::new();
    if statement.has("tcpFilters") {
        let filters = statement.sub("tcpFilters");
        let contradicts = FLAGS.iter().find(|(flag, not)| filters.flag(flag) && filters.flag(not));
        let any = FLAGS.iter().any(|(flag, not)| filters.flag(flag) || filters.flag(not));
        if protocol != "tcp" {
            faults.push(("tcpFilters", "tcpFilters goes with protocol tcp only".to_owned()));
        }
        if filters.flag("established") && any {
            faults.push(("tcpFilters", "established does not go with other flags".to_owned()));
        }
        if let Some((flag, not)) = contradicts {
            faults.push(("tcpFilters", format!("{flag} and {not} contradict each other")));
        }
    }
    for key in ["icmpType", "icmpCode"].into_iter().filter(|key| statement.has(key) && protocol != "icmp") {
        faults.push((key, format!("{key} goes with protocol icmp only")));
    }
    let end = |key: &str| statement.number(key).map_or(0, |number| number.number);
    let (begin, last) = (end("portRangeBegin"), end("portRangeEnd"));
    if begin > 0 || last > 0 {
        if !matches!(protocol, "tcp" | "udp") {
            faults.push(("portRangeBegin", "a range of ports goes with protocol tcp or udp only".to_owned()));
        }
        if begin == 0 || begin > last {
            faults.push(("portRangeBegin", format!("the range of ports, {begin} to {last}, is none")));
        }
    }
    faults
}
