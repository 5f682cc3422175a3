//! The law of the look at a schema while reading: what surely fits breaks nothing, and good objects surely fit.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::schema::{Schemas, text, validate};
use crate::yaml::{Limits, parse, skim, split};

/// Whether the first document of a text surely fits; none if it cannot be read so.
fn is_sure(text: &str, schemas: &Schemas) -> Option<bool> {
    let chunk = split(text.as_bytes()).into_iter().next()?;
    let mut fit = Fit::new(schemas);
    skim(text.as_bytes(), &chunk, &Limits::default(), &mut fit).map(|_| fit.is_sure())
}

/// How many violations there are.
fn violations(text: &str, schemas: &Schemas) -> usize {
    let chunk = split(text.as_bytes()).into_iter().next().unwrap();
    let Ok(parsed) = parse(text.as_bytes(), &chunk, &Limits::default()) else { return usize::MAX };
    let root = parsed.root.unwrap();
    let field = |name| root.get(name).and_then(|node| node.as_str());
    let schema = field("apiVersion").zip(field("kind")).and_then(|(version, kind)| schemas.of(version, kind));
    schema.map_or(0, |schema| validate(&root, schema).len())
}

/// A schema with something of everything.
const FIELDS: &str = "
pattern digits ^\\d+$
pattern word ^\\w+\\b$
kind Test v1beta1 webhook relabels
  spec: object filled
    a: integer int32
    b: string pattern=digits
    c: string length=1..3
    d: object filled
      e: integer filled 1..3
      f: string
    g: list(1..2) string
    h: map(1..2) integer
    i: string enum=x|y|
    j: boolean required
    k: any
    l: number 1..2
    m: integer u8
    n: string go-duration
    o: any go-time
    p: object open
    q: list object
      r: string required
      s: string enum=t|u filled
    v: int-or-string
    w: string required default=\"z\"
    x: list nullable any
    y: object embedded
    z: string ipv4
    peering: map object
      aa: integer filled-of-two-peers 1..3
";

fn schemas() -> Schemas {
    let section = format!("\n{}", FIELDS.trim_start());
    let kind = text::read(&text::sections(&section)[0]).unwrap();
    let mut schemas = Schemas::builtin();
    schemas.with("test.githedgehog.com", "Test", vec![kind]);
    schemas
}

/// Values of many kinds.
const VALUES: &[&str] = &[
    " 1",
    " 0",
    " -1",
    " 300",
    " 1.5",
    " 1.0",
    " true",
    " x",
    " 12",
    " 'y'",
    " ''",
    " abcd",
    " ~",
    "",
    " {}",
    " []",
    " 1e400",
    " 2m",
    " 2025-01-31T12:00:00Z",
    " 10.0.0.1",
    " 99999999999999999999",
    " null",
    " t",
    "\n    - x",
    "\n    - 1",
    "\n    -\n",
    "\n    - ~",
    "\n    - r: x",
    "\n    - r: x\n      s: v",
    "\n    - s: t",
    "\n      x: 1",
    "\n      e: 2",
    "\n      e: 9",
    "\n      e: ~",
    "\n      aa: 2",
    "\n      one:\n        aa: 1\n      two: {}",
    "\n      one: {}\n      two: {}",
    "\n      one: {}",
    "\n      kind: 1",
    "\n      x: 1\n      y: 2\n      z: 3",
];

/// Keys of an object, most of them known.
const KEYS: &[&str] = &[
    "a", "b", "c", "d", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "v", "w", "x", "y", "z", "peering",
    "other",
];

/// What a spec must have.
const USUAL: &str = "  j: true\n  d:\n    e: 2\n";

/// What stands beside the fields of a spec.
const HEADS: &[&str] = &[
    "apiVersion: test.githedgehog.com/v1beta1\nkind: Test\n",
    "kind: Test\napiVersion: test.githedgehog.com/v1beta1\n",
    "apiVersion: test.githedgehog.com/v9\nkind: Test\n",
    "apiVersion: 1\nkind: Test\n",
    "kind: Test\n",
];

/// Metadata and status, good ones and bad ones.
const BESIDE: &[&str] = &[
    "",
    "status: {}\n",
    "status: 1\n",
    "status:\n  a: 1\n",
    "metadata:\n",
    "metadata: 1\n",
    "metadata:\n  name: x\n",
    "metadata:\n  labels:\n    a: b\n",
    "metadata:\n  labels:\n    a: -b\n",
    "metadata:\n  labels:\n    a.b/c: ''\n",
    "metadata:\n  labels:\n    A_/c: ''\n",
    "metadata:\n  labels:\n    fabric.githedgehog.com/x: -b\n",
    "metadata:\n  labels:\n    a: 1\n",
    "metadata:\n  labels:\n    a:\n",
    "metadata:\n  labels:\n  - a\n",
    "metadata:\n  labels: x\n",
    "metadata:\n  annotations:\n    a: x y z\n",
    "metadata:\n  annotations:\n    A/b: x\n",
    "metadata:\n  annotations:\n    a: true\n",
    "metadata:\n  other: 1\n",
    "metadata:\n  generation: 1\n",
    "metadata:\n  creationTimestamp: x\n",
    "metadata:\n  finalizers:\n  - a\n",
    "metadata:\n  ownerReferences:\n  - kind: x\n",
    "more: 1\n",
];

