//! Generated YAML: documents of every verdict from few kinds and names, so that collisions are frequent, and what parts them.

use std::fmt;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// Bytes that show as text when a case fails.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Text(pub Vec<u8>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

/// Kinds, each with values of `spec`: three that its schema takes, and one that it does not.
const KINDS: &[(&str, &str, [&str; 4])] = &[
    ("vpc.githedgehog.com/v1beta1", "VPC", ["{}", "{mode: a}", "{mode: b}", "{vlan: 1}"]),
    (
        "wiring.githedgehog.com/v1beta1",
        "Switch",
        ["{role: spine}", "{role: spine, asn: 1}", "{asn: 2, role: spine}", "{}"],
    ),
    ("x.githedgehog.com/v1", "Own", ["{}", "1", "2", "{}"]),
];

/// Ways to write the same object.
const STYLES: &[&str] = &[
    "apiVersion: {A}\nkind: {K}\nmetadata:\n  name: {N}{S}\nspec: {V}\n",
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n",
    "# said before\napiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n",
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n# said after\n",
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n\n# said after a gap\n\n",
    "{apiVersion: {A}, kind: {K}, metadata: {name: {N}{F}}, spec: {V}}\n",
    "\napiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n\n",
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V} # said beside\n",
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}, uid: u}\nspec: {V}\nstatus: {ok: true}\n",
];

/// Styles whose bytes say something about what stands before or after them.
const BOUND_STYLES: &[&str] = &[
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n...\n",
    "apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n... # end\n# said after the end\n",
    "apiVersion: {A}\nkind: {K}\nspec: {V}\nmetadata:\n  name: {N}{S}\n  annotations:\n    note: |\n      kept\n\n",
    "apiVersion: {A}\nkind: {K}\nspec: {V}\nmetadata:\n  name: {N}{S}\n  annotations:\n    note: |+\n      kept\n\n",
    "\u{feff}apiVersion: {A}\nkind: {K}\nmetadata: {name: {N}{F}}\nspec: {V}\n",
    "%YAML 1.1\n",
];

/// Documents that are no valid object, and what is no document at all.
const ODD: &[&str] = &[
    "",
    "\n",
    "# only a comment\n",
    "\n# one\n\n# two\n",
    "a: [\n",
    "\"not closed\n",
    "a: 1\na: 2\n",
    "\tx\n",
    "hello\n",
    "- 1\n",
    "~\n",
    "null\n# after null\n",
    "kind: VPC\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: 1}\n",
    "apiVersion: vpc.githedgehog.com/v1alpha2\nkind: VPC\nmetadata: {name: a}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPCC\nmetadata: {name: a}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: ../a}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: kustomization}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: a, namespace: A}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPCList\nitems: []\n",
    "apiVersion: agent.githedgehog.com/v1beta1\nkind: Agent\nmetadata: {name: a}\n",
    "apiVersion: fabricator.githedgehog.com/v1beta1\nkind: Fabricator\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n# said after\n",
    "a: &a [x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]\n",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
];

/// The like, of which the bytes around them make something else.
const BOUND_ODD: &[&str] = &[
    "x: 1\n...\ny: 2\n",
    "...\n",
    "... # end\n",
    "# before\n...\n# after\n",
    "\u{feff}",
    "\u{feff}\n",
    "\u{feff}# marked\n",
    "%YAML 1.1\n",
    "# c\n%TAG ! x\n",
    "--- x\n",
    "---a: b\n",
    "--- {a: 1}\n",
    "--- # only this\n",
    "a: |\n  --- x\n",
    "nul: \0\n",
    "x",
    "# no end",
    "a\0b\0c\0",
];

/// A document that is the same wherever it stands.
pub fn free() -> impl Strategy<Value = Text> {
    prop_oneof![6 => object(STYLES), 2 => select(ODD).prop_map(Text::from)]
}

/// Any document.
pub fn document() -> impl Strategy<Value = Text> {
    prop_oneof![
        12 => object(STYLES),
        3 => object(BOUND_STYLES),
        5 => select(ODD).prop_map(Text::from),
        4 => select(BOUND_ODD).prop_map(Text::from),
        1 => Just(Text(b"name: \xff\n".to_vec())),
        1 => Just(Text(b"\xff\xfea\0:\0".to_vec())),
    ]
}

/// One object, in any of these ways.
pub fn object(styles: &'static [&'static str]) -> impl Strategy<Value = Text> {
    const NAMES: &[&str] = &["a", "b", "c", "a.b"];
    let namespaces = weighted(0.3, select(&["default", "other"][..]));
    let value = prop_oneof![9 => 0..3usize, 1 => Just(3)];
    let parts = (select(styles), select(KINDS), select(NAMES), value, namespaces);
    parts.prop_map(|(style, (api, kind, values), name, value, namespace)| {
        let (block, flow) = match namespace {
            Some(namespace) => (format!("\n  namespace: {namespace}"), format!(", namespace: {namespace}")),
            None => Default::default(),
        };
        let text = style.replace("{A}", api).replace("{K}", kind).replace("{N}", name).replace("{V}", values[value]);
        Text::from(text.replace("{S}", &block).replace("{F}", &flow).as_str())
    })
}

/// One object as it stands alone in a file.
pub fn single() -> impl Strategy<Value = Text> {
    object(STYLES)
}

const SEPARATORS: &[&str] = &[
    "---\n",
    "--- # spines\n",
    "---\t \n",
    "---\r\n",
    "\n---\n",
    "---\n---\n",
    "---\n# between\n---\n",
    "--- # one\n---\n",
    "---\n--- # two\n",
    "---\u{a0}\n",
    "",
    "--- bad\n",
    "---",
];

/// A file's bytes: some documents, what parts them, and how lines end.
pub fn file() -> impl Strategy<Value = Text> {
    let separator = prop_oneof![6 => Just(SEPARATORS[0]), 6 => select(SEPARATORS)];
    let first = prop_oneof![5 => Just(""), 2 => select(SEPARATORS)];
    let ending = prop_oneof![8 => Just(Ending::Plain), 1 => Just(Ending::Crlf), 1 => Just(Ending::Cut), 1 => Just(Ending::Marked)];
    (first, vec((document(), separator), 1..5), any::<bool>(), ending).prop_map(|(first, documents, last, ending)| {
        let mut bytes = first.as_bytes().to_vec();
        let count = documents.len();
        for (i, (document, separator)) in documents.into_iter().enumerate() {
            bytes.extend(document.0);
            if i + 1 < count || last && count > 1 {
                bytes.extend(separator.as_bytes());
            }
        }
        Text(ending.apply(bytes))
    })
}

/// What is done to a whole file.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Plain,
    Crlf,
    Cut,
    Marked,
}

impl Ending {
    fn apply(self, bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Plain => bytes,
            Self::Crlf => {
                let lines = bytes.split_inclusive(|b| *b == b'\n');
                let ended = lines.map(|line| match line.strip_suffix(b"\n") {
                    Some(line) if !line.ends_with(b"\r") => [line, b"\r\n"].concat(),
                    _ => line.to_vec(),
                });
                ended.collect::<Vec<_>>().concat()
            }
            Self::Cut => bytes.strip_suffix(b"\n").unwrap_or(&bytes).to_vec(),
            Self::Marked => [b"\xef\xbb\xbf", bytes.as_slice()].concat(),
        }
    }
}
