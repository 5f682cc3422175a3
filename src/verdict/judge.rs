//! One document's value to its verdict: what object it is, where that belongs, and whether it fits its kind's schema.

use crate::fabric::kinds::{Author, Kind, Kinds, is_hedgehog_group};
use crate::finding::ObjectRef;
use crate::schema::{Schemas, Violation, ViolationKind, validate};
use crate::yaml::{Fault, Node, Span, Value};

use super::code::{Code, Severity};
use super::fields::{
    Field, Fields, field, head, holds_hedgehog, is_set_by_server, printable, span_of, split_api_version,
};
use super::identity::{DEFAULT_NAMESPACE, Identity, ManagedPath, NameFault, managed_path};
use super::names::Named;

/// The group of the installer's own objects.
const INSTALLER_GROUP: &str = "fabricator.githedgehog.com";

/// The rules in force for judging documents.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    kinds: &'a Kinds,
    schemas: Option<&'a Schemas>,
}

/// What one document was found to be.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// What it says it is.
    pub object: Option<ObjectRef>,
    /// The object it names, of whatever group.
    pub identity: Option<Identity>,
    /// Where it belongs; none if it is refused.
    pub target: Option<ManagedPath>,
    /// What is to be said, the reason for a refusal first.
    pub remarks: Vec<Remark>,
}

/// Something said about a stretch of a document.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The reason.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// The bytes it is about.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// How to mend it, where the code's own help does not do.
    pub help: Option<String>,
}

impl Remark {
    fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), span, message: message.into(), help: None }
    }

    fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Judgement {
    /// The judgement of a document that cannot be read.
    pub fn of_fault(code: Code, fault: &Fault) -> Self {
        Self { remarks: vec![Remark::new(code, fault.at, fault.message.clone())], ..Self::default() }
    }

    fn refuse(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }
}

impl<'a> Judge<'a> {
    /// A judge by these kinds, at level identity.
    pub fn new(kinds: &'a Kinds) -> Self {
        Self { kinds, schemas: None }
    }

    /// The same judge at level schema, by these schemas.
    pub fn with_schemas(self, schemas: &'a Schemas) -> Self {
        Self { schemas: Some(schemas), ..self }
    }

    /// The same judge of documents of which it is known already that they fit their schema, if they have one.
    pub(super) fn at_identity(self) -> Self {
        Self { schemas: None, ..self }
    }