fn objects() -> impl Strategy<Value = String> {
    let pair = (prop::sample::select(KEYS), prop::sample::select(VALUES));
    let pairs = prop::collection::vec(pair, 0..4);
    let beside = prop::sample::select(BESIDE);
    (prop::sample::select(HEADS), beside.clone(), beside, pairs, any::<bool>()).prop_map(
        |(head, above, below, pairs, usual)| {
            let usual = if usual { USUAL } else { "" };
            let fields: String = pairs.iter().map(|(key, value)| format!("  {key}:{value}\n")).collect();
            let spec = if usual.len() + fields.len() > 0 { format!("spec:\n{usual}{fields}") } else { String::new() };
            format!("{head}{above}{spec}{below}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.saturating_mul(16), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_surely_fits_breaks_nothing(text in objects()) {
        if is_sure(&text, &schemas()) == Some(true) {
            prop_assert_eq!(violations(&text, &schemas()), 0, "{}", text);
        }
    }

    /// The same of a good object of a built-in kind in which one line is another's, is doubled, or is gone.
    #[test]
    fn a_line_more_or_less_changes_both_alike(
        object in prop::sample::select(GOOD),
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        value in prop::sample::select(VALUES),
        how in 0..4,
    ) {
        let mut lines: Vec<String> = object.lines().map(str::to_owned).collect();
        let (at, other) = (at.index(lines.len()), other.index(lines.len()));
        match how {
            0 => lines[at] = lines[other].clone(),
            1 => lines.insert(at, lines[other].clone()),
            2 => { lines.remove(at); }
            _ => lines[at] = format!("{}:{value}", lines[at].split(':').next().unwrap_or_default()),
        }
        let text = lines.join("\n");
        if is_sure(&text, &Schemas::builtin()) == Some(true) {
            prop_assert_eq!(violations(&text, &Schemas::builtin()), 0, "{}", text);
        }
    }
}

/// Good objects of some kinds.
const GOOD: &[&str] = &[
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web\n  labels:\n    a: b\nspec:\n  ipv4Namespace: \
     default\n  vlanNamespace: default\n  subnets:\n    one:\n      dhcp:\n        enable: true\n        range:\n          \
     start: 10.0.1.10\n          end: 10.0.1.99\n      gateway: 10.0.1.1\n      subnet: 10.0.1.0/24\n      vlan: 1001\n      \
     isolated: true\nstatus: {}\n",
    "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Switch\nmetadata:\n  name: leaf-1\n  annotations:\n    a/b: c d\nspec:\n  \
     asn: 65101\n  boot:\n    mac: 0c:20:12:00:00:01\n  ecmp: {}\n  groups:\n  - eslag-1\n  ip: 172.30.0.1/21\n  profile: vs\n  \
     redundancy:\n    group: eslag-1\n    type: eslag\n  role: server-leaf\n  portBreakouts:\n    E1/49: 4x25G\n",
    "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Connection\nmetadata:\n  name: s\nspec:\n  fabric:\n    links:\n    - \
     leaf:\n        ip: 172.30.30.1/31\n        port: leaf-1/E1/1\n      spine:\n        ip: 172.30.30.0/31\n        port: \
     spine-1/E1/1\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: b\n",
];

#[test]
fn good_objects_surely_fit() {
    let made = format!("{}spec:\n{USUAL}  a: 1\n  k:\n  q:\n  - r: x\n    s: t\n  x:\n  - ~\n", HEADS[0]);
    assert_eq!((is_sure(&made, &schemas()), violations(&made, &schemas())), (Some(true), 0), "{made}");
    for text in GOOD {
        assert_eq!(
            (is_sure(text, &Schemas::builtin()), violations(text, &Schemas::builtin())),
            (Some(true), 0),
            "{text}"
        );
    }
}

#[test]
fn what_was_not_seen_in_time_is_not_sure() {
    let text = "spec:\n  a: 1\napiVersion: test.githedgehog.com/v1beta1\nkind: Test\n";
    assert_eq!(is_sure(text, &schemas()), Some(false));
}

#[test]
fn more_annotations_than_an_object_may_have_do_not_surely_fit() {
    let line = |at: usize| format!("    a{at}: {}\n", "x".repeat(200));
    let many: String = (0..2_000).map(line).collect();
    let text = format!(
        "apiVersion: test.githedgehog.com/v1beta1\nkind: Test\nmetadata:\n  annotations:\n{many}spec:\n{USUAL}"
    );
    assert_eq!((is_sure(&text, &schemas()), violations(&text, &schemas())), (Some(false), 1));
}
