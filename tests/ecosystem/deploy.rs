//! From managed/ to a cluster: what docs/flux and docs/argocd apply, in which order, and what docs/deploy.md shows.

use std::collections::{BTreeMap, BTreeSet};

use hhgit::fabric::kinds::Kinds;
use serde_yaml::Value;

use crate::fabric::{FABRIC, managed, plural, sorted};
use crate::files::{document, documents, folder, string, text};
use crate::support::{TempRepo, hhgit};
use crate::tools;

/// Which kind names which, as Hedgehog's admission reads them: what is named must be there before.
const NAMED: &[(&str, &[&str])] = &[
    ("switches", &["vlannamespaces", "switchgroups"]),
    ("gateways", &["gatewaygroups"]),
    ("connections", &["switches", "servers", "gateways", "vpcs"]),
    ("vpcs", &["ipv4namespaces", "vlannamespaces"]),
    ("externals", &["ipv4namespaces"]),
    ("vpcattachments", &["vpcs", "connections"]),
    ("vpcpeerings", &["vpcs"]),
    ("externalattachments", &["externals", "connections"]),
    ("externalpeerings", &["vpcs", "externals"]),
    ("gatewaypeerings", &["gatewaygroups", "vpcs", "externals"]),
];

/// One Kustomization of docs/flux, by what matters here.
struct Applied {
    /// The number that its file's name begins with.
    layer: String,
    /// The kinds' folders that it waits for, itself not among them.
    after: BTreeSet<String>,
    /// All of it.
    yaml: Value,
}

/// The Kustomizations of docs/flux by the kind's folder that each applies.
fn kustomizations() -> BTreeMap<String, Applied> {
    let mut found = BTreeMap::new();
    for file in folder("docs/flux") {
        let layer = file.rsplit('/').next().unwrap().chars().take(1).collect::<String>();
        for yaml in documents(&file).into_iter().filter(|yaml| yaml["kind"] == "Kustomization") {
            let path = string(&yaml, &["spec", "path"]);
            let plural = path.strip_prefix(&format!("./{FABRIC}/managed/")).unwrap_or_else(|| panic!("{file}: {path}"));
            let waits = yaml["spec"]["dependsOn"].as_sequence().cloned().unwrap_or_default();
            let named = waits.iter().map(|one| string(one, &["name"]).strip_prefix("fabric-1-").unwrap().to_owned());
            let applied = Applied { layer: layer.clone(), after: named.collect(), yaml: yaml.clone() };
            assert_eq!(string(&yaml, &["metadata", "name"]), format!("fabric-1-{plural}"), "{file}");
            assert!(found.insert(plural.to_owned(), applied).is_none(), "{plural} is applied twice");
        }
    }
    found
}

/// All that a kind's Kustomization waits for, and what those wait for.
fn before(all: &BTreeMap<String, Applied>, plural: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = all[plural].after.iter().cloned().collect();
    while let Some(one) = open.pop() {
        assert_ne!(one, plural, "{plural} waits for itself");
        if found.insert(one.clone()) {
            open.extend(all[&one].after.iter().cloned());
        }
    }
    found
}

#[test]
fn every_kind_that_users_write_is_in_exactly_one_layer() {
    let applied: Vec<String> = kustomizations().into_keys().collect();
    let kinds = Kinds::builtin();
    let written: Vec<&str> = kinds.user_plurals().collect();
    assert_eq!(applied, written);
}

#[test]
fn each_layer_waits_for_all_of_the_layer_before() {
    let all = kustomizations();
    for (plural, applied) in &all {
        let earlier = all.iter().filter(|(_, other)| other.layer < applied.layer).map(|(name, _)| name.clone());
        let earlier: BTreeSet<String> = earlier.collect();
        let waits = before(&all, plural);
        assert!(earlier.is_subset(&waits), "{plural} waits for {waits:?}, not for all of {earlier:?}");
    }
}

#[test]
fn each_kind_is_applied_after_those_that_it_names() {
    let all = kustomizations();
    for (plural, named) in NAMED {
        let waits = before(&all, plural);
        for one in *named {
            assert!(waits.contains(*one), "{plural} name {one}, but are not applied after them");
        }
    }
}

/// What hhgit says of these files as one fabric.
fn errors(repo: &TempRepo, files: &[&String]) -> String {
    let manifest = format!("{FABRIC}/.hnp/manifest.yaml");
    let files = files.iter().map(|file| file.as_str());
    hhgit(repo.dir(), &[&["check", "--settings", &manifest], &files.collect::<Vec<_>>()[..]].concat()).stdout
}

#[test]
fn what_flux_has_applied_so_far_never_lacks_what_it_names() {
    let (repo, all) = (sorted(), kustomizations());
    let files = managed(&repo);
    let kinds: BTreeSet<&str> = files.iter().map(|file| plural(file)).collect();
    assert_eq!(kinds, all.keys().map(String::as_str).collect(), "the fabric has an object of every kind");
    for name in all.keys() {
        let mut there = before(&all, name);
        there.insert(name.clone());
        let applied: Vec<&String> = files.iter().filter(|file| there.contains(plural(file))).collect();
        let said = errors(&repo, &applied);
        assert!(!said.contains("error"), "after {name}:\n{said}");
    }
}

