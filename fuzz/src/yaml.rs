//! Any bytes as a file of YAML: the fast way and the one by events agree, nobody who looks on changes what is read, and every
//! place that is named is in the file.

use hhgit::yaml::{Chunk, FaultKind, Limits, Node, Span, Value};
use hhgit::yaml::{canonical_json, count_events, parse, parse_watched, same_value, skim, split};

use crate::parts::{depth, is_shown};

/// The deepest nesting at which only the way by events is gone.
const BY_EVENTS: Limits = Limits { depth: 32, file_bytes: 1 << 20, expanded_nodes: 10_000, expanded_bytes: 1 << 20 };
/// The same limits, as deep as any.
const ANY: Limits = Limits { depth: Limits::DEEPEST, ..BY_EVENTS };
/// How deep JSON is that serde_json reads.
const DEEP_JSON: usize = 100;

/// Reads a file in all ways there are.
pub fn check(data: &[u8]) {
    for chunk in split(data) {
        let parsed = parse(data, &chunk, &ANY);
        let by_events = parse(data, &chunk, &BY_EVENTS);
        if by_events.as_ref().err().is_none_or(|fault| fault.kind != FaultKind::TooDeep) {
            assert_eq!(parsed, by_events, "the fast way reads another value");
        }
        let (watched, saw_all) = parse_watched(data, &chunk, &ANY, &mut ());
        assert_eq!(watched, parsed, "looking on changes what is read");
        let skimmed = skim(data, &chunk, &ANY, &mut ());
        assert_eq!(skimmed.is_some(), saw_all, "what can be read the fast way can be skimmed");
        match &parsed {
            Ok(parsed) => {
                let at = parsed.root.as_ref().map(|root| Span { start: root.span.start, end: parsed.content_end });
                assert!(skimmed.is_none() || skimmed == at, "{skimmed:?} and {at:?}");
                assert!(is_in(Span { start: parsed.content_end, end: parsed.content_end }, chunk.content()));
                let Some(root) = &parsed.root else { continue };
                assert!(
                    count_events(&data[chunk.content().start..chunk.content().end]).is_some() || has_odd_ends(data)
                );
                is_placed(root, &chunk);
                is_json(root);
                ends_of_lines_mean_nothing(data, root, chunk.number);
            }
            Err(fault) => {
                is_shown(&fault.message);
                let places = [Some(fault.at), fault.related].into_iter().flatten();
                places.for_each(|at| assert!(is_in(at, chunk.whole()), "{fault:?} of {chunk:?}"));
            }
        }
    }
}

fn is_in(span: Span, whole: Span) -> bool {
    whole.start <= span.start && span.start <= span.end && span.end <= whole.end
}

/// Whether lines end in ways that Kubernetes' line reader changes before anybody parses.
fn has_odd_ends(data: &[u8]) -> bool {
    data.contains(&b'\r') || !data.ends_with(b"\n")
}

/// Every node and key is in its chunk.
fn is_placed(node: &Node, chunk: &Chunk) {
    assert!(is_in(node.span, chunk.content()), "{node:?} of {chunk:?}");
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| is_placed(item, chunk)),
        Value::Mapping(pairs) => pairs.iter().for_each(|pair| {
            assert!(is_in(pair.key_span, chunk.content()), "{pair:?} of {chunk:?}");
            is_placed(&pair.value, chunk);
        }),
        _ => {}
    }
}

/// Its canonical JSON is JSON, and says the same.
fn is_json(node: &Node) {
    if depth(node) > DEEP_JSON {
        return;
    }
    let text = canonical_json(node);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(says(&json, &node.value), "{text} of {node:?}");
    assert!(same_value(node, node));
}

fn says(json: &serde_json::Value, value: &Value) -> bool {
    use serde_json::Value as Json;
    match (json, value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(json), Value::Bool(value)) => json == value,
        (Json::String(json), Value::String(value)) => json == value,
        (Json::Number(json), Value::Int(value)) => json.as_i64() == Some(*value),
        (Json::Number(json), Value::Uint(value)) => json.as_u64() == Some(*value),
        // The reader may be off by the last bit.
        (Json::Number(json), Value::Float(value)) => {
            json.as_f64().is_some_and(|json| (json - value).abs() <= value.abs() * f64::EPSILON)
        }
        (Json::Array(json), Value::Sequence(items)) => {
            json.len() == items.len() && json.iter().zip(items).all(|(json, item)| says(json, &item.value))
        }
        (Json::Object(json), Value::Mapping(pairs)) => {
            let same = |pair: &hhgit::yaml::Pair| json.get(&pair.key).is_some_and(|json| says(json, &pair.value.value));
            json.len() == pairs.len() && pairs.iter().all(same)
        }
        _ => false,
    }
}

/// A file whose lines end as Windows ends them holds the same values.
fn ends_of_lines_mean_nothing(data: &[u8], root: &Node, number: u32) {
    // What is no UTF-8 is told by the share of NULs, which more bytes change.
    if data.contains(&b'\r') || data.contains(&0) {
        return;
    }
    let windows: Vec<u8> = data
        .iter()
        .flat_map(|byte| if *byte == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(byte) }.to_vec())
        .collect();
    let chunk = split(&windows).into_iter().find(|chunk| chunk.number == number).expect("as many chunks as before");
    let other = parse(&windows, &chunk, &ANY).ok().and_then(|parsed| parsed.root);
    assert!(other.as_ref().is_some_and(|other| same_value(root, other)), "{root:?} and {other:?}");
}