    /// The schemas, at level schema.
    pub(super) fn schemas(&self) -> Option<&'a Schemas> {
        self.schemas
    }

    /// Judges a document's value.
    pub fn judge(&self, root: &Node) -> Judgement {
        let mut judgement = Judgement::default();
        let Value::Mapping(_) = &root.value else {
            let message = format!("the document is {}, not an object", root.kind_name());
            judgement.refuse(Remark::new(Code::NotAMapping, head(root), message));
            return judgement;
        };
        let fields = Fields::of(root);
        judgement.object = fields.object();
        judgement.identity = fields.identity();
        match self.place(&fields) {
            Ok(target) => {
                judgement.remarks = self.violations(&fields);
                judgement.target = judgement.remarks.is_empty().then_some(target);
                judgement.remarks.extend(server_fields(root));
            }
            Err(remarks) => judgement.remarks = remarks,
        }
        judgement
    }

    /// Judges a document by its names, if nothing is to be said of it but where it belongs. Its schema is not looked at.
    pub(super) fn judge_named(&self, named: &Named<'_>) -> Option<Judgement> {
        let kind = self.kinds.by_group_kind(named.group, named.kind);
        let kind = kind.filter(|kind| kind.author == Author::User && kind.serves(named.version))?;
        if !is_hedgehog_group(named.group) || named.group == INSTALLER_GROUP {
            return None;
        }
        Some(Judgement {
            target: Some(managed_path(kind, named.namespace, named.name).ok()?),
            object: Some(named.object()),
            identity: Some(named.identity()),
            remarks: Vec::new(),
        })
    }

    /// How an object of known kind and version breaks its schema, at level schema.
    fn violations(&self, fields: &Fields<'_>) -> Vec<Remark> {
        let schema = self.schemas.and_then(|schemas| schemas.of(fields.api_version?.as_str()?, fields.kind?.as_str()?));
        let violations = schema.map(|schema| validate(fields.root, schema)).unwrap_or_default();
        violations.into_iter().map(violation_remark).collect()
    }

    fn place(&self, fields: &Fields<'_>) -> Result<ManagedPath, Vec<Remark>> {
        let (api_version, kind_name) = self.type_of(fields).map_err(|remark| vec![remark])?;
        let (group, version) = split_api_version(api_version);
        let kind = self.kind_of(fields, group, version, kind_name).map_err(|remark| vec![remark])?;
        let (namespace, name) = self.names_of(fields)?;
        managed_path(kind, namespace, name).map_err(|fault| vec![name_remark(fault, fields, namespace, name)])
    }

    /// `apiVersion` and `kind` as texts, of a document that claims to be Hedgehog's.
    fn type_of<'n>(&self, fields: &Fields<'n>) -> Result<(&'n str, &'n str), Remark> {
        let kind_text = fields.kind.and_then(Node::as_str);
        let claims = || kind_text.is_some_and(|kind| self.kinds.named(kind).next().is_some());
        let api_version = match field(fields.api_version) {
            Field::Text(text) => text,
            Field::Absent if claims() => {
                return Err(Remark::new(Code::MissingField, head(fields.root), "the object has no apiVersion"));
            }
            Field::Absent => {
                let message = "the document has no apiVersion, so it is no Kubernetes object";
                return Err(Remark::new(Code::NotHedgehog, head(fields.root), message));
            }
            Field::Other(node) if claims() => return Err(wrong_type("apiVersion", node)),
            Field::Other(node) => {
                let message = format!("apiVersion is {}, so the document is no Kubernetes object", node.kind_name());
                return Err(Remark::new(Code::NotHedgehog, node.span, message));
            }
        };
        let (group, _) = split_api_version(api_version);
        match field(fields.kind) {
            Field::Text(kind) => Ok((api_version, kind)),
            _ if !is_hedgehog_group(group) => Err(not_hedgehog(fields, group)),
            Field::Absent => Err(Remark::new(Code::MissingField, head(fields.root), "the object has no kind")),
            Field::Other(node) => Err(wrong_type("kind", node)),
        }
    }

    fn kind_of(&self, fields: &Fields<'_>, group: &str, version: &str, name: &str) -> Result<&'a Kind, Remark> {
        if let Some(items) = fields.root.get("items")
            && name.ends_with("List")
            && (is_hedgehog_group(group) || holds_hedgehog(items))
        {
            return Err(Remark::new(Code::ListObject, span_of(fields.kind, fields.root), "the document is a List"));
        }
        if !is_hedgehog_group(group) {
            return Err(not_hedgehog(fields, group));
        }
        let at = span_of(fields.kind, fields.root);
        if group == INSTALLER_GROUP {
            return Err(Remark::new(Code::InstallerOwned, at, format!("{} belongs to the installer", printable(name))));
        }
        let Some(kind) = self.kinds.by_group_kind(group, name) else { return Err(self.unknown_kind(at, group, name)) };
        match kind.author {
            Author::User => {}
            Author::Controller => {
                return Err(Remark::new(
                    Code::ControllerOwned,
                    at,
                    format!("Hedgehog's controllers make every {name}"),
                ));
            }
            Author::Installer => {
                return Err(Remark::new(Code::InstallerOwned, at, format!("{name} belongs to the installer")));
            }
        }
        if kind.serves(version) {
            return Ok(kind);
        }
        Err(not_served(kind, version, span_of(fields.api_version, fields.root)))
    }

    fn unknown_kind(&self, at: Span, group: &str, name: &str) -> Remark {
        let message = format!("{} has no kind {}", printable(group), printable(name));
        let remark = Remark::new(Code::UnknownKind, at, message);
        if let Some(note) = self.kinds.removed(group, name) {
            return remark.with_help(sentence(note));
        }
        let same_name = self.kinds.named(name).next();
        match (same_name, self.kinds.nearest(name)) {
            (Some(kind), _) => {
                let version = kind.versions.first().map_or("", String::as_str);
                remark.with_help(format!(
                    "{name} is a kind of {}; write apiVersion: {}/{version}.",
                    kind.group, kind.group
                ))
            }
            (None, Some(nearest)) => remark.with_help(format!("Did you mean {nearest}? hhgit kinds lists them all.")),
            (None, None) => remark,
        }
    }

    fn names_of<'n>(&self, fields: &Fields<'n>) -> Result<(&'n str, &'n str), Vec<Remark>> {
        let missing = |message: &str| vec![Remark::new(Code::MissingField, head(fields.root), message)];
        let metadata = match fields.metadata.map(|node| (&node.value, node)) {
            None | Some((Value::Null, _)) => return Err(missing("the object has no metadata")),
            Some((Value::Mapping(_), node)) => node,
            Some((_, node)) => {
                let message = format!("metadata is {}, not a mapping", node.kind_name());
                return Err(vec![Remark::new(Code::WrongType, node.span, message)]);
            }
        };
        let mut remarks = Vec::new();
        let name = match field(metadata.get("name")) {
            Field::Text(name) => name,
            Field::Absent => {
                remarks.push(Remark::new(Code::MissingField, head(fields.root), "the object has no metadata.name"));
                ""
            }
            Field::Other(node) => {
                remarks.push(wrong_type("metadata.name", node));
                ""
            }
        };
        let namespace = match field(metadata.get("namespace")) {
            Field::Text("") | Field::Absent => DEFAULT_NAMESPACE,
            Field::Text(namespace) => namespace,
            Field::Other(node) => {
                remarks.push(wrong_type("metadata.namespace", node));
                ""
            }
        };
        if remarks.is_empty() { Ok((namespace, name)) } else { Err(remarks) }
    }
}