#[test]
fn no_object_is_deleted_because_flux_itself_is_rearranged() {
    for (plural, applied) in kustomizations() {
        let spec = &applied.yaml["spec"];
        assert_eq!(string(spec, &["deletionPolicy"]), "Orphan", "{plural}");
        assert_eq!((spec["prune"].as_bool(), spec["wait"].as_bool()), (Some(true), Some(true)), "{plural}");
        assert!(spec["force"].is_null() && spec["targetNamespace"].is_null(), "{plural}");
        assert_eq!(string(spec, &["sourceRef", "name"]), "fabric-1", "{plural}");
    }
}

#[test]
fn every_path_is_one_that_hhgit_makes() {
    let repo = TempRepo::work_tree();
    repo.commit_all(&[("README", "x\n")]);
    let ended = hhgit(repo.dir(), &["init", FABRIC]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for (plural, applied) in kustomizations() {
        let path = string(&applied.yaml, &["spec", "path"]);
        assert!(repo.dir().join(&path).is_dir(), "{plural}: {path}");
    }
    let application = document("docs/argocd/application.yaml");
    assert!(repo.dir().join(string(&application, &["spec", "source", "path"])).is_dir());
}

#[test]
fn argo_cd_applies_managed_alone_and_never_an_empty_one() {
    let spec = &document("docs/argocd/application.yaml")["spec"];
    assert_eq!(string(spec, &["source", "path"]), format!("{FABRIC}/managed"));
    let directory = &spec["source"]["directory"];
    assert_eq!(directory["recurse"].as_bool(), Some(true));
    assert!(directory["include"].is_null(), "an object in a file of another name would be deleted");
    let automated = &spec["syncPolicy"]["automated"];
    assert_eq!((automated["prune"].as_bool(), automated["allowEmpty"].as_bool()), (Some(true), Some(false)));
    assert!(spec["syncPolicy"]["retry"]["limit"].as_i64().unwrap() >= longest_chain() as i64);
    let options: Vec<&str> =
        spec["syncPolicy"]["syncOptions"].as_sequence().unwrap().iter().flat_map(Value::as_str).collect();
    assert_eq!(options, ["PruneLast=true", "ApplyOutOfSyncOnly=true"]);
}

/// The most tries that a chain of objects, each naming the next, can take when all are applied at once.
fn longest_chain() -> usize {
    fn length(plural: &str) -> usize {
        let named = NAMED.iter().find(|(kind, _)| *kind == plural).map_or(&[][..], |(_, named)| named);
        1 + named.iter().map(|one| length(one)).max().unwrap_or(0)
    }
    let longest = NAMED.iter().map(|(kind, _)| length(kind)).max().unwrap();
    assert!(text("docs/argocd/application.yaml").contains(&format!("The deepest chain has {} links", words(longest))));
    longest
}

fn words(number: usize) -> &'static str {
    ["no", "one", "two", "three", "four", "five", "six"][number]
}

/// Builds each kind's folder as Flux does: a kustomization of all its files, built by kustomize.
#[test]
fn kustomize_builds_each_folder_to_just_its_objects() {
    let Some(kubectl) = tools::find("kubectl") else { return };
    let repo = sorted();
    for plural in kustomizations().keys() {
        let dir = format!("{FABRIC}/managed/{plural}");
        let names = repo.git(&["ls-files", &dir]);
        let names: Vec<&str> = names.lines().filter_map(|path| path.strip_prefix(&format!("{dir}/"))).collect();
        let objects: Vec<&&str> = names.iter().filter(|name| name.ends_with(".yaml")).collect();
        let resources: String = objects.iter().map(|name| format!("- ./{name}\n")).collect();
        let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n";
        repo.put(&format!("{dir}/kustomization.yaml"), &format!("{head}{resources}"));
        let output = std::process::Command::new(&kubectl).args(["kustomize", &dir]).current_dir(repo.dir()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{plural}: {}", String::from_utf8_lossy(&output.stderr));
        let built = String::from_utf8(output.stdout).unwrap();
        assert_eq!(built.lines().filter(|line| line.starts_with("kind: ")).count(), objects.len(), "{plural}");
    }
    // hhgit lets that file stay in managed/, as it lets people have one of their own.
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message=kustomizations"]);
    let ended = hhgit(repo.dir(), &["sync"]);
    assert!(ended.code == Some(0) && ended.stdout.contains("nothing"), "{ended:?}");
}

/// What the commands of docs/deploy.md print, in the order in which it shows them.
#[test]
fn what_the_page_shows_of_deleting_is_what_hhgit_prints() {
    let page = text("docs/deploy.md");
    let repo = sorted();
    let (vpc, joined) = ("vpcs/vpc-2", ["vpcattachments/server-2--vpc-2", "vpcpeerings/vpc-1--vpc-2"]);
    let delete = |names: &[&str]| {
        let paths: Vec<String> = names.iter().map(|name| format!("{FABRIC}/managed/{name}.yaml")).collect();
        repo.git(&[&["rm", "--quiet"], &paths.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
        repo.git(&["commit", "--quiet", "--message=delete"]);
        let ended = hhgit(repo.dir(), &["check", "HEAD~1..HEAD"]);
        let shown = format!("$ hhgit check HEAD~1..HEAD\n{}", ended.stdout);
        let shown = shown.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("    {line}\n") });
        let shown: String = shown.collect();
        assert!(page.contains(&shown), "docs/deploy.md does not show:\n{shown}");
        ended.code
    };
    assert_eq!(delete(&[vpc]), Some(1));
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(delete(&joined), Some(0));
    assert_eq!(delete(&[vpc]), Some(0));
}
