//! Names that Hedgehog makes labels of: a label that Kubernetes refuses keeps the whole object out of the cluster.

use crate::verdict::code::Code;
use crate::verdict::identity::is_dns_subdomain;
use crate::yaml::Span;

use super::breach::Bench;
use super::connections::Connection;
use super::index::Index;
use super::read::{Fields, Text, shown};
use super::what::What;

/// The longest label value, and the longest name in a label's key.
const MAX_LABEL: usize = 63;
/// The longest name of a VPC, External or IPv4Namespace.
const MAX_SHORT_NAME: usize = 11;
/// Labels with this in their key are Hedgehog's own: it deletes them and makes them anew.
const OWN: &str = "fabric.githedgehog.com/";

/// Why an object's labels keep it out of the cluster.
#[derive(Debug)]
pub(super) struct LabelFault {
    pub(super) code: Code,
    pub(super) span: Span,
    pub(super) message: String,
}

/// What is wrong with an object's labels, its own or those that Hedgehog makes.
pub(super) fn label_fault(what: What, root: Fields<'_>, connection: Option<&Connection<'_>>) -> Option<LabelFault> {
    let spec = root.sub("spec");
    if let Some(connection) = connection
        && connection.kind.is_none()
    {
        let message = match connection.second {
            Some(gone) => format!("the connection's only type, {gone}, is supported no more"),
            None => "the connection has no type".to_owned(),
        };
        return Some(LabelFault { code: Code::NoConnectionType, span: connection.fields.head, message });
    }
    let (values, keys) = made(what, spec, connection);
    let bad_value = values.into_iter().flatten().find(|text| !is_label_value(text.text));
    let bad_key = keys.into_iter().find(|text| !is_label_name(text.text));
    let made = bad_value.or(bad_key).map(|text| {
        let message = if text.text.len() > MAX_LABEL {
            format!("{text} has {} characters, but Hedgehog makes a label of it, which has at most 63", text.text.len())
        } else {
            format!("Hedgehog makes a label of '{text}', which Kubernetes refuses")
        };
        LabelFault { code: Code::InvalidLabel, span: text.span, message }
    });
    made.or_else(|| own_labels(what, root.sub("metadata")))
}

/// What Hedgehog makes label values of, and what names in label keys.
fn made<'a>(
    what: What,
    spec: Fields<'a>,
    connection: Option<&Connection<'a>>,
) -> (Vec<Option<Text<'a>>>, Vec<Text<'a>>) {
    let permit = || spec.sub("permit");
    match what {
        What::Connection => {
            let ends = connection.filter(|connection| connection.fault.is_none());
            let devices = ends.map(|connection| connection.switches.values().chain(connection.servers.values()));
            let names = devices.into_iter().flatten().map(|port| device(*port)).collect();
            (vec![spec.sub("staticExternal").text("withinVPC")], names)
        }
        What::Switch => {
            let mut names = spec.texts("groups");
            names.extend(spec.sub("redundancy").text("group"));
            names.extend(spec.texts("vlanNamespaces"));
            (vec![spec.text("profile")], names)
        }
        What::Vpc => (vec![spec.text("ipv4Namespace"), spec.text("vlanNamespace")], Vec::new()),
        What::External => (vec![spec.text("ipv4Namespace")], Vec::new()),
        What::VpcAttachment => {
            let subnet = spec.text("subnet").filter(|subnet| !subnet.text.starts_with('/'));
            let parts = subnet.map(|subnet| {
                let (vpc, name) = subnet.text.split_once('/').unwrap_or((subnet.text, ""));
                [Text { text: vpc, ..subnet }, Text { text: name, ..subnet }]
            });
            let connection = subnet.and(spec.text("connection"));
            (parts.into_iter().flatten().map(Some).chain([connection]).collect(), Vec::new())
        }
        What::ExternalAttachment => (vec![spec.text("connection"), spec.text("external")], Vec::new()),
        What::ExternalPeering => {
            (vec![permit().sub("vpc").text("name"), permit().sub("external").text("name")], Vec::new())
        }
        What::VpcPeering => (Vec::new(), super::vpc_peerings::members(spec).unwrap_or_default()),
        What::GatewayPeering => {
            let both: Vec<Text<'a>> = spec.sub("peering").entries().map(|(name, _)| name).collect();
            (Vec::new(), if both.len() == 2 { both } else { Vec::new() })
        }
        _ => (Vec::new(), Vec::new()),
    }
}

/// The device of a port.
fn device(port: Text<'_>) -> Text<'_> {
    Text { text: port.text.split_once('/').map_or(port.text, |(device, _)| device), ..port }
}

/// What is wrong with the labels and annotations that the document itself has.
fn own_labels(what: What, metadata: Fields<'_>) -> Option<LabelFault> {
    let rebuilt = !matches!(what, What::Gateway | What::GatewayPeering | What::SwitchGroup | What::ServerProfile);
    let fault = |span: Span, message: String| LabelFault { code: Code::InvalidLabel, span, message };
    for (key, value) in metadata.sub("labels").text_entries() {
        if rebuilt && key.text.contains(OWN) {
            continue;
        }
        if !is_label_key(key.text) {
            return Some(fault(key.span, format!("Kubernetes refuses the label {key}")));
        }
        if !is_label_value(value.text) {
            return Some(fault(value.span, format!("Kubernetes refuses the value of the label {key}")));
        }
    }
    let mut annotations = metadata.sub("annotations").text_entries();
    // Kubernetes looks at annotations' keys without regard to letter case.
    let bad = annotations.find(|(key, _)| !is_label_key(&key.text.to_ascii_lowercase()));
    bad.map(|(key, _)| fault(key.span, format!("Kubernetes refuses the annotation {key}")))
}

/// Whether Kubernetes takes this as a label's value.
fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_name(text)
}

/// Whether Kubernetes takes this as the name in a label's key.
fn is_label_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()].iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric));
    ends && bytes.len() <= MAX_LABEL && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// Whether Kubernetes takes this as a label's key.
fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_label_name(name),
        None => is_label_name(text),
    }
}

/// Says that a VPC's, External's or IPv4Namespace's name is too long.
pub(super) fn check_short(index: &Index<'_>, id: usize, bench: &mut Bench) {
    let name = &index.objects[id].identity.name;
    if name.len() > MAX_SHORT_NAME {
        let message = format!("the name {} has {} characters, more than 11", shown(name), name.len());
        bench.say(Code::NameTooLong, id, index.name_at(id), message);
    }
}