fn violation_remark(violation: Violation) -> Remark {
    let code = match violation.kind {
        ViolationKind::UnknownField => Code::UnknownField,
        ViolationKind::SchemaViolation => Code::SchemaViolation,
    };
    Remark { help: violation.help, ..Remark::new(code, violation.span, violation.message) }
}

fn wrong_type(name: &str, node: &Node) -> Remark {
    Remark::new(Code::WrongType, node.span, format!("{name} is {}, not a text", node.kind_name()))
}

fn not_hedgehog(fields: &Fields<'_>, group: &str) -> Remark {
    let at = span_of(fields.api_version, fields.root);
    let group = if group.is_empty() { "the core group".to_owned() } else { format!("group {}", printable(group)) };
    Remark::new(Code::NotHedgehog, at, format!("the object is of {group}, not Hedgehog's"))
}

fn not_served(kind: &Kind, version: &str, at: Span) -> Remark {
    let served = kind.versions.join(", ");
    let message = format!("{} has no version {}; served: {served}", kind.kind, printable(version));
    let remark = Remark::new(Code::VersionNotServed, at, message);
    match kind.retired(version) {
        Some(retired) => remark.with_help(sentence(&retired.note)),
        None => remark.with_help(format!(
            "Write apiVersion: {}/{}.",
            kind.group,
            kind.versions.first().map_or("", String::as_str)
        )),
    }
}

fn name_remark(fault: NameFault, fields: &Fields<'_>, namespace: &str, name: &str) -> Remark {
    let at = |key| span_of(fields.metadata.and_then(|metadata| metadata.get(key)), fields.root);
    let (code, key, message) = match fault {
        NameFault::Name => (Code::InvalidName, "name", format!("{} is no DNS subdomain name", quoted(name))),
        NameFault::TooLong => {
            (Code::InvalidName, "name", format!("the name makes a file name of more than 255 bytes: {}", quoted(name)))
        }
        NameFault::Reserved => {
            (Code::InvalidName, "name", format!("{} makes the file name of a kustomization", quoted(name)))
        }
        NameFault::Namespace => (Code::InvalidNamespace, "namespace", format!("{} is no DNS label", quoted(namespace))),
    };
    let remark = Remark::new(code, at(key), message);
    match fault {
        NameFault::Reserved => remark.with_help("Choose another name; Kustomize reads a file of this one as its own."),
        _ => remark,
    }
}

/// A note of the kinds' table as a sentence.
fn sentence(note: &str) -> String {
    format!("{}.", note.trim_end_matches('.'))
}

fn quoted(text: &str) -> String {
    format!("'{}'", printable(text))
}

/// Fields that only a cluster sets, as far as they say something.
fn server_fields(root: &Node) -> Vec<Remark> {
    let Value::Mapping(pairs) = &root.value else { return Vec::new() };
    let metadata = match root.get("metadata").map(|node| &node.value) {
        Some(Value::Mapping(pairs)) => pairs.as_slice(),
        _ => &[],
    };
    let status = pairs.iter().filter(|pair| pair.key == "status").map(|pair| (pair, "status".to_owned()));
    let fields = metadata.iter().filter(|pair| is_set_by_server(&pair.key));
    status
        .chain(fields.map(|pair| (pair, format!("metadata.{}", pair.key))))
        .filter(|(pair, _)| !says_nothing(&pair.value.value))
        .map(|(pair, name)| Remark::new(Code::ServerField, pair.key_span, format!("{name} is set by the cluster")))
        .collect()
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Mapping(pairs) => pairs.is_empty(),
        Value::Sequence(nodes) => nodes.is_empty(),
        _ => false,
    }
}
