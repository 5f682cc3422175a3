//! Generated repositories: fabric directories with everything that people and tools leave in them, and a history of pushes.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::documents::{Text, file, single};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Plain,
    Executable,
    Odd,
    Symlink,
    Submodule,
}

/// One file of a repository, by its path from its folder.
#[derive(Debug, Clone)]
pub struct Put {
    pub path: Text,
    pub shape: Shape,
    pub content: Text,
}

/// The sidecar beside a file of unmanaged/.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    Nothing,
    /// hhgit's own, for a raw file of the same path.
    Own,
    /// hhgit's own, which says that the file was reverted.
    Reverted,
    /// hhgit's own, whose file is gone.
    Stale,
    /// With a valid digest, but about another blob.
    Forged,
    /// hhgit's own, with a line more.
    Edited,
    /// One of the tool before.
    OldTool,
}

/// One fabric directory.
#[derive(Debug, Clone)]
pub struct Fabric {
    pub manifest: Option<&'static str>,
    pub crds: Option<&'static str>,
    pub raw: Vec<Put>,
    pub managed: Vec<Put>,
    pub unmanaged: Vec<(Put, Beside)>,
    pub loose: Vec<Put>,
}

/// What happens after the first push.
#[derive(Debug, Clone)]
pub enum Step {
    /// Files are pushed into the raw/ of every fabric.
    Push(Vec<Put>),
    /// A sync with these options.
    Sync(Ask),
    /// If the last commit is a sync, it is reverted.
    Revert,
    /// A file below a fabric directory goes.
    Delete(Index),
    /// A file below unmanaged/ is moved to the same path in raw/.
    MoveBack(Index),
}

/// A sync's options.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask {
    pub adopt: bool,
    pub repair: bool,
    pub retry: Again,
}

/// What of unmanaged/ is judged again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Again {
    #[default]
    Nothing,
    All,
    /// All below the unmanaged/ of each fabric, by name.
    Named,
}

/// A whole case.
#[derive(Debug, Clone)]
pub struct World {
    pub fabrics: Vec<(&'static str, Fabric)>,
    pub outside: Vec<Put>,
    pub steps: Vec<Step>,
}

const NAMES: &[&[u8]] = &[
    b"a.yaml",
    b"b.yaml",
    b"A.yaml",
    b"a.yml",
    b"a.YAML",
    b"c.json",
    b"a_1.yaml",
    b"a.txt",
    b"a",
    b"d",
    b".gitkeep",
    b".gitignore",
    b".gitattributes",
    b".hidden",
    b".x.yaml",
    b"a.yaml.metadata",
    b"a.metadata",
    b".metadata",
    b"a.yaml.metadata.txt",
    b"a.yaml.metadata.metadata",
    b"new\nline.yaml",
    b"\xff.yaml",
    b"kustomization.yaml",
    b"README.md",
    b".argocd-x.yaml",
    b"it's.yaml",
];

/// Names of 255 bytes, of which a sidecar's would have more.
fn long_name() -> impl Strategy<Value = Vec<u8>> {
    let wide = format!("{}.yaml", "é".repeat(125));
    let names = [
        format!("{}.yaml", "a".repeat(250)),
        format!("{}b.yaml", "a".repeat(249)),
        wide,
        format!("{}.metadata", "a".repeat(246)),
        "a".repeat(255),
        format!("a.{}", "é".repeat(126)),
        format!(".{}", "a".repeat(254)),
    ];
    select(names.map(String::into_bytes).to_vec())
}

/// A path below raw/ or unmanaged/.
fn path() -> impl Strategy<Value = Text> {
    const FOLDERS: &[&str] = &["", "", "", "", "", "d/", "d/e/", "a.yaml/", "d.v1/", "a.yaml.metadata/", "a_1.yaml/"];
    let name = prop_oneof![8 => select(&NAMES[..4]).prop_map(<[u8]>::to_vec), 8 => select(NAMES).prop_map(<[u8]>::to_vec), 1 => long_name()];
    (select(FOLDERS), name).prop_map(|(folder, name)| Text([folder.as_bytes(), &name].concat()))
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        30 => Just(Shape::Plain),
        3 => Just(Shape::Executable),
        1 => Just(Shape::Odd),
        1 => Just(Shape::Symlink),
        1 => Just(Shape::Submodule),
    ]
}

fn content() -> impl Strategy<Value = Text> {
    let huge = format!("# {}\n", "x".repeat(5000));
    prop_oneof![
        4 => single(),
        10 => file(),
        1 => select(vec![
            Text::default(),
            Text::from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
            Text(huge.into_bytes()),
        ]),
    ]
}

pub fn put() -> impl Strategy<Value = Put> {
    (path(), shape(), content()).prop_map(|(path, shape, content)| Put { path, shape, content })
}

