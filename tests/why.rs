//! `hhgit why` as a person sees it: whole answers of real repositories.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may unwrap, and its parts are a crate of their own")]

#[path = "why/people.rs"]
mod people;
mod support;

use people::{Town, vpc};
use support::hhgit;

/// web and a misspelt db, dropped by Ann and corrected by Bob before the first sync; a subnet more by Cy; a hand edit by Di.
fn town() -> Town {
    let mut town = Town::new();
    let both = format!("# The web tier\n{}---\n{}", vpc("web", "1001"), vpc("db", "1009").replace("VPC", "VCP"));
    town.commit("Ann", "Add web and db", &[("f/raw/new.yaml", Some(&both))]);
    town.commit("Bob", "web: the VLAN that it has", &[("f/raw/new.yaml", Some(&both.replace("1001", "1002")))]);
    town.sync(&[]);
    let more = "    backup:\n      subnet: 10.0.2.0/24\n      vlan: 1003\n";
    let web = town.file("f/managed/vpcs/web.yaml") + more;
    town.commit("Cy", "A backup subnet", &[("f/raw/web.yaml", Some(&web))]);
    town.sync(&[]);
    let edited = web.replace("10.0.2.0", "10.0.3.0");
    town.commit("Di", "Move the backup subnet", &[("f/managed/vpcs/web.yaml", Some(&edited))]);
    town
}

#[test]
fn each_line_stands_beside_who_wrote_it_where_and_when() {
    let town = town();
    let told = "\
VPC/web is f/managed/vpcs/web.yaml at main (#7)

#2 2023-11-14 Ann: Add web and db
  f/raw/new.yaml, document 1, sorted by #4
   1 <-  1 | # The web tier
   2 <-  2 | apiVersion: vpc.githedgehog.com/v1beta1
   3 <-  3 | kind: VPC
   4 <-  4 | metadata:
   5 <-  5 |   name: web
   6 <-  6 | spec:
   7 <-  7 |   subnets:
   8 <-  8 |     default:
   9 <-  9 |       subnet: 10.0.1.0/24

#3 2023-11-14 Bob: web: the VLAN that it has
  f/raw/new.yaml, document 1, sorted by #4
  10 <- 10 |       vlan: 1002

#5 2023-11-14 Cy: A backup subnet
  f/raw/web.yaml, document 1, sorted by #6
  11 <- 11 |     backup:

#7 2023-11-14 Di: Move the backup subnet
  straight into this file; the commit is no sync
  12 <- 12 |       subnet: 10.0.3.0/24

#5 again, f/raw/web.yaml, document 1, sorted by #6
  13 <- 13 |       vlan: 1003
";
    for named in ["VPC/web", "vpc/default/web", "vpcs/web", "f/managed/vpcs/web.yaml", "managed/vpcs/web.yaml"] {
        assert_eq!(town.told(&[named]), told, "{named}");
    }
    assert_eq!(town.told(&["VPC/web", "--rev", "main"]), told);
}

#[test]
fn one_line_or_a_few_can_be_asked_about_in_any_commit() {
    let town = town();
    let bob = "#3 2023-11-14 Bob: web: the VLAN that it has\n  f/raw/new.yaml, document 1, sorted by #4\n  10 <- 10 |       vlan: 1002\n";
    assert_eq!(town.told(&["VPC/web:10"]), format!("VPC/web is f/managed/vpcs/web.yaml at main (#7)\n\n{bob}"));
    let two = town.told(&["f/managed/vpcs/web.yaml:10-11", "--rev=main~1"]);
    let cy =
        "#5 2023-11-14 Cy: A backup subnet\n  f/raw/web.yaml, document 1, sorted by #6\n  11 <- 11 |     backup:\n";
    assert_eq!(two, format!("VPC/web is f/managed/vpcs/web.yaml at main~1 (#6)\n\n{bob}\n{cy}"));
}

#[test]
fn an_unmanaged_file_has_its_reason_as_check_shows_it_and_what_todays_rules_say() {
    let mut town = town();
    let reason = "\
VCP/db is f/unmanaged/new.yaml at main (#7)

error[unknown-kind]: vpc.githedgehog.com has no kind VCP
 --> f/unmanaged/new.yaml:2:7
  |
2 | kind: VCP
  |       ^^^
  |
  = help: Did you mean VPC? hhgit kinds lists them all.
";
    let line =
        "\n#2 2023-11-14 Ann: Add web and db\n  f/raw/new.yaml, document 2, sorted by #4\n  2 <- 13 | kind: VCP\n";
    let still = "\nToday's rules say so still.\nonce it is mended: hhgit sync --retry f/unmanaged/new.yaml\n";
    for named in ["VCP/db:2", "unmanaged/new.yaml:2", "f/unmanaged/new.yaml.metadata:2"] {
        assert_eq!(town.told(&[named]), format!("{reason}{still}{line}"), "{named}");
    }
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: vcps.vpc.githedgehog.com}\n\
        spec:\n  group: vpc.githedgehog.com\n  scope: Namespaced\n  names: {kind: VCP, plural: vcps, singular: vcp, listKind: VCPs}\n  \
        versions:\n  - name: v1beta1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema: {type: object, \
        x-kubernetes-preserve-unknown-fields: true}\n";
    town.commit("Ed", "VCPs are a thing now", &[("f/.hnp/crds/vcp.yaml", Some(crd))]);
    let now = town.told(&["VCP/db:2"]);
    let passes = "\nToday's rules do not say so any more.\n\nthis would apply it: hhgit sync --retry f/unmanaged/new.yaml\n  \
        document 1: managed/vcps/db.yaml, added\n";
    assert!(now.contains(passes) && now.contains("error[unknown-kind]") && now.ends_with(line), "{now}");
}

