//! What is written is read as the same value, whatever the value is; and what it looks like.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::yaml::Span;

fn node(value: Value) -> Node {
    Node { span: Span::default(), value }
}

fn read(text: &str) -> Node {
    let bytes = text.as_bytes();
    parse(bytes, &split(bytes)[0], &Limits::default()).unwrap().root.unwrap()
}

#[test]
fn a_document_looks_as_people_write_it() {
    let json = r#"{"apiVersion":"vpc.githedgehog.com/v1beta1","kind":"VPC","metadata":{"name":"vpc-1"},
        "spec":{"mode":"","permit":[["a","b"],[]],"subnets":{"default":{"subnet":"10.0.1.0/24","vlan":1001,
        "dhcp":{"enable":true,"range":{}}}},"list":[{"server":"10.0.0.1","x":null},{"mac":"52:54:00:12:34:56"}]}}"#;
    let expected = r#"apiVersion: vpc.githedgehog.com/v1beta1
kind: VPC
metadata:
  name: vpc-1
spec:
  mode: ""
  permit:
    -
      - a
      - b
    - []
  subnets:
    default:
      subnet: 10.0.1.0/24
      vlan: 1001
      dhcp:
        enable: true
        range: {}
  list:
    - server: "10.0.0.1"
      x: null
    - mac: "52:54:00:12:34:56"
"#;
    assert_eq!(emit(&read(json)).as_deref(), Some(expected));
}

#[test]
fn a_text_that_could_be_something_else_is_quoted() {
    for said in [
        "",
        " ",
        "y",
        "No",
        "on",
        "true",
        "null",
        "~",
        "<<",
        "1",
        "0x1f",
        "1e3",
        ".inf",
        "-",
        "- a",
        "a: b",
        "a:",
        "#a",
        "a #b",
        "2001-01-01",
        "1:30",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%",
        "@",
        "`",
        "[",
        "{",
        "'",
        "\"",
        "---",
        "...",
        "a\n",
        "1/",
        "é",
        "=",
        "null ",
        "a b",
    ] {
        let text = emit(&node(Value::String(said.to_owned()))).unwrap();
        let plain = said == "1/";
        assert_eq!(text.starts_with('"'), !plain, "{said:?} became {text:?}");
        assert_eq!(read(&text).as_str(), Some(said));
    }
}

#[test]
fn what_does_not_show_is_spelt_out() {
    let text = emit(&node(Value::String("\0\u{7f}\u{85}\u{a0}\u{200b}\u{2028}\u{feff}😀ß".to_owned()))).unwrap();
    assert_eq!(text, "\"\\x00\\x7F\\x85\\xA0\\u200B\\u2028\\uFEFF\\U0001F600ß\"\n");
}

#[test]
fn a_key_that_no_parser_reads_is_not_written() {
    let pair = Pair { key: "k".repeat(2_000), key_span: Span::default(), value: node(Value::Null) };
    assert_eq!(emit(&node(Value::Mapping(vec![pair]))), None);
}

fn texts() -> impl Strategy<Value = String> {
    const ODD: &[&str] =
        &["y", "<<", "~", "null", "0b1", "1_0", "0o7", "+1", "-.inf", ".", "..", "---", "1e400", "12:30:45"];
    prop_oneof![
        proptest::sample::select(ODD).prop_map(str::to_owned),
        "[a-zA-Z0-9./_:# -]{0,12}",
        "[0-9./]{1,12}",
        "\\PC{0,8}",
        vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn values() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(Value::Uint),
        any::<f64>().prop_filter("JSON has finite numbers alone", |float| float.is_finite()).prop_map(Value::Float),
        texts().prop_map(Value::String),
    ];
    let tree = leaf.prop_recursive(4, 32, 5, |inner| {
        let items = vec(inner.clone().prop_map(node), 0..5).prop_map(Value::Sequence);
        let pairs = proptest::collection::btree_map(texts(), inner, 0..5).prop_map(|map| {
            let pair = |(key, value)| Pair { key, key_span: Span::default(), value: node(value) };
            Value::Mapping(map.into_iter().map(pair).collect())
        });
        prop_oneof![items, pairs]
    });
    tree.prop_map(node)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_read_as_the_same_value(value in values()) {
        let text = emit(&value).expect("every value without an endless key is written");
        prop_assert_eq!(canonical_json(&read(&text)), canonical_json(&value));
        prop_assert_eq!(emit(&read(&text)), Some(text));
    }
}
