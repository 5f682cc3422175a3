//! The verdict codes: each with its severity, one line of summary and one of help, from which every table is made.

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Plainly something else, and sorted out; or worth a look.
    Warning,
    /// Claims to be a Hedgehog object, or is YAML that cannot be read, and could not be applied.
    Error,
}

impl Severity {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A whole file.
    File,
    /// One document of a file.
    Document,
    /// A fabric directory's structure.
    Structure,
    /// A rule between objects, or of the cluster's admission beyond the schema.
    Rule,
}

impl Subject {
    /// The word that tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Document => "document",
            Self::Structure => "structure",
            Self::Rule => "rule",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $code:literal $subject:ident $severity:ident $summary:literal $help:literal;)*) => {
        /// A reason, stable and kebab-case on the outside.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $name,)*
        }

        impl Code {
            /// Every code, in the order the tables show them.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as users write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// What the code is about.
            pub fn subject(self) -> Subject {
                match self { $(Code::$name => Subject::$subject,)* }
            }

            /// How much it matters, unless a finding says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// What it means, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$name => $summary,)* }
            }

            /// How to mend it, in one line.
            pub fn help(self) -> &'static str {
                match self { $(Code::$name => $help,)* }
            }
        }
    };
}

codes! {
    NotYaml "not-yaml" File Warning
        "The file's name does not end in .yaml, .yml or .json."
        "If it holds Hedgehog objects, rename it to end in .yaml; otherwise keep it outside raw/.";
    TooLarge "too-large" File Error
        "The file is larger than the limit (16 MiB unless configured)."
        "Split it into smaller files, or raise the limit with --max-file-size.";
    Symlink "symlink" File Warning
        "The entry is a symbolic link; links are moved as they are and never followed."
        "Put the file itself into raw/.";
    Submodule "submodule" File Warning
        "The entry is a submodule; it stays where it is and is not looked into."
        "Copy the objects' files into raw/ and remove the submodule.";
    LfsPointer "lfs-pointer" File Error
        "The file is a Git LFS pointer; the objects it stands for are not in the repository."
        "Take the path out of LFS (git lfs untrack, git add --renormalize) so that the YAML itself is committed.";
    Empty "empty" File Info
        "The file holds no document, only comments, separators or blank lines."
        "Nothing needs to be done; delete the file if it is of no use.";

    Reverted "reverted" Document Warning
        "A person took back the sync of this document, so it is parked and not applied again."
        "To apply it after all, move it into raw/ again or run hhgit sync --retry with its path; otherwise delete it.";
    Encoding "encoding" Document Error
        "The document is not UTF-8."
        "Save the file as UTF-8, without UTF-16 or Latin-1 characters.";
    InvalidYaml "invalid-yaml" Document Error
        "The document is not YAML that Kubernetes can read."
        "Mend the syntax at the line named; a separator line is exactly three dashes, with at most a comment after them.";
    TrailingContent "trailing-content" Document Error
        "Something follows the document's end that Kubernetes would silently drop."
        "Put a line of three dashes between the documents, or delete what follows.";
    DuplicateKey "duplicate-key" Document Error
        "A mapping holds the same key twice."
        "Delete one of the two keys.";
    TooDeep "too-deep" Document Error
        "The document is nested deeper than the limit (1,000 levels)."
        "Flatten the document; no Hedgehog object is nested deeper than a few dozen levels.";
    AliasExpansion "alias-expansion" Document Error
        "The document's aliases expand to more than the limit."
        "Write the repeated parts out, or use fewer aliases.";
    NotAMapping "not-a-mapping" Document Warning
        "The document is a list, a text or another plain value, not a Kubernetes object."
        "A Kubernetes object starts with apiVersion:, kind: and metadata:.";
    MissingField "missing-field" Document Error
        "The object lacks a field that every Kubernetes object has."
        "Add the field: apiVersion, kind and metadata.name are all needed.";
    WrongType "wrong-type" Document Error
        "A field that identifies the object is of the wrong type."
        "Write it as a text, in quotes where YAML would read a number or a boolean.";
    NotHedgehog "not-hedgehog" Document Warning
        "The document is not of a Hedgehog group (githedgehog.com)."
        "Keep other resources outside the fabric directory; managed/ holds Hedgehog objects only.";
    UnknownKind "unknown-kind" Document Error
        "The group is Hedgehog's, but it has no such kind."
        "Look for a misspelling with hhgit kinds; a kind of a newer release comes with its CRD in .hnp/crds/.";
    VersionNotServed "version-not-served" Document Error
        "The kind exists, but this version of it is not served."
        "Write the served version (hhgit kinds lists it): v1alpha2 ended with Fabric v0.52; write v1beta1.";
    ControllerOwned "controller-owned" Document Error
        "Hedgehog's controllers make objects of this kind; people do not write them."
        "Delete the document; the controllers make the object again by themselves.";
    InstallerOwned "installer-owned" Document Warning
        "Objects of fabricator.githedgehog.com belong to the installer's fab.yaml, not to the fabric's repository."
        "Keep it in fab.yaml and give that to hhfab.";
    ListObject "list-object" Document Error
        "The document is a List; each of its items is an object of its own."
        "Write each item as a document of its own, with a line of three dashes between them; hhgit import does that.";
    InvalidName "invalid-name" Document Error
        "metadata.name is no name that Kubernetes takes, or makes no file name."
        "Use lower-case letters, digits, '-' and '.', starting and ending with a letter or digit; at most 250, less any namespace.";
    InvalidNamespace "invalid-namespace" Document Error
        "metadata.namespace is no namespace name that Kubernetes takes."
        "Leave the namespace out, or write default.";
    SchemaViolation "schema-violation" Document Error
        "The object breaks its kind's schema."
        "Correct the field named; hhgit kinds names the schema in force.";
    UnknownField "unknown-field" Document Error
        "The object has a field that its kind's schema does not know."
        "Correct the spelling, or delete the field.";
    ServerField "server-field" Document Warning
        "The object carries fields that the cluster sets (status, uid, resourceVersion and their like)."
        "Delete them; hhgit import copies objects out of a cluster without them.";
    DuplicateIdentity "duplicate-identity" Document Error
        "The same object (group, kind, namespace and name) is there more than once."
        "Decide for one of them: move that into raw/ and delete the others.";
    AlreadyManaged "already-managed" Document Error
        "managed/ holds this object with another value, and the policy says on-existing: refuse."
        "Change the file in managed/, or set on-existing: replace in .hnp/manifest.yaml.";
    PathBlocked "path-blocked" Document Error
        "Something else stands where a file or folder must be."
        "Move what stands at the path named out of the way, then sync again.";

    MissingDirectory "missing-directory" Structure Info
        "A folder that a fabric directory has was missing, and was made."
        "Nothing needs to be done.";
    MissingManifest "missing-manifest" Structure Info
        "The fabric directory had no .hnp/manifest.yaml, and one was written."
        "Nothing needs to be done; correct fabric_name if you like.";
    BadManifest "bad-manifest" Structure Error
        ".hnp/manifest.yaml cannot be read, or says something that means nothing."
        "Correct the key named; README.md lists the manifest's keys and values.";
    BadCrds "bad-crds" Structure Error
        "The CRDs in .hnp/crds/ cannot be read, or contradict each other."
        "Correct or delete the file named; kubectl get crds -o yaml prints good ones.";
    LooseFile "loose-file" Structure Warning
        "YAML with Hedgehog objects lies at the fabric directory's top, where nothing sorts or applies it."
        "Move it into raw/, or run hhgit sync --adopt.";
    StaleMetadata "stale-metadata" Structure Info
        "A sidecar of hhgit's had lost the file it spoke of, and was removed."
        "Nothing needs to be done.";
    Misplaced "misplaced" Structure Warning
        "An object in managed/ is not at its own path, or shares its file with others."
        "Run hhgit sync --repair, or move it through raw/.";
    ForeignFile "foreign-file" Structure Warning
        "A file in managed/ is no Hedgehog object that can be applied."
        "Move it out of managed/; hhgit sync --repair moves what is readable and names no Hedgehog object.";
    NotDeployed "not-deployed" Structure Warning
        "A kustomization in managed/ leaves this object out, so nothing applies it."
        "Add the file to the kustomization's resources.";

    StillReferred "still-referred" Rule Error "An object leaves managed/ that others still name."
        "Put it back, or delete what names it too; until that is gone, the cluster refuses the deletion.";
    DeletedTogether "deleted-together" Rule Warning "An object leaves managed/ together with another that names it."
        "Delete what names it first, and it in a second push: the cluster refuses it until then, and deletes in no set order.";
    TooManyDeletions "too-many-deletions" Rule Error "More objects leave managed/ than --max-deletions allows."
        "Look at the objects listed; if all shall go, give their number to --max-deletions.";
    NotASync "not-a-sync" Rule Error "Something other than a sync changes managed/ or unmanaged/, and the server lets only syncs do so."
        "Put the change into raw/ and push that: a sync brings it into managed/.";
    NamespaceNotDefault "namespace-not-default" Rule Error "Hedgehog takes objects in the namespace default only."
        "Leave metadata.namespace out, or write default.";
    NameTooLong "name-too-long" Rule Error "The names of VPCs, Externals and IPv4Namespaces have at most 11 characters."
        "Choose a shorter name, and change what refers to it.";
    NameReserved "name-reserved" Rule Error "A VPC's name must not start with ext., which is how gateway peerings name Externals."
        "Choose another name.";
    InvalidLabel "invalid-label" Rule Error "A label of the object, or one that Hedgehog makes of its names, is none that Kubernetes takes."
        "Shorten the name to 63 characters or correct it: letters, digits, '-', '_' and '.', alphanumeric at both ends.";
    MissingReference "missing-reference" Rule Error "The object names another one that is not there."
        "Correct the name, or add the object it names.";
    UnknownSubnet "unknown-subnet" Rule Error "The object names a subnet that its VPC does not have."
        "Correct the subnet's name, or add it to the VPC.";
    RequiredValue "required-value" Rule Error "A value is missing that admission asks for, though the schema does not."
        "Add the value.";
    ForbiddenValue "forbidden-value" Rule Error "A value is given that does not go with the others."
        "Delete it, or change what it contradicts.";
    InvalidAddress "invalid-address" Rule Error "A text is not the address or prefix that it must be."
        "Write addresses like 10.0.0.1, prefixes like 10.0.0.0/24, hardware addresses like 02:00:00:00:00:01.";
    AddressOutside "address-outside" Rule Error "An address does not lie where it must."
        "Choose an address inside the range named; the fabric's own ranges are the settings of .hnp/manifest.yaml.";
    AddressInUse "address-in-use" Rule Error "Two holders have the same address."
        "Give one of them another address.";
    AsnOutOfRange "asn-out-of-range" Rule Error "An ASN is not one that the fabric's settings give to this role."
        "Choose an ASN of the range named, or correct the settings in .hnp/manifest.yaml.";
    AsnInUse "asn-in-use" Rule Error "Two leaves have the same ASN."
        "Give one of them another ASN.";
    NotHydrated "not-hydrated" Rule Warning "No object has its addresses and ASNs yet: hhfab fills them in when it installs the fabric."
        "Nothing needs to be done before hhfab does; a running cluster refuses such objects until all have them.";
    VlanRangesIgnored "vlan-ranges-ignored" Rule Warning "The cluster silently empties a VLANNamespace whose ranges are not all good."
        "Correct the range: from 1 to 4094, from not above to; until then no VPC can use the namespace.";
    VlanRangesOverlap "vlan-ranges-overlap" Rule Error "Two ranges of VLANs overlap."
        "Make the ranges distinct.";
    VlanReserved "vlan-reserved" Rule Error "A range holds VLANs that the fabric keeps for itself."
        "Leave out the VLANs named, or correct the settings in .hnp/manifest.yaml.";
    UnknownProfile "unknown-profile" Rule Error "The switch's profile is none that the fabric has."
        "Correct the profile; those of Celestica SONiC+ and Cumulus are there only with their setting in .hnp/manifest.yaml.";
    RedundancyIncomplete "redundancy-incomplete" Rule Error "A switch's redundancy needs both a type and a group, or neither."
        "Add the one that is missing.";
    UnknownPort "unknown-port" Rule Error "The switch has no such port, by its profile and its breakouts."
        "Correct the port; one that is broken out is named with its part, as in E1/4/1.";
    UnsupportedPortSetting "unsupported-port-setting" Rule Error "The switch's port cannot be set so."
        "Choose a value that the profile supports for this port.";
    UnsupportedFeature "unsupported-feature" Rule Error "The switch's profile lacks a feature that is asked of it."
        "Take the setting away, or use another switch.";
    TooManyPorts "too-many-ports" Rule Error "The breakouts make more ports than the switch, or one of its pipelines, can have."
        "Break fewer ports out.";
    NoConnectionType "no-connection-type" Rule Error "The connection has no type that is still supported."
        "Add one of unbundled, bundled, eslag, fabric, mesh, gateway, vpcLoopback, external and staticExternal; MCLAG is gone.";
    SecondConnectionType "second-connection-type" Rule Warning "The connection has more than one type; the cluster takes it and looks at the first only."
        "Delete the type that is not meant.";
    ConnectionEndpoints "connection-endpoints" Rule Error "The connection's ports do not make a connection of its type."
        "Correct the ports: each is <device>/<port>, all differ, and the devices are those that the type joins.";
    BlockedByAnother "blocked-by-another" Rule Error "While another object cannot be read, the cluster can compare none with it and refuses all."
        "Correct the object named; nothing is wrong with this one.";
    PortInUse "port-in-use" Rule Error "Two connections use the same port; E1/4 and E1/4/1 are the same."
        "Give one of them another port.";
    RedundancyGroupMismatch "redundancy-group-mismatch" Rule Error "The switches of an ESLAG connection are not of one redundancy group of type eslag."
        "Correct the switches' redundancy, or connect switches of one group.";
    MtuTooLarge "mtu-too-large" Rule Error "A server's connection has a larger MTU than the fabric can carry for it."
        "Write at most 9036.";
    LinkNotInOneSubnet "link-not-in-one-subnet" Rule Error "The two ends of a link do not share one /31."
        "Give the ends the two addresses of one /31.";
    ModeForbids "mode-forbids" Rule Error "Connections of this type exist in spine-leaf fabrics only."
        "Delete the connection, or correct settings.mode in .hnp/manifest.yaml.";
    SubnetsOverlap "subnets-overlap" Rule Error "Two subnets of one object overlap."
        "Make the subnets distinct.";
    SubnetReserved "subnet-reserved" Rule Error "A subnet touches one that the fabric keeps for itself."
        "Choose another subnet, or correct the settings in .hnp/manifest.yaml.";
    SubnetCount "subnet-count" Rule Error "An object has no subnet, or more than 20."
        "Have at least one and at most 20.";
    SubnetTooSmall "subnet-too-small" Rule Error "A VPC's subnet has a prefix longer than 30 bits."
        "Choose a /30 or wider.";
    PrefixNotMasked "prefix-not-masked" Rule Error "A prefix has bits set behind its network part."
        "Write the network's own address, as in 10.99.0.0/24.";
    VpcMode "vpc-mode" Rule Error "The VPC's mode is none that is supported."
        "Leave mode out, or write l3vni.";
    VlanTwice "vlan-twice" Rule Error "Two subnets of one VPC have the same VLAN."
        "Give one of them another VLAN.";
    DhcpConflict "dhcp-conflict" Rule Error "Parts of a subnet's DHCP settings exclude each other."
        "Use either the fabric's DHCP server (enable) or a relay, and their own settings only.";
    DhcpRange "dhcp-range" Rule Error "A DHCP range is not one inside its subnet."
        "Start before the end, both inside the subnet and neither the network's nor the gateway's address.";
    DhcpOption "dhcp-option" Rule Error "A DHCP option has a value that cannot be."
        "Correct the option named.";
    DhcpLease "dhcp-lease" Rule Error "A static DHCP lease cannot be given."
        "Write a hardware address and a free address inside the subnet for each.";
    HostBgp "host-bgp" Rule Error "A hostBGP setting does not go with the rest of its subnet, or with the connection."
        "hostBGP goes without DHCP, on unbundled connections, without a native VLAN; prefix lengths from the prefix's own to 32.";
    PermitList "permit-list" Rule Error "A permit list of a VPC has fewer than two subnets, or one of them twice."
        "Name at least two distinct subnets of the VPC.";
    StaticRoute "static-route" Rule Error "A static route of a VPC lacks its prefix or a next hop."
        "Write a prefix and at least one next hop.";
    SubnetOutsideNamespace "subnet-outside-namespace" Rule Error "A VPC's subnet does not lie in its IPv4Namespace."
        "Choose a subnet inside the namespace, or add one to the namespace.";
    VlanOutsideNamespace "vlan-outside-namespace" Rule Error "A subnet's VLAN is none of its VLANNamespace."
        "Choose a VLAN of the namespace's ranges, or widen them.";
    SubnetInUse "subnet-in-use" Rule Error "Subnets of two VPCs of one IPv4Namespace overlap."
        "Give one of them another subnet; hhfab validate does not see this, the cluster does.";
    VlanInUse "vlan-in-use" Rule Error "Two share one VLAN where each needs its own."
        "Give one of them another VLAN; hhfab validate does not see this, the cluster does.";
    AttachmentConnection "attachment-connection" Rule Error "The attachment's connection is of a type that it cannot attach to."
        "Attach VPCs to unbundled, bundled or eslag connections, Externals to external ones.";
    AttachmentMode "attachment-mode" Rule Error "The VPC's mode does not go with the connection, or with a switch's profile."
        "Use another connection, or another mode of the VPC.";
    AttachmentSwitch "attachment-switch" Rule Error "A switch of the attachment's connection cannot carry the VPC."
        "Add the VPC's VLANNamespace to the switch's vlanNamespaces, or mend the switch.";
    AttachmentTwice "attachment-twice" Rule Error "A connection is attached to the same subnet twice."
        "Delete one of the attachments; hhfab validate does not see this, the cluster does.";
    NativeVlanInUse "native-vlan-in-use" Rule Error "A connection has two attachments with a native VLAN."
        "Leave nativeVLAN out of all but one.";
    PointToPointLink "point-to-point-link" Rule Error "The annotation fabric.githedgehog.com/p2p-link is no IPv4 /31."
        "Write a prefix such as 10.10.0.0/31, or delete the annotation.";
    PeeringMembers "peering-members" Rule Error "A peering does not join exactly two."
        "Name the same two in the whole peering; an entry written without a value counts as not there, write {}.";
    PeeringNamespaces "peering-namespaces" Rule Error "The two that a peering joins are of different namespaces."
        "Peer within one IPv4Namespace and one VLANNamespace.";
    PeeringRemote "peering-remote" Rule Error "Remote peering is gone."
        "Delete spec.remote.";
    Community "community" Rule Error "A BGP community is not two numbers up to 65535 with a colon between them."
        "Write two numbers up to 65535 with a colon between them, such as 65102:1000.";
    StaticMismatch "static-mismatch" Rule Error "An External and its attachment are static on both sides or on none."
        "Make both static or both BGP, and leave out what belongs to the other way.";
    AclStatement "acl-statement" Rule Error "A statement of an external attachment's ACL contradicts itself."
        "Correct the field named.";
    GatewayDisabled "gateway-disabled" Rule Error "The fabric has no gateways, so their objects are refused."
        "Write settings: {gateway: true} in .hnp/manifest.yaml if the installer's fab.yaml enables gateways.";
    GatewayValue "gateway-value" Rule Error "A gateway's number of workers is not one from 1 to 64."
        "Write a number from 1 to 64.";
    GatewayInterface "gateway-interface" Rule Error "A gateway's interface cannot be set up so."
        "Correct the interface: a Linux name of 2 to 10 characters, IPv4 prefixes, a PCI address or a kernel name.";
    GatewayNeighbor "gateway-neighbor" Rule Error "A gateway needs at least one BGP neighbour, each with IPv4 address and ASN."
        "Write ip, an IPv4 address without a prefix length, and asn for each neighbour.";
    GatewayGroupTwice "gateway-group-twice" Rule Error "A gateway is in the same group twice."
        "Delete one of the two.";
    ExposeBlock "expose-block" Rule Error "What a gateway peering exposes is not said in one way."
        "Each expose has ips or default: true; each entry one of cidr, not and vpcSubnet.";
    ExposeNat "expose-nat" Rule Error "A gateway peering's NAT is not one that gateways can do."
        "as goes with exactly one of masquerade, static and portForward, and only one side may keep state.";
    ExposeOutside "expose-outside" Rule Error "A gateway peering exposes addresses that are not the VPC's."
        "Expose prefixes inside the VPC's subnets.";
    ExposeInUse "expose-in-use" Rule Error "Two gateway peerings toward the same VPC expose the same addresses, or such as cannot be compared."
        "Expose distinct cidr blocks; beside another peering toward the same VPC the cluster can read no vpcSubnet and no not.";
    PeeringAcl "peering-acl" Rule Error "A rule of a gateway peering's ACL contradicts itself."
        "Correct the field named.";
}

impl Code {
    /// The code of this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