fn managed() -> impl Strategy<Value = Put> {
    const PATHS: &[&str] = &[
        "vpcs/a.yaml",
        "vpcs/b.yaml",
        "vpcs/c.yaml",
        "switches/a.yaml",
        "switches/b.yaml",
        "vpcs/other_a.yaml",
        "vpcs/wrong.yaml",
        "a.yaml",
        "vpcs/a.yml",
        "vpcs/sub/a.yaml",
        "vpcs/a.yaml/x.yaml",
        "switches",
        "switches/.gitkeep",
        "kustomization.yaml",
        "vpcs/README.md",
        ".argocd-source.yaml",
        "foo/bar.txt",
        "vpcs/a.yaml.metadata",
        "owns/a.yaml",
    ];
    let path = prop_oneof![2 => select(&PATHS[..5]), 3 => select(PATHS)];
    let content = prop_oneof![5 => single(), 2 => content()];
    (path, shape(), content).prop_map(|(path, shape, content)| Put { path: path.into(), shape, content })
}

fn unmanaged() -> impl Strategy<Value = (Put, Beside)> {
    use Beside::{Edited, Forged, Nothing, OldTool, Own, Reverted, Stale};
    (put(), select(vec![Nothing, Own, Reverted, Stale, Forged, Edited, OldTool]))
}

fn loose() -> impl Strategy<Value = Put> {
    let names = ["a.yaml", "b.yml", "README.md", ".x.yaml", "kustomization.yaml", "azure-pipelines.yml"];
    (select(names.to_vec()), shape(), content()).prop_map(|(path, shape, content)| Put {
        path: path.into(),
        shape,
        content,
    })
}

/// A manifest in order.
pub const MANIFEST: &str = "version: '1.0'\nfabric_name: f\n";

const MANIFESTS: &[&str] = &[
    MANIFEST,
    "version: '1.0'\nfabric_name: f\npolicy: {on-existing: refuse}\n",
    "version: '1.0'\nfabric_name: f\nunknown: 1\n",
    "{\"version\": \"1.0\", \"fabric_name\": \"f\", \"fabric_id\": 1, \"directories\": [\"raw\"]}\n",
    "version: '1.0'\npolicy: {on-existing: perhaps}\n",
    "a: [\n",
];

const CRDS: &[&str] = &[
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: x.githedgehog.com\n  names: {kind: Own, plural: owns}\n  versions: [{name: v1, served: true}]\n",
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: vpc.githedgehog.com\n  names: {kind: VPC, plural: nets}\n  versions: [{name: v1beta1, served: true}]\n",
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: x.githedgehog.com\n  names: {kind: Own, plural: vpcs}\n  versions: [{name: v1, served: true}]\n",
    "a: [\n",
];

/// A fabric directory that is surely in order.
pub fn sound() -> impl Strategy<Value = Fabric> {
    let manifest = weighted(0.8, select(&MANIFESTS[..4]));
    let crds = weighted(0.2, select(&CRDS[..2]));
    (manifest, crds, vec(put(), 0..5), vec(managed(), 0..4), vec(unmanaged(), 0..3), vec(loose(), 0..2)).prop_map(
        |(manifest, crds, raw, managed, unmanaged, loose)| Fabric { manifest, crds, raw, managed, unmanaged, loose },
    )
}

fn fabric() -> impl Strategy<Value = Fabric> {
    let broken = (weighted(0.5, select(MANIFESTS)), weighted(0.5, select(CRDS)));
    (sound(), weighted(0.1, broken)).prop_map(|(fabric, broken)| match broken {
        Some((manifest, crds)) => Fabric { manifest, crds, ..fabric },
        None => fabric,
    })
}

pub fn ask() -> impl Strategy<Value = Ask> {
    let retry = prop_oneof![4 => Just(Again::Nothing), 1 => Just(Again::All), 1 => Just(Again::Named)];
    (weighted(0.2, Just(())), weighted(0.3, Just(())), retry).prop_map(|(adopt, repair, retry)| Ask {
        adopt: adopt.is_some(),
        repair: repair.is_some(),
        retry,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => ask().prop_map(Step::Sync),
        2 => vec(put(), 1..3).prop_map(Step::Push),
        2 => Just(Step::Revert),
        1 => any::<Index>().prop_map(Step::Delete),
        1 => any::<Index>().prop_map(Step::MoveBack),
    ]
}

/// A repository, what is pushed into it, and its syncs; it starts with one.
pub fn world() -> impl Strategy<Value = World> {
    let places = select(vec![&["f"][..], &[""], &["f", "g/h"], &["f", "f2"]]);
    let outside = vec(put(), 0..2);
    (places, vec(fabric(), 2), outside, ask(), vec(step(), 0..4)).prop_map(|(places, fabrics, outside, ask, later)| {
        let mut steps = vec![Step::Sync(ask)];
        steps.extend(later);
        World { fabrics: places.iter().copied().zip(fabrics).collect(), outside, steps }
    })
}
