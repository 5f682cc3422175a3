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
}

impl Subject {
    /// The word that tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Document => "document",
            Self::Structure => "structure",
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
        "Write each item as a document of its own, with a line of three dashes between them.";
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
        "Delete them; objects copied out of a cluster carry them.";
    DuplicateIdentity "duplicate-identity" Document Error
        "The same object (group, kind, namespace and name) is there more than once."
        "Keep one of the documents in raw/ and delete the others.";
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
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_read_back() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code), "{code} does not read back as itself");
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code} is not kebab-case");
        }
    }

    #[test]
    fn summaries_and_helps_are_one_sentence_line() {
        for code in Code::ALL {
            for text in [code.summary(), code.help()] {
                assert!(text.ends_with('.') && !text.contains('\n'), "{code}: {text}");
            }
        }
    }
}
