//! Tests of validation: each keyword, what admission forgives, where a violation points, and that nothing panics.

use proptest::prelude::*;

use super::*;
use crate::schema::{Schemas, builtin, text};
use crate::yaml::{Limits, parse, split};

fn schema(fields: &str) -> KindSchema {
    let text = format!("\npattern digits ^\\d+$\npattern word ^\\w+\\b$\nkind Test v1 webhook relabels\n{fields}");
    text::read(&text::sections(&text)[0]).expect("the test's schema means something")
}

fn node(yaml: &str) -> Node {
    let chunks = split(yaml.as_bytes());
    let parsed = parse(yaml.as_bytes(), &chunks[0], &Limits::default());
    parsed.expect("the test's document parses").root.expect("the test's document holds something")
}

/// What a document's violations say, each with the text that it points at.
fn said(schema: &KindSchema, yaml: &str) -> Vec<String> {
    let violations = validate(&node(yaml), schema);
    violations.iter().map(|v| format!("{} <- {}", v.message, yaml[v.span.start..v.span.end].trim())).collect()
}

/// What `f: VALUE` breaks of `f: FIELD`.
fn field(field: &str, value: &str) -> Vec<String> {
    said(&schema(&format!("  f: {field}\n")), &format!("f: {value}\n"))
}

fn fits(schema: &str, values: &[&str]) {
    for value in values {
        assert_eq!(field(schema, value), Vec::<String>::new(), "f: {schema}, {value}");
    }
}

#[test]
fn a_value_is_of_its_type() {
    fits("object open", &["{}", "{a: 1}"]);
    fits("list string", &["[]", "[a]"]);
    fits("string", &["a", "'1'", "''"]);
    fits("integer", &["1", "-1", "1.0", "1e3", "0x10", "9223372036854775807"]);
    fits("number", &["1", "1.5", "9223372036854775808"]);
    fits("boolean", &["true", "on"]);
    fits("int-or-string", &["1", "a"]);
    fits("any", &["1", "a", "[]", "{a: b}", "true"]);
    let cases = [
        ("object", "[]", "f is a list, not a mapping <- []"),
        ("list string", "{}", "f is a mapping, not a list <- {}"),
        ("string", "1", "f is an integer, not a text <- 1"),
        ("string", "on", "f is a boolean, not a text <- on"),
        ("integer", "'1'", "f is a text, not an integer <- '1'"),
        ("integer", "1.5", "f is a number, not an integer <- 1.5"),
        ("integer", "1e21", "f is a number, not an integer <- 1e21"),
        ("number", "a", "f is a text, not a number <- a"),
        ("boolean", "'true'", "f is a text, not true or false <- 'true'"),
        ("int-or-string", "1.5", "f is a number, not an integer or a text <- 1.5"),
        ("list string", "[a, 1]", "f[1] is an integer, not a text <- 1"),
        ("map integer", "{a.b: x}", "f[\"a.b\"] is a text, not an integer <- x"),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(field(schema, value), [expected], "f: {schema}");
    }
}

#[test]
fn an_integer_fits_its_go_type_its_format_and_its_bounds() {
    fits("integer u16", &["0", "65535", "0.0"]);
    fits("integer int32 u32", &["2147483647"]);
    let cases = [
        ("integer u8", "256", "f is 256; it must be between 0 and 255 <- 256"),
        ("integer u16", "70000", "f is 70000; it must be between 0 and 65535 <- 70000"),
        ("integer u16", "-5", "f is -5; it must be between 0 and 65535 <- -5"),
        ("integer u64", "-1", "f is -1; it must be at least 0 <- -1"),
        ("integer int32 u32", "4200000000", "f is 4200000000; it must be between 0 and 2147483647 <- 4200000000"),
        (
            "integer",
            "9223372036854775808",
            "f is 9223372036854775808; it must be between -9223372036854775808 and 9223372036854775807 <- 9223372036854775808",
        ),
        ("integer 1..32", "0", "f is 0; it must be between 1 and 32 <- 0"),
        ("integer ..3", "4", "f is 4; it must be at most 3 <- 4"),
        ("number 0.5..1", "0.25", "f is 0.25; it must be at least 0.5 <- 0.25"),
        ("number 0.5..1", "1.25", "f is 1.25; it must be at most 1 <- 1.25"),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(field(schema, value), [expected], "f: {schema}");
    }
}

