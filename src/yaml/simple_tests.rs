//! The law of the simple reader: what it reads, libyaml's events give as well, to the last span.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::super::make::{Nothing, Whole};
use super::{Parsed, parse};
use crate::yaml::parse::by_events;
use crate::yaml::{Key, Limits, Node, Span, Value, Watch, split};

/// Lines that objects are made of, and such as go wrong beside them.
const LINES: &[&str] = &[
    "a: 1",
    "b:",
    "c: text",
    "a.b/c: 0x1F",
    "d: \"q\"",
    "e: 'q'",
    "f: {}",
    "g: []",
    "h: a #c",
    "i: a#c",
    "j: # c",
    "yes: no",
    "k: -1",
    "l: 2001-01-01",
    "m: 1_000",
    "n: 'it''s'",
    "o: \"\\n\"",
    "p: ~",
    "q: 10.0.0.0/24",
    "r: a, b",
    "s: <<",
    "- x",
    "- a: b",
    "-   c: d",
    "- b:",
    "- 'q'",
    "- \"q\" # c",
    "- {}",
    "- - x",
    "-",
    "- # c",
    "# c",
    "",
    "   ",
    "t: a: b",
    "u: |",
    "v: - 1",
    "w: .inf",
    "x: [a]",
    "k : v",
    "z:v",
    "y: x:",
    "...",
    "&a q: 1",
    "aa: *a",
    "'s': t",
    "bb: \"a\" b",
    "cc: \"a\"#",
    "dd: 'a'x",
    "<<: {}",
    "ee: é",
    "ff: a\tb",
    "text",
    "? a",
    "gg: ?",
    "hh: \"a",
    "0123: octal",
    "1: one",
    "---x",
    "ii: ---",
    "jj: \"\"",
    "kk: ''",
    "ll: a  ",
    "mm:   ",
    "nn: =",
    "oo: %x",
    "pp: @x",
    "- ~",
    "- -1",
    "- a:b",
    "- http://x",
    "qq: {} # c",
    "rr: []x",
    "null: 1",
    "- [a, b]",
    "- [ a , b-c/d ] # c",
    "[a]: b",
    "ss: [a,1, true,~]",
    "tt: [a, ]",
    "uu: [,a]",
    "vv: [a:b]",
    "ww: [a b]",
    "xx: [a]b",
    "yy: [-]",
    "zz: [a-, b.]",
    "ab: [a]#",
    "ac: [[a]]",
    "ad: [ ]",
    "ae: [a",
    "af: [.inf, 1e999]",
    "ag: grün — ünd 日本 😀",
    "ah: 'é' # é",
    "# é",
    "é: a",
    "ai: é: a",
    "aj: a\u{85}b",
    "ak: a\u{2028}b",
    "al: \u{a0}b\u{a0}",
    "am: a\u{feff}",
    "an: [é]",
    "ao: \u{fffd}\u{e000}",
    "1010: 1",
    "0x10: 1",
    "true: 1",
    "- é",
];

