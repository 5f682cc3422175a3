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
