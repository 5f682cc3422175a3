//! What the demo's people drop into raw/: a small fabric, some mistakes, and in a few words what each file is.

/// One file of the sample.
pub(super) struct Sample {
    /// Its path below raw/.
    pub(super) path: &'static str,
    /// What it holds.
    pub(super) text: &'static str,
    /// What a person would say of it.
    pub(super) note: &'static str,
}

macro_rules! sample {
    ($path:literal, $note:literal) => {
        Sample { path: $path, text: include_str!(concat!("raw/", $path)), note: $note }
    };
}

/// The files, in path order.
pub(super) const FILES: [Sample; 13] = [
    sample!("README.md", "a note to colleagues"),
    sample!("dump.yaml", "a VPC as kubectl get -o yaml prints it"),
    sample!("monitoring.yaml", "a ConfigMap that belongs elsewhere"),
    sample!("namespaces.yaml", "an IPv4Namespace and a VLANNamespace"),
    sample!("new-tenant.yaml", "a template that was never filled in"),
    sample!("rack-1/db-1.yaml", "a Server"),
    sample!("rack-1/wiring.yaml", "a Server, 3 Connections, and a Conection"),
    sample!("rack-2/db-1.yaml", "the same Server, byte for byte"),
    sample!("rack-2/server.yaml", "a Server of the retired v1alpha2"),
    sample!("rack-2/wiring.yaml", "2 Connections"),
    sample!("switches.yaml", "4 Switches, with comments between them"),
    sample!("tenants-from-mira.yaml", "the VPC web again, with another VLAN"),
    sample!("tenants.yaml", "the VPC web, a VPC that is broken YAML, an attachment"),
];