#[test]
fn a_text_has_its_length_pattern_format_and_choice() {
    fits("string length=1..2", &["é", "ab"]);
    fits("string pattern=digits", &["'12'"]);
    fits("string pattern=word", &["ab_1"]);
    fits("string go-duration", &["2m30s"]);
    fits("string ipv4", &["10.0.0.1"]);
    fits("string enum=a|b|", &["a", "''"]);
    let cases = [
        ("string length=1..2", "''", "f is ''; it must have at least 1 characters <- ''"),
        ("string length=1..2", "abc", "f is 'abc'; it must have at most 2 characters <- abc"),
        ("string pattern=digits", "1a", "f is '1a'; it must match ^\\d+$ <- 1a"),
        ("string pattern=digits", "'١'", "f is '١'; it must match ^\\d+$ <- '١'"),
        ("string pattern=word", "é", "f is 'é'; it must match ^\\w+\\b$ <- é"),
        ("string pattern=digits", "\"1\\n\"", "f is '1\u{fffd}'; it must match ^\\d+$ <- \"1\\n\""),
        ("string go-duration", "2 minutes", "f is '2 minutes'; it must be a duration such as 2m30s <- 2 minutes"),
        ("string ipv4", "10.0.0", "f is '10.0.0'; it must be an IPv4 address <- 10.0.0"),
        ("string enum=rs|fc", "RS", "f is 'RS', which it cannot be <- RS"),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(field(schema, value), [expected], "f: {schema}");
    }
}

#[test]
fn lists_and_mappings_have_so_many_entries() {
    fits("list(1..2) string", &["[a]", "[a, b]"]);
    assert_eq!(field("list(1..2) string", "[]"), ["f has 0 items; it must have at least 1 <- []"]);
    assert_eq!(field("list(1..2) string", "[a, b, c]"), ["f has 3 items; it must have at most 2 <- [a, b, c]"]);
    assert_eq!(
        field("map(2..) string", "{a: b, c: null}"),
        ["f has 1 entry; it must have at least 2 <- {a: b, c: null}"]
    );
}

#[test]
fn a_null_counts_as_absent_and_in_a_list_as_the_zero_value() {
    fits("string", &["null"]);
    fits("map string", &["{a: null}"]);
    fits("list string", &["[null]"]);
    fits("string nullable required", &["null"]);
    assert_eq!(field("string required", "null"), ["f is missing <- f"]);
    assert_eq!(field("list string enum=a|b", "[null]"), ["f[0] is missing <- null"]);
    let plain = KindSchema { webhook: false, ..schema("  f: list string\n") };
    assert_eq!(said(&plain, "f: [null]\n"), ["f[0] is null, not a text <- null"]);
}

#[test]
fn a_required_field_may_be_absent_if_it_has_a_default_or_is_filled_in() {
    for flags in ["required default=3", "required filled"] {
        assert_eq!(said(&schema(&format!("  f: integer {flags}\n")), "{}\n"), Vec::<String>::new(), "{flags}");
    }
    assert_eq!(said(&schema("  f: integer required filled 1..\n"), "{}\n"), ["f is missing <- {"]);
    let inside = schema("  spec: object filled\n    role: string required enum=a|b\n");
    assert_eq!(said(&inside, "kind: X\n"), ["spec.role is missing <- k"]);
    assert_eq!(said(&KindSchema { webhook: false, ..inside }, "kind: X\n"), Vec::<String>::new());
    let unhooked = KindSchema { webhook: false, ..schema("  f: integer required filled\n") };
    assert_eq!(said(&unhooked, "{}\n"), ["f is missing <- {"]);
}

#[test]
fn an_acl_without_default_is_filled_in_for_two_peers_only() {
    let schemas = Schemas::builtin();
    let peering = schemas.get("gateway.githedgehog.com", "GatewayPeering", "v1alpha1").expect("it is built in");
    let object = |peers: &str| format!("spec:\n  acl:\n    rules: []\n  peering: {peers}\n");
    assert_eq!(said(peering, &object("{a: {}, b: {}}")), Vec::<String>::new());
    assert_eq!(said(peering, &object("{a: {}, b: null}")), ["spec.acl.default is missing <- r"]);
}

#[test]
fn unknown_fields_are_told_at_their_key_with_the_name_they_may_mean() {
    let schema = schema("  spec: object\n    subnets: map object\n      vlan: integer u16\n");
    let yaml = "Spec: {}\nspec:\n  subnets:\n    web: {vlam: 3, x: null}\n";
    let violations = validate(&node(yaml), &schema);
    let told: Vec<_> = violations.iter().map(|v| (v.kind, v.path.as_str(), v.help.as_deref().unwrap_or(""))).collect();
    let unknown = ViolationKind::UnknownField;
    let expected = [
        (unknown, "Spec", "Did you mean spec? Otherwise delete the field."),
        (unknown, "spec.subnets.web.vlam", "Did you mean vlan? Otherwise delete the field."),
        (unknown, "spec.subnets.web.x", "Delete the field, or write one of those known here: vlan."),
    ];
    assert_eq!(told, expected);
    assert_eq!(said(&schema, yaml)[0], "Spec is no field that the kind knows <- Spec");
}

#[test]
fn an_open_mapping_keeps_what_it_does_not_know() {
    let open = schema("  f: object open\n    known: integer\n  e: object embedded\n    spec: object\n");
    assert_eq!(said(&open, "f: {other: [x], known: x}\n"), ["f.known is a text, not an integer <- x"]);
    let embedded = "e: {apiVersion: v1, kind: X, metadata: {}, spec: {}, more: 1}\n";
    assert_eq!(said(&open, embedded), ["e.more is no field that the kind knows <- more"]);
}

