//! What `hhgit log` tells of an object that lies in several files.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "log/story.rs"]
mod story;
mod support;

use story::{Story, vpc};

const WEB: &str = "f/managed/vpcs/web.yaml";
const COPY: &str = "f/managed/vpcs/web-copy.yaml";

/// VPC/web in two files of managed/, and a third one later.
fn doubled() -> Story {
    let mut story = Story::begin(&["f"]);
    story.push("double", "Eve", "Two", &[(WEB, &vpc("web", 1001)), (COPY, &vpc("web", 1002))]);
    story.push("both", "Eve", "Both", &[(WEB, &vpc("web", 1003)), (COPY, &vpc("web", 1004))]);
    story.push("third", "Eve", "Three", &[(WEB, &vpc("web", 1005)), ("f/managed/vpcs/zz.yaml", &vpc("web", 1006))]);
    story.git(&["rm", "--quiet", COPY]);
    story.remove("rest", "Eve", "One", "f/managed/vpcs/zz.yaml");
    story
}

#[test]
fn every_file_of_an_object_in_managed_is_told_of() {
    assert_eq!(
        doubled().told(&["-n", "4"]),
        "\
main at <rest>: the last 4 operations, newest first

<rest>  by hand  2023-11-14 22:13:20 +0000
  by Eve: One
  f (f)
    removed: VPC/web in managed/vpcs/web-copy.yaml, VPC/web in managed/vpcs/zz.yaml

<third>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Three
  f (f)
    added: VPC/web in managed/vpcs/zz.yaml
    updated: VPC/web in managed/vpcs/web.yaml
      spec.subnets.default.vlan: 1003 -> 1005

<both>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Both
  f (f)
    updated: VPC/web in managed/vpcs/web-copy.yaml
      spec.subnets.default.vlan: 1002 -> 1004
    updated: VPC/web in managed/vpcs/web.yaml
      spec.subnets.default.vlan: 1001 -> 1003

<double>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Two
  f (f)
    added: VPC/web in managed/vpcs/web-copy.yaml, VPC/web in managed/vpcs/web.yaml

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
    let life = doubled().told(&[WEB]);
    for told in ["1001 -> 1003", "1002 -> 1004", "added: managed/vpcs/zz.yaml", "removed: managed/vpcs/zz.yaml"] {
        assert!(life.contains(told), "{life}");
    }
}

#[test]
fn every_raw_file_of_an_object_is_told_of() {
    let mut story = Story::begin(&["f"]);
    let (a, b, c) = ("f/raw/a.yaml", "f/raw/b.yaml", "f/raw/c.yaml");
    story.push("two", "Ada", "Two", &[(a, &vpc("web", 1001)), (b, &vpc("web", 1002))]);
    story.git(&["mv", b, c]);
    story.push("moved", "Ada", "Moved", &[(a, &vpc("web", 1003))]);
    assert_eq!(
        story.told(&["VPC/web"]),
        "\
VPC/web of f on main at <moved>: 2 operations, newest first

<moved>  by hand  2023-11-14 22:13:20 +0000
  by Ada: Moved
  moved: raw/c.yaml, before in raw/b.yaml
  edited: raw/a.yaml
    spec.subnets.default.vlan: 1001 -> 1003

<two>  by hand  2023-11-14 22:13:20 +0000
  by Ada: Two
  put into raw: raw/a.yaml
  put into raw: raw/b.yaml
"
    );
}
