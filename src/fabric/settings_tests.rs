//! What the installer's fab.yaml gives, what is refused in it, and that settings are written as they are read.

use super::*;
use crate::fabric::manifest;
use crate::path::RepoPath;

const FAB: &str = "apiVersion: fabricator.githedgehog.com/v1beta1
kind: Fabricator
metadata: {name: default, namespace: fab}
spec:
  config:
    control:
      managementSubnet: 10.30.0.0/21
      controlVIP: 10.30.0.1/32
      defaultUser: {password: secret}
    fabric:
      mode: spine-leaf
      managementDHCPStart: 10.30.4.0
      managementDHCPEnd: 10.30.7.254
      spineASN: 64512
      includeCLSP: true
      vpcIRBVLANs: [{from: 2000, to: 2999}]
    gateway: {enable: true}
---
apiVersion: fabricator.githedgehog.com/v1beta1
kind: ControlNode
metadata: {name: control-1}
";

fn changed() -> Settings {
    Settings {
        gateway: true,
        celestica_sonic_plus: true,
        management_subnet: Prefix::v4([10, 30, 0, 0], 21),
        management_dhcp_start: Ipv4Addr::new(10, 30, 4, 0).into(),
        management_dhcp_end: Ipv4Addr::new(10, 30, 7, 254).into(),
        control_vip: Prefix::v4([10, 30, 0, 1], 32),
        spine_asn: 64512,
        vpc_irb_vlans: vec![VlanRange { from: 2000, to: 2999 }],
        ..Settings::default()
    }
}

#[test]
fn fab_yaml_gives_what_it_says_and_defaults_for_the_rest() {
    assert_eq!(read_fab(FAB.as_bytes()), Ok(changed()));
    assert_eq!(read_fab(b"kind: Fabricator\nspec:\n"), Ok(Settings::default()));
}

#[test]
fn the_leaves_last_asn_of_older_files_is_the_gateways() {
    let old = b"kind: Fabricator\nspec: {config: {fabric: {leafASNEnd: 65534}}}\n";
    assert_eq!(read_fab(old), Ok(Settings::default()));
}

#[test]
fn settings_are_written_as_the_manifest_reads_them() {
    let mut text = "version: '1.0'\nsettings:\n".to_owned();
    for (key, value) in changed().lines() {
        text.push_str(&format!("  {key}: {value}\n"));
    }
    let (manifest, findings) = manifest::read(text.as_bytes(), &RepoPath::root(), &RepoPath::root());
    assert_eq!((manifest.map(|manifest| manifest.settings), findings), (Some(changed()), Vec::new()));
    assert_eq!(Settings::default().lines(), Vec::new());
}

#[test]
fn fab_yaml_that_means_nothing_is_refused_with_its_line() {
    let error = |text: &str| read_fab(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(error("a: 1\n"), "it holds no object of kind Fabricator; give the fab.yaml that hhfab init wrote");
    assert_eq!(
        error(&format!("{FAB}---\nkind: Fabricator\n")),
        "line 23: it holds a second object of kind Fabricator; keep one"
    );
    assert_eq!(
        error("kind: Fabricator\nspec:\n  config:\n    gateway:\n      asn: -4\n"),
        "line 5: spec.config.gateway.asn is not an ASN from 1 to 4294967295; correct it"
    );
    assert_eq!(
        error("kind: Fabricator\nspec: {config: {fabric: {managementDHCPStart: 10.0.0.1}}}\n"),
        "the setting management-dhcp-start does not lie in management-subnet; correct one of the two"
    );
    assert!(error("kind: Fabricator\na: [\n").starts_with("line 3: it cannot be read: "));
}

#[test]
fn every_default_reads_back_as_itself() {
    let default = Settings::default();
    for key in KEYS {
        let text = format!("version: '1.0'\nsettings:\n  {}: {}\n", key.name, (key.show)(&default));
        let (manifest, findings) = manifest::read(text.as_bytes(), &RepoPath::root(), &RepoPath::root());
        assert_eq!((manifest.map(|m| m.settings), findings), (Some(Settings::default()), Vec::new()), "{}", key.name);
    }
    assert_eq!(default.contradiction(), None);
}

#[test]
fn a_manifests_settings_are_checked_one_by_one_and_together() {
    let said = |settings: &str| {
        let text = format!("version: '1.0'\nsettings:\n{settings}");
        let (manifest, findings) = manifest::read(text.as_bytes(), &RepoPath::root(), &RepoPath::root());
        let line = |finding: &crate::finding::Finding| finding.place.map_or(0, |place| place.line);
        let said = findings.iter().map(|f| format!("{} {}: {}", line(f), f.severity.as_str(), f.message)).collect();
        (manifest.is_some(), said)
    };
    let expect = |lines: &[&str]| -> Vec<String> { lines.iter().map(|line| (*line).to_owned()).collect() };
    assert_eq!(
        said("  gateway: maybe\n  vtep-subnet: 10.0.0.0\n  th5-workaround-vlans: [{from: 9, to: 8}]\n"),
        (
            false,
            expect(&[
                "3 error: settings.gateway is not true or false, without quotes",
                "4 error: settings.vtep-subnet is not an IP prefix, such as 172.30.0.0/21",
                "5 error: settings.th5-workaround-vlans is not a list of ranges within 1 to 4094, such as \
                 [{from: 3000, to: 3899}]",
            ])
        )
    );
    assert_eq!(
        said("  spine-asn: 65200\n"),
        (false, expect(&["3 error: settings.spine-asn is one of the leaves' ASNs"]))
    );
    assert_eq!(
        said("  gatway: true\n"),
        (true, expect(&["3 warning: the manifest has an unknown key, settings.gatway"]))
    );
}
