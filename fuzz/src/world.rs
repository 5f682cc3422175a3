//! A fuzzer's bytes as a repository and what is pushed into it: the tests' own `World`, with any bytes in its files.
//!
//! Names and shapes are picked from few, so that things collide; what stands in files is the fuzzer's own, or a snippet that a byte of
//! its picks, so that objects are named often. An input that ends early is a repository that ends early.

use arbitrary::{Arbitrary, Result, Unstructured};
use proptest::sample::Index;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::documents::Text;
use crate::generate::{Again, Ask, Beside, Fabric, MANIFEST, Put, Shape, Step, World};

const FOLDERS: &[&str] = &["", "", "", "d/", "d/e/", "a.yaml/", "d.v1/", "a.yaml.metadata/", "a_1.yaml/"];
const NAMES: &[&[u8]] = &[
    b"a.yaml",
    b"b.yaml",
    b"A.yaml",
    b"a.yml",
    b"c.json",
    b"a_1.yaml",
    b"a.txt",
    b"a",
    b".gitkeep",
    b".gitignore",
    b".x.yaml",
    b"a.yaml.metadata",
    b"a.metadata",
    b"new\nline.yaml",
    b"\xff.yaml",
    b"kustomization.yaml",
    b"README.md",
];
const MANAGED: &[&str] = &[
    "vpcs/a.yaml",
    "vpcs/b.yaml",
    "switches/a.yaml",
    "vpcs/other_a.yaml",
    "vpcs/wrong.yaml",
    "a.yaml",
    "vpcs/a.yml",
    "vpcs/sub/a.yaml",
    "vpcs/a.yaml/x.yaml",
    "switches",
    "kustomization.yaml",
    "foo/bar.txt",
    "owns/a.yaml",
];
const LOOSE: &[&str] = &["a.yaml", "b.yml", "README.md", ".x.yaml", "kustomization.yaml"];

/// Texts that name objects, or are nothing, or stand between: what a byte of an input picks in place of writing it out.
pub const SNIPPETS: &[&str] = &[
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: a}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: b}\nspec: {mode: l3vni}\n",
    "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: a\n  namespace: other\n",
    "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Switch\nmetadata: {name: a}\nspec: {role: spine}\n",
    "apiVersion: x.githedgehog.com/v1\nkind: Own\nmetadata: {name: a}\n",
    "---\n",
    "--- # c\n",
    "# said\n",
    "...\n",
    "kind: [\n",
    "\u{feff}",
    "\r\n",
    "a: 1\na: 2\n",
    "--- x\n",
];

const MANIFESTS: &[&str] = &[
    MANIFEST,
    "version: '1.0'\nfabric_name: f\npolicy: {on-existing: refuse}\n",
    "version: '1.0'\nfabric_name: f\npolicy: {level: identity}\n",
    "a: [\n",
];
const CRDS: &[&str] = &[
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: x.githedgehog.com\n  names: {kind: Own, plural: owns}\n  versions: [{name: v1, served: true}]\n",
    "a: [\n",
];

/// A file's bytes: stretches of the input, and snippets.
fn content(u: &mut Unstructured<'_>) -> Result<Text> {
    let mut bytes = Vec::new();
    for _ in 0..u.int_in_range(0..=5)? {
        if u.ratio(1, 3)? {
            let length = u.int_in_range(0..=200)?.min(u.len());
            bytes.extend_from_slice(u.bytes(length)?);
        } else {
            bytes.extend_from_slice(u.choose(SNIPPETS)?.as_bytes());
        }
    }
    Ok(Text(bytes))
}

fn shape(u: &mut Unstructured<'_>) -> Result<Shape> {
    use Shape::{Executable, Odd, Plain, Submodule, Symlink};
    Ok(*u.choose(&[Plain, Plain, Plain, Plain, Plain, Plain, Plain, Executable, Odd, Symlink, Submodule])?)
}

/// A file below raw/ or unmanaged/.
pub fn put(u: &mut Unstructured<'_>) -> Result<Put> {
    let path = [u.choose(FOLDERS)?.as_bytes(), u.choose(NAMES)?].concat();
    Ok(Put { path: Text(path), shape: shape(u)?, content: content(u)? })
}

fn named(u: &mut Unstructured<'_>, names: &[&str]) -> Result<Put> {
    Ok(Put { path: (*u.choose(names)?).into(), shape: shape(u)?, content: content(u)? })
}

/// So many of what the input says, or as many as it has bytes for.
fn some<T>(u: &mut Unstructured<'_>, most: usize, one: impl Fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=most)?).map(|_| one(u)).collect()
}

fn fabric(u: &mut Unstructured<'_>) -> Result<Fabric> {
    use Beside::{Edited, Forged, Nothing, OldTool, Own, Reverted, Stale};
    let beside = [Nothing, Own, Reverted, Stale, Forged, Edited, OldTool];
    Ok(Fabric {
        manifest: if u.ratio(3, 4)? { Some(*u.choose(MANIFESTS)?) } else { None },
        crds: if u.ratio(1, 5)? { Some(*u.choose(CRDS)?) } else { None },
        raw: some(u, 3, put)?,
        managed: some(u, 3, |u| named(u, MANAGED))?,
        unmanaged: some(u, 2, |u| Ok((put(u)?, *u.choose(&beside)?)))?,
        loose: some(u, 1, |u| named(u, LOOSE))?,
    })
}

fn ask(u: &mut Unstructured<'_>) -> Result<Ask> {
    let retry = *u.choose(&[Again::Nothing, Again::Nothing, Again::All, Again::Named])?;
    Ok(Ask { adopt: u.ratio(1, 5)?, repair: u.ratio(1, 3)?, retry })
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    Ok(match u.int_in_range(0..=8)? {
        0..=2 => Step::Sync(ask(u)?),
        3..=4 => Step::Push(some(u, 2, put)?),
        5..=6 => Step::Revert,
        7 => Step::Delete(index(u)?),
        _ => Step::MoveBack(index(u)?),
    })
}

/// An index of the tests' kind, which only a strategy makes.
fn index(u: &mut Unstructured<'_>) -> Result<Index> {
    let seed = [u8::arbitrary(u)?; 32];
    Ok(drawn(&proptest::arbitrary::any::<Index>(), &seed))
}

/// What a strategy of the tests makes when these bytes are all its chance.
fn drawn<S: Strategy>(strategy: &S, seed: &[u8; 32]) -> S::Value {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy.new_tree(&mut runner).expect("the strategy refuses nothing").current()
}

/// A repository with its history.
pub fn world(u: &mut Unstructured<'_>) -> Result<World> {
    const PLACES: [&[&str]; 4] = [&["f"], &[""], &["f", "g/h"], &["f", "f2"]];
    let mut fabrics = Vec::new();
    for place in *u.choose(&PLACES)? {
        fabrics.push((*place, fabric(u)?));
    }
    let outside = some(u, 1, put)?;
    let mut steps = vec![Step::Sync(ask(u)?)];
    steps.extend(some(u, 3, step)?);
    Ok(World { fabrics, outside, steps })
}

/// A repository without steps, with one fabric directory that is in order.
pub fn base(u: &mut Unstructured<'_>) -> Result<World> {
    let fabric = Fabric { manifest: Some(u.choose(&MANIFESTS[..3])?), crds: None, ..fabric(u)? };
    Ok(World { fabrics: vec![("f", fabric)], outside: Vec::new(), steps: Vec::new() })
}

/// Files of a push.
pub fn push(u: &mut Unstructured<'_>) -> Result<Vec<Put>> {
    some(u, 3, put)
}