#[test]
fn a_status_is_dropped_unread_where_it_is_a_subresource() {
    let schema = schema("  spec: object\n");
    assert_eq!(said(&schema, "status: {any: thing}\n"), Vec::<String>::new());
    assert_eq!(said(&schema, "status: gone\n"), ["status is a text, not a mapping <- gone"]);
    let kept = KindSchema { drops_status: false, ..schema };
    assert_eq!(said(&kept, "status: {}\n"), ["status is no field that the kind knows <- status"]);
}

#[test]
fn metadata_is_judged_as_kubernetes_judges_it() {
    let schema = schema("  spec: object\n");
    let cases = [
        ("labels: {a: 1}", vec!["metadata.labels.a is an integer, not a text <- 1"]),
        ("labels: {a: '-b'}", vec!["metadata.labels.a is '-b', which no label can be <- '-b'"]),
        ("labels: {'a b': c}", vec!["metadata.labels[\"a b\"]: 'a b' is no key that Kubernetes takes <- 'a b'"]),
        ("labels: {fabric.githedgehog.com/x: '<any>', a.b/c: ''}", vec![]),
        ("labels: {A/b: c}", vec!["metadata.labels[\"A/b\"]: 'A/b' is no key that Kubernetes takes <- A/b"]),
        ("annotations: {A.b/c: 'any thing'}", vec![]),
        ("annotations: {a: true}", vec!["metadata.annotations.a is a boolean, not a text <- true"]),
        ("annotations: null, creationTimestamp: null", vec![]),
        ("creationTimestamp: 2025-01-01T00:00:00Z", vec![]),
        ("uid: x, generation: 3, managedFields: [{manager: kubectl, f: {}}]", vec![]),
        ("lables: {a: b}", vec!["metadata.lables is no field that the kind knows <- lables"]),
        (
            "ownerReferences: [{kind: A, name: b, uid: c}]",
            vec!["metadata.ownerReferences[0].apiVersion is missing <- {"],
        ),
    ];
    for (metadata, expected) in cases {
        assert_eq!(said(&schema, &format!("metadata: {{{metadata}}}\n")), expected, "{metadata}");
    }
    let long = format!("metadata: {{labels: {{a: {}}}}}\n", "b".repeat(64));
    assert_eq!(validate(&node(&long), &schema).len(), 1);
    let heavy = format!("metadata: {{annotations: {{a: {}}}}}\n", "b".repeat(256 << 10));
    assert_eq!(validate(&node(&heavy), &schema).len(), 1);
}

#[test]
fn what_is_wrong_beyond_twenty_places_is_counted() {
    let yaml = format!("f: [{}]\n", vec!["1"; 25].join(", "));
    let violations = validate(&node(&yaml), &schema("  f: list string\n"));
    assert_eq!(violations.len(), MOST + 1);
    assert_eq!(violations[MOST].message, "the object breaks its schema in 5 more places");
}

/// Names that some built-in schema knows, and some that none does.
fn names() -> impl Strategy<Value = String> {
    let known = "spec metadata labels annotations status links switch server port ip mtu vlan subnets dhcp options range \
                 peering expose nat acl rules action default role asn portFECs ranges from to permit Spec x a.b \u{e9}";
    let known: Vec<String> = known.split_whitespace().map(str::to_owned).collect();
    prop::sample::select(known)
}

fn values() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(|int| int.to_string()),
        any::<u64>().prop_map(|int| int.to_string()),
        prop::sample::select(vec!["null", "true", "1.0", "1e30", "-0.0", "''", "spine", "10.0.0.1/31", "2m", "1e400"])
            .prop_map(str::to_owned),
        "[a-z<\u{e9} ]{0,70}".prop_map(|text| format!("'{text}'")),
    ];
    leaf.prop_recursive(7, 60, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(names(), inner, 0..5).prop_map(|pairs| {
                let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", pairs.join(", "))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_object_has_a_bounded_number_of_violations_inside_it(spec in values(), metadata in values(), extra in values()) {
        let yaml = format!("metadata: {metadata}\nspec: {spec}\nextra: {extra}\n");
        let chunks = split(yaml.as_bytes());
        let Ok(parsed) = parse(yaml.as_bytes(), &chunks[0], &Limits::default()) else { return Ok(()) };
        let object = parsed.root.expect("a mapping was written");
        for (group, kind) in builtin::kinds() {
            let schema = builtin::schema(group, kind).expect("it is built in");
            let violations = validate(&object, schema);
            prop_assert!((1..=MOST + 1).contains(&violations.len()), "extra is unknown to every kind");
            for violation in &violations {
                prop_assert!(violation.span.start <= violation.span.end && violation.span.end <= yaml.len());
                prop_assert!(!violation.message.chars().any(char::is_control));
            }
        }
    }
}