/// Texts of such lines, most of them indented as objects are.
fn texts() -> impl Strategy<Value = String> {
    let indent = prop_oneof![4 => Just(0usize), 3 => Just(2), 2 => Just(4), 1 => 0usize..7];
    let line = (indent, prop::sample::select(LINES)).prop_map(|(indent, line)| format!("{}{line}", " ".repeat(indent)));
    let ending = prop_oneof![8 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\n\n")];
    let lead = prop_oneof![6 => Just(""), 1 => Just("---\n"), 1 => Just("--- # c\n"), 1 => Just("# c\n")];
    (lead, prop::collection::vec((line, ending), 1..9), any::<bool>()).prop_map(|(lead, lines, ended)| {
        let text: String = lines.iter().flat_map(|(line, ending)| [line.as_str(), *ending]).collect();
        let text = if ended { text } else { text.trim_end_matches(['\r', '\n']).to_owned() };
        format!("{lead}{text}")
    })
}

/// Somebody who looks on and writes down all there is to see, each beside its place.
#[derive(Default)]
struct Witness {
    places: Vec<String>,
    seen: Vec<String>,
}

impl Witness {
    fn below(&mut self, holder: usize, step: &str) -> usize {
        self.places.push(format!("{}/{step}", self.places.get(holder).map_or("", String::as_str)));
        self.places.len() - 1
    }

    fn note(&mut self, place: usize, what: &str) {
        self.seen.push(format!("{} {what}", self.places.get(place).map_or("", String::as_str)));
    }
}

impl<'t> Watch<'t> for Witness {
    type Place = usize;
    fn root(&self) -> usize {
        usize::MAX
    }
    fn cares(&self, _: usize) -> bool {
        true
    }
    fn key(&mut self, holder: usize, key: &str) -> usize {
        self.below(holder, key)
    }
    fn item(&mut self, holder: usize) -> usize {
        self.below(holder, "-")
    }
    fn text(&mut self, place: usize, text: &'t str) {
        self.note(place, &format!("{:?}", Value::String(text.to_owned())));
    }
    fn scalar(&mut self, place: usize, value: &Value) {
        self.note(place, &format!("{value:?}"));
    }
    fn mapping(&mut self, place: usize, keys: &[Key<'_>]) {
        let keys: Vec<_> = keys.iter().map(|key| (key.name.to_owned(), key.is_null)).collect();
        self.note(place, &format!("{keys:?}"));
    }
    fn list(&mut self, place: usize, count: usize) {
        self.note(place, &format!("{count} items"));
    }
}

/// What a witness of this value's reading writes down.
fn told(node: &Node, place: &str) -> Vec<String> {
    match &node.value {
        Value::Mapping(pairs) => {
            let values = pairs.iter().flat_map(|pair| told(&pair.value, &format!("{place}/{}", pair.key)));
            let keys: Vec<_> = pairs.iter().map(|pair| (pair.key.clone(), pair.value.is_null())).collect();
            values.chain([format!("{place} {keys:?}")]).collect()
        }
        Value::Sequence(items) => {
            let items_told = items.iter().flat_map(|item| told(item, &format!("{place}/-")));
            items_told.chain([format!("{place} {} items", items.len())]).collect()
        }
        scalar => vec![format!("{place} {scalar:?}")],
    }
}

/// Whether the simple reader read anything of a file; what it read is as events have it.
fn agrees(file: &[u8]) -> Result<bool, TestCaseError> {
    let mut read = false;
    for chunk in split(file) {
        for limits in [Limits::default(), Limits { depth: 3, ..Limits::default() }] {
            let simple = parse(file, &chunk, &limits);
            let shown = String::from_utf8_lossy(file);
            let (mut witness, mut other) = (Witness::default(), (Witness::default(), ()));
            let skimmed = super::read::<Nothing, _>(file, &chunk, &limits, &mut witness).map(|((), content)| content);
            let watched = super::read::<Whole, _>(file, &chunk, &limits, &mut other).map(|(root, _)| root);
            let content =
                |parsed: &Parsed| parsed.root.as_ref().map(|root| Span { end: parsed.content_end, ..root.span });
            prop_assert_eq!(skimmed, simple.as_ref().and_then(content), "{}", shown);
            prop_assert_eq!(&watched, &simple.as_ref().and_then(|parsed| parsed.root.clone()), "{}", shown);
            if let Some(root) = &watched {
                prop_assert_eq!(&witness.seen, &told(root, ""), "{}", shown);
                prop_assert_eq!(&other.0.seen, &witness.seen, "{}", shown);
            }
            if let Some(simple) = simple {
                read = true;
                prop_assert_eq!(Ok(simple), by_events(file, &chunk, &limits), "{}", shown);
            }
        }
    }
    Ok(read)
}

proptest! {
    // Cheap cases, and many ways to go wrong.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.saturating_mul(16), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_simply_is_read_as_events_have_it(text in texts()) {
        agrees(text.as_bytes())?;
    }

    /// The same of an object in which one byte is another, is doubled, or is gone.
    #[test]
    fn a_byte_more_or_less_changes_both_alike(
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b" \n:-#'\"[]{}&*!|>%@,?\\\t\r~ax1.\xc3".as_slice()),
        how in 0..3,
    ) {
        let mut bytes = OBJECT.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        agrees(&bytes)?;
    }
}

/// An object as people write one.
const OBJECT: &str = "\
# the web's
apiVersion: vpc.githedgehog.com/v1beta1
kind: VPC
metadata:
  name: web # one of three
  labels: {}
spec:
  ipv4Namespace: 'default'
  permit:
  - one
  - \"two\"
  subnets:
    default:
      subnet: 10.0.1.0/24
      vlan: 1001
      dhcp:
        enable: true
        range:

  links:
    - server:
        port: server-1/enp2s1
      switch: {}
    - server:
        port: server-2/enp2s1
";

#[test]
fn objects_as_people_write_them_are_read_simply() {
    for ending in ["", "---\n", "---\nkind: X\n"] {
        assert!(agrees(format!("{OBJECT}{ending}").as_bytes()).unwrap(), "{ending:?}");
    }
    assert!(agrees(OBJECT.trim_end().as_bytes()).unwrap());
}

#[test]
fn what_is_not_simple_is_left_to_events() {
    let deep: String = (0..40).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let long = format!("{}: 1\n", "a".repeat(2000));
    for text in [
        "a: |\n  x\n",
        "a: [x, [y]]\n",
        "a: {x: y}\n",
        "- a\n",
        "text\n",
        "a: 1\r\n",
        "é: a\n",
        "a: é\u{2028}\n",
        "a: 1\na: 2\n",
        "<<: {}\n",
        "a: b\n  c\n",
        &deep,
        &long,
    ] {
        let chunk = split(text.as_bytes()).remove(0);
        assert_eq!(parse(text.as_bytes(), &chunk, &Limits::default()), None, "{text:?}");
    }
}
