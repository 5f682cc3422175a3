//! Tests of reading CRDs: every keyword, versions, what is dropped, and what means nothing.

use super::*;
use crate::schema::model::GoType;
use crate::schema::{Schemas, validate, write};
use crate::yaml::{Limits, parse, split};

fn node(yaml: &str) -> Node {
    let chunks = split(yaml.as_bytes());
    let parsed = parse(yaml.as_bytes(), &chunks[0], &Limits::default());
    parsed.expect("the test's document parses").root.expect("the test's document holds something")
}

/// The `spec` of a CRD with one served version of this schema.
fn spec(schema: &str) -> Node {
    node(&format!(
        "versions: [{{name: v1, served: true, subresources: {{status: {{}}}}, schema: {{openAPIV3Schema: {schema}}}}}]\n"
    ))
}

fn written(schema: &str) -> String {
    let versions = read(&spec(schema)).map_err(|fault| fault.message).expect("the test's CRD means something");
    write::kind("X", &versions[0])
}

fn fault(schema: &str) -> String {
    read(&spec(schema)).expect_err("the test's CRD means nothing").message
}

#[test]
fn every_keyword_is_read() {
    let schema = "{type: object, required: [a, metadata], properties: {
        apiVersion: {type: string}, kind: {type: string}, metadata: {type: object}, status: {type: object},
        a: {type: integer, format: int32, minimum: 1, maximum: 2.5, default: 2},
        b: {type: string, minLength: 1, maxLength: 2, pattern: '^a b$', enum: [a, '', 1], nullable: true, format: email},
        c: {type: array, minItems: 1, items: {type: object, properties: {d: {type: boolean}}}},
        e: {type: object, maxProperties: 3, additionalProperties: {type: number}},
        f: {x-kubernetes-int-or-string: true},
        g: {x-kubernetes-preserve-unknown-fields: true, type: object, x-kubernetes-embedded-resource: true},
        h: {type: object, additionalProperties: true}}}";
    let expected = "kind X v1
  a: integer int32 1..2.5 required default=2
  b: string format=email length=1..2 nullable enum=a||=1 pattern=^a\\x20b$
  c: list(1..) object
    d: boolean
  e: map(..3) number
  f: int-or-string
  g: object open embedded
  h: object open
";
    assert_eq!(written(schema), expected);
}

#[test]
fn a_schema_that_means_nothing_is_refused_where_it_stands() {
    let cases = [
        ("[]", "a schema is a mapping"),
        ("{type: thing}", "no schema has a type of this name"),
        ("{type: 1}", "a schema's type is a text"),
        ("{properties: []}", "a schema's properties are a mapping"),
        ("{properties: {a: {required: b}}}", "a schema's required is a list"),
        ("{properties: {a: {minimum: x}}}", "a schema's minimum is a number"),
        ("{properties: {a: {enum: x}}}", "a schema's enum is a list"),
        ("{properties: {a: {pattern: 1}}}", "a schema's pattern is a text"),
    ];
    for (schema, expected) in cases {
        assert_eq!(fault(schema), expected, "{schema}");
    }
    let deep = format!("{}{{type: object}}{}", "{items: ".repeat(DEEPEST + 2), "}".repeat(DEEPEST + 2));
    assert_eq!(fault(&deep), "the schema is nested deeper than 100 levels");
}

#[test]
fn each_served_version_has_its_schema_and_one_without_takes_every_field() {
    let spec = node(
        "versions:
- {name: v1, served: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}}
- {name: v2, served: true}
- {name: v3, served: false, schema: {openAPIV3Schema: {type: thing}}}
",
    );
    let versions = read(&spec).map_err(|fault| fault.message).expect("what is served means something");
    let names: Vec<_> = versions.iter().map(|v| (v.version.as_str(), v.root.open, v.drops_status)).collect();
    assert_eq!(names, [("v1", false, false), ("v2", true, false)]);
    assert_eq!(validate(&node("spec: {any: thing}\nmore: 1\n"), &versions[1]), Vec::new());
    let older = node("validation: {openAPIV3Schema: {type: object}}\nversions: [{name: v1, served: true}]\n");
    assert!(!read(&older).map_err(|fault| fault.message).expect("it means something")[0].root.open);
}

#[test]
fn a_replaced_kind_keeps_go_types_where_path_and_type_are_the_same() {
    let schema = "{type: object, properties: {spec: {type: object, properties: {subnets: {type: object,
        additionalProperties: {type: object, properties: {vlan: {type: integer}, mtu: {type: integer}}}}}}}}";
    let mut schemas = Schemas::builtin();
    let versions = read(&spec(schema)).map_err(|fault| fault.message).expect("the CRD means something");
    schemas.with("vpc.githedgehog.com", "VPC", versions);
    let laid = schemas.get("vpc.githedgehog.com", "VPC", "v1").expect("it was laid over");
    let subnet = laid.root.property("spec").and_then(|spec| spec.schema.property("subnets"));
    let subnet = subnet.and_then(|subnets| subnets.schema.values.as_deref()).expect("subnets is a map");
    let go = |name: &str| subnet.property(name).and_then(|property| property.schema.go);
    assert_eq!((go("vlan"), go("mtu")), (Some(GoType::U16), None));
    assert!(laid.webhook && laid.relabels);
    assert_eq!(schemas.get("vpc.githedgehog.com", "VPC", "v1beta1"), None, "all that was known is replaced");
    assert_ne!(schemas.fingerprint(), Schemas::builtin().fingerprint());
    let only = Schemas::empty();
    assert_eq!((only.get("vpc.githedgehog.com", "VPC", "v1beta1"), only.fingerprint().as_str()), (None, ""));
}

#[test]
fn a_pattern_that_cannot_be_read_here_holds_nobody_up_and_is_told() {
    let schema = "{type: object, properties: {a: {type: array, items: {type: string, pattern: '\\pL+'}}}}";
    let versions = read(&spec(schema)).map_err(|fault| fault.message).expect("the CRD means something");
    assert_eq!(unreadable_pattern(&versions[0].root), Some("\\pL+"));
    assert_eq!(validate(&node("a: ['1']\n"), &versions[0]), Vec::new());
}