#[test]
fn a_file_in_raw_waits_and_its_fate_is_told() {
    let mut town = town();
    let text = format!("{}---\n{}", vpc("app", "many"), vpc("web", "1002"));
    town.commit("Eve", "Add app", &[("f/raw/app.yaml", Some(&text))]);
    let head = "f/raw/app.yaml at main (#8)\n\nIt waits for hhgit sync, which would do this:\n  document 1: unmanaged/app.yaml, \
        schema-violation\n  document 2: managed/vpcs/web.yaml, updated\n\nerror[schema-violation]: \
        spec.subnets.default.vlan is a text, not an integer\n --> f/raw/app.yaml:9:13\n";
    let lines = "\n#8 2023-11-14 Eve: Add app\n  f/raw/app.yaml, document 1\n  9 <- 9 |       vlan: many\n";
    let told = town.told(&["f/raw/app.yaml:9"]);
    assert!(told.starts_with(head) && told.ends_with(lines), "{told}");
    let app = town.told(&["VPC/app"]);
    assert!(app.starts_with("VPC/app is f/raw/app.yaml at main (#8)\n") && !app.contains("document 2"), "{app}");
    let web = town.told(&["VPC/web:13"]);
    assert!(web.starts_with("VPC/web is f/managed/vpcs/web.yaml"), "managed/ comes first: {web}");
    let note = "\nnote: f/raw/app.yaml holds it too, and waits for hhgit sync; hhgit why f/raw/app.yaml tells what becomes of it.\n";
    assert!(web.ends_with(note), "{web}");
    let kept = "f/raw/.gitkeep at main (#8)\n\nIt stays in raw/; hhgit sync does not move it.\n";
    assert_eq!(town.told(&["f/raw/.gitkeep"]), kept);
    town.commit("Eve", "Break the manifest", &[("f/.hnp/manifest.yaml", Some("version: [\n"))]);
    let alone = town.told(&["f/raw/app.yaml:9"]);
    assert!(
        alone.contains("hhgit sync leaves this fabric directory alone until this is mended:\n\nerror[bad-manifest]"),
        "{alone}"
    );
}

