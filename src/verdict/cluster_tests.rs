//! What is kept of a cluster's objects, what is dropped of them, and what is left out.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn printed(text: &str) -> Result<Printed, PrintedError> {
    read(text.as_bytes(), &Kinds::builtin())
}

const VPC: &str = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n";

#[test]
fn what_the_cluster_added_is_dropped_and_the_rest_is_kept_in_its_order() {
    let text = format!(
        "{VPC}  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{{}}'\n    \
         fabric.githedgehog.com/p2p-link: 10.0.0.0/31\n  creationTimestamp: '2024-01-01T00:00:00Z'\n  \
         deletionTimestamp: x\n  deletionGracePeriodSeconds: 1\n  generation: 3\n  labels:\n    \
         fabric.githedgehog.com/ipv4ns: default\n    rack: '1'\n  managedFields: []\n  name: web\n  namespace: default\n  \
         ownerReferences: []\n  resourceVersion: '7'\n  selfLink: x\n  uid: u\nspec:\n  subnets: {{}}\nstatus: {{a: 1}}\n"
    );
    let kept = format!(
        "{VPC}  annotations:\n    fabric.githedgehog.com/p2p-link: 10.0.0.0/31\n  labels:\n    rack: \"1\"\n  name: web\n  \
         namespace: default\nspec:\n  subnets: {{}}\n"
    );
    let files = BTreeMap::from([(RepoPath::new("vpcs/web.yaml").unwrap(), kept)]);
    assert_eq!(printed(&text), Ok(Printed { files, left: BTreeMap::new() }));
}

#[test]
fn labels_that_no_webhook_writes_anew_are_kept() {
    let text = "apiVersion: wiring.githedgehog.com/v1beta1\nkind: SwitchGroup\nmetadata:\n  labels:\n    \
                fabric.githedgehog.com/x: mine\n  name: g\n";
    let printed = printed(text).unwrap();
    assert_eq!(printed.files.values().collect::<Vec<_>>(), [text]);
}

#[test]
fn lists_and_documents_are_taken_apart_and_the_rest_is_counted() {
    let text = "kind: List\napiVersion: v1\nitems:\n\
        - {apiVersion: vpc.githedgehog.com/v1beta1, kind: VPC, metadata: {name: a, namespace: x}}\n\
        - {apiVersion: v1, kind: ConfigMap}\n- {apiVersion: agent.githedgehog.com/v1beta1, kind: Agent}\n\
        - {apiVersion: vpc.githedgehog.com/v1beta1, kind: VPCList, items: [{apiVersion: v1, kind: Pod}]}\n---\n\
        {apiVersion: v1, kind: PodList, items: null}\n---\n\
        {apiVersion: fabricator.githedgehog.com/v1beta1, kind: Fabricator}\n---\n# nothing\n---\n\
        {apiVersion: x.githedgehog.com/v1, kind: New}\n---\n{a: b}\n---\n\
        {apiVersion: vpc.githedgehog.com/v1beta1, kind: VPC, metadata: {namespace: x, name: a}, status: {}}\n";
    let printed = printed(text).unwrap();
    let paths: Vec<String> = printed.files.keys().map(ToString::to_string).collect();
    assert_eq!(paths, ["vpcs/x_a.yaml"]);
    let left = [
        (Left::Controller, "Agent"),
        (Left::Installer, "Fabricator"),
        (Left::UnknownKind, "New.x.githedgehog.com"),
        (Left::OtherGroup, "ConfigMap"),
        (Left::OtherGroup, "Pod"),
        (Left::NoObject, ""),
    ];
    assert_eq!(printed.left, left.map(|(why, kind)| ((why, kind.to_owned()), 1)).into_iter().collect());
}

#[test]
fn what_cannot_be_told_apart_or_named_is_refused_with_its_line() {
    let vpc = |rest: &str| format!("{{apiVersion: vpc.githedgehog.com/v1beta1, kind: VPC, metadata: {rest}}}\n");
    let said = |text: &str| printed(text).unwrap_err().to_string();
    let twice = vpc("{name: a}") + "---\n" + &vpc("{name: a, labels: {b: c}}");
    assert_eq!(said(&twice), "line 3: vpcs/a.yaml is there a second time with another value; keep one of them");
    let name = "line 1: this VPC has no name that Kubernetes takes; correct it, or leave the object out";
    for bad in ["{}", "{name: 1}", "{name: ../x}", "{name: a, namespace: a/b}"] {
        assert_eq!(said(&vpc(bad)), name);
    }
    assert!(said("a: [\n").starts_with("line "));
}