#[test]
fn an_object_of_a_fabric_that_is_left_alone_is_said_not_to_be_looked_for() {
    let mut town = town();
    let files = [("f/raw/app.yaml", Some(&*vpc("app", "1010"))), ("f/.hnp/manifest.yaml", Some("version: [\n"))];
    town.commit("Eve", "Break the manifest", &files);
    let ended = hhgit(town.repo.dir(), &["why", "VPC/app"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ended.stderr,
        "error: main has no VPC/app that could be found: f is left alone, and nothing is looked for in it, until \
         f/.hnp/manifest.yaml is mended: it cannot be read: a value was expected here; a bracket before it may not be \
         closed, and a template's braces need quotes. Mend that, or name a file by its path\n"
    );
}

#[test]
fn what_names_nothing_is_a_wrong_command_line_that_says_what_there_is() {
    let mut town = town();
    town.commit("Max", "A file beside", &[("README.md", Some("x\n"))]);
    for (typed, said) in [
        ("VPC/wbe", "error: main has no VPC/wbe; of that kind it has VPC/web\n"),
        ("switches/leaf-1", "error: main has no switches/leaf-1; it has no object of that kind\n"),
        (
            "vpcx/web",
            "error: main has no file vpcx/web, and no kind is called vpcx; VPC is one, and hhgit kinds lists them all\n",
        ),
        ("nope", "error: main has no file nope; . holds README.md, f\n"),
        ("f/raw/nope.yaml", "error: main has no file f/raw/nope.yaml; f/raw holds .gitkeep\n"),
        ("managed/vpcs/nope.yaml", "error: main has no file f/managed/vpcs/nope.yaml; f/managed/vpcs holds web.yaml\n"),
        ("f/managed/vpcs/", "error: f/managed/vpcs is a folder; name a file: it holds web.yaml\n"),
        (
            "README.md",
            "error: README.md lies in no raw/, managed/ or unmanaged/; git blame tells of it. Of fabric directories there are f\n",
        ),
        (
            ".hnp/manifest.yaml",
            "error: f/.hnp/manifest.yaml lies in no raw/, managed/ or unmanaged/; git blame tells of it. Of fabric directories there are f\n",
        ),
        ("VPC/web:14", "error: f/managed/vpcs/web.yaml has 13 lines, so there is no line 14\n"),
        (
            "VPC/web:2-1",
            "error: VPC/web:2-1 means nothing: lines count from 1, and the first comes first; write PATH:LINE or PATH:LINE-LINE\n",
        ),
        (
            "../f",
            "error: ../f means nothing: it can be neither a path of the repository nor an object; write PATH, KIND/NAME or KIND/NAMESPACE/NAME\n",
        ),
    ] {
        assert_eq!(town.refused(&[typed]), said, "{typed}");
    }
    assert!(town.refused(&["VPC/web", "--rev", "nope"]).contains("nope names neither a commit nor a file"));
    assert!(town.refused(&["VPC/web", "--output", "sarif"]).contains("sarif is a format for findings"));
    let web = town.file("f/managed/vpcs/web.yaml");
    town.commit(
        "Max",
        "Another fabric",
        &[("g/.hnp/manifest.yaml", Some("version: '1.0'\n")), ("g/managed/vpcs/web.yaml", Some(&web))],
    );
    let both = "could be any of f/managed/vpcs/web.yaml, g/managed/vpcs/web.yaml; name one by its path\n";
    for typed in ["VPC/web", "managed/vpcs/web.yaml"] {
        assert_eq!(town.refused(&[typed]), format!("error: {typed} {both}"));
    }
    assert!(town.told(&["VPC/web", "--fabric", "g"]).starts_with("VPC/web is g/managed/vpcs/web.yaml"));
}

#[test]
fn a_repository_without_a_fabric_or_a_commit_cannot_be_asked() {
    let empty = support::TempRepo::bare();
    let unborn = hhgit(empty.dir(), &["why", "VPC/web"]);
    assert_eq!((unborn.code, unborn.stderr.contains("has no commits yet")), (Some(3), true), "{unborn:?}");
    empty.commit("main", &[("x", "y\n")]);
    let bare = hhgit(empty.dir(), &["why", "VPC/web"]);
    assert_eq!((bare.code, bare.stderr.contains("holds no fabric directory")), (Some(3), true), "{bare:?}");
}

#[test]
fn machines_get_all_lines_and_the_commits_they_name() {
    let town = town();
    let expected = r##"{
  "schema": "hhgit.why/1",
  "command": "why",
  "revision": "main",
  "commit": "#7",
  "fabric": "f",
  "path": "f/managed/vpcs/web.yaml",
  "object": {
    "apiVersion": "vpc.githedgehog.com/v1beta1",
    "kind": "VPC",
    "namespace": "default",
    "name": "web"
  },
  "state": "managed",
  "lines": [
    {
      "line": 11,
      "text": "    backup:",
      "from": {
        "how": "dropped",
        "commit": "#5",
        "path": "f/raw/web.yaml",
        "document": 1,
        "line": 11,
        "sync": "#6"
      }
    },
    {
      "line": 12,
      "text": "      subnet: 10.0.3.0/24",
      "from": {
        "how": "straight",
        "commit": "#7",
        "path": "f/managed/vpcs/web.yaml",
        "document": 1,
        "line": 12
      }
    }
  ],
"##;
    let json = town.told(&["VPC/web:11-12", "--output", "json"]);
    assert!(json.starts_with(expected), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let commits = value["commits"].as_array().unwrap();
    let di = commits.iter().find(|by| by["author"]["name"] == "Di").unwrap();
    let told = (commits.len(), di["date"].as_str(), di["author"]["email"].as_str(), di["subject"].as_str());
    let date = "2023-11-14 22:20:20 +0000";
    assert_eq!(told, (3, Some(date), Some("Di@localhost"), Some("Move the backup subnet")));
}

#[test]
fn what_machines_get_fits_its_schema() {
    let mut town = town();
    town.commit("Eve", "Add app", &[("f/raw/app.yaml", Some(&vpc("app", "many")))]);
    for subject in ["VCP/db", "VPC/web", "VPC/app"] {
        let json = hhgit(town.repo.dir(), &["why", subject, "--output", "json"]).stdout;
        let schema = hhgit::render::why::schema();
        let (validator, value) = (jsonschema::validator_for(&schema).unwrap(), serde_json::from_str(&json).unwrap());
        let wrong: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{json}");
    }
}

#[test]
fn nothing_in_a_file_or_its_name_steers_a_terminal() {
    let mut town = Town::new();
    let text = vpc("web", "1001") + "# a \u{202e}b\r\n";
    town.commit("E\u{1b}ve", "\u{1b}[31mred", &[("f/raw/\u{1b}x.yaml", Some(&text))]);
    town.sync(&[]);
    let told = town.told(&["VPC/web:10"]);
    assert_eq!(
        told,
        "VPC/web is f/managed/vpcs/web.yaml at main (#3)\n\n#2 2023-11-14 E\\u{1b}ve: \\u{1b}[31mred\n  \
         \"f/raw/\\033x.yaml\", document 1, sorted by #3\n  10 <- 10 | # a \\u{202e}b\n"
    );
    let refused = town.refused(&["\u{1b}[2J/x"]);
    assert!(!refused.contains('\u{1b}'), "{refused:?}");
}
