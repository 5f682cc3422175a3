//! Aliases, merge keys, doubled keys and the bounds on them.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::yaml::{Fault, FaultKind, Limits, Span, canonical_json, parse, split};

fn parsed(text: &str) -> Result<String, Fault> {
    let file = text.as_bytes();
    parse(file, &split(file)[0], &Limits::default()).map(|parsed| canonical_json(&parsed.root.unwrap()))
}

fn json(text: &str) -> String {
    parsed(text).unwrap()
}

/// The kind of fault, what it is about and what it is related to.
fn fault(text: &str) -> (FaultKind, &str, Option<&str>) {
    let fault = parsed(text).unwrap_err();
    let cut = |span: Span| &text[span.start..span.end];
    (fault.kind, cut(fault.at), fault.related.map(cut))
}

#[test]
fn an_alias_stands_for_what_its_anchor_last_named() {
    assert_eq!(json("- &a 1\n- *a\n- &a {b: [2]}\n- *a\n- *a\n"), r#"[1,1,{"b":[2]},{"b":[2]},{"b":[2]}]"#);
    assert_eq!(json("- &a x\n- *a : &b [1]\n- *b\n"), r#"["x",{"x":[1]},[1]]"#);
}

#[test]
fn an_alias_of_nothing_or_of_what_is_around_it_is_refused() {
    assert_eq!(fault("a: *b\n"), (FaultKind::InvalidYaml, "*b", None));
    assert_eq!(fault("&a [*a]\n"), (FaultKind::InvalidYaml, "*a", None));
    assert_eq!(fault("- &a 1\n- &a {b: *a}\n"), (FaultKind::InvalidYaml, "*a", None));
}

#[test]
fn an_aliased_node_is_placed_at_its_alias() {
    let text = "a: &x {b: 1}\nc: *x\n";
    let root = parse(text.as_bytes(), &split(text.as_bytes())[0], &Limits::default()).unwrap().root.unwrap();
    assert_eq!(root.get("c").unwrap().span, Span { start: 16, end: 18 });
}

#[test]
fn a_merge_key_takes_in_mappings() {
    assert_eq!(json("a: &a {x: 1}\nb:\n  <<: *a\n  z: 2\n"), r#"{"a":{"x":1},"b":{"x":1,"z":2}}"#);
    assert_eq!(json("<<: [{x: 1}, {w: 2}]\nz: 3\n"), r#"{"w":2,"x":1,"z":3}"#);
    assert_eq!(json("<<: {<<: {x: 1}}\n"), r#"{"x":1}"#);
}

#[test]
fn a_merge_key_that_is_quoted_or_stands_as_a_value_is_a_text() {
    assert_eq!(json("\"<<\": 1\nb: <<\n"), r#"{"<<":1,"b":"<<"}"#);
}

#[test]
fn a_merge_key_takes_in_nothing_else() {
    for text in ["<<: 1\n", "<<: [1]\n", "<<: [[{x: 1}]]\n", "- &a [1]\n- {<<: *a}\n"] {
        assert_eq!(fault(text).0, FaultKind::InvalidYaml, "{text}");
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused_with_both_places() {
    assert_eq!(fault("aa: 1\nb: 2\n\"aa\": 3\n"), (FaultKind::DuplicateKey, "\"aa\"", Some("aa")));
    assert_eq!(fault("on: 1\ntrue: 2\n"), (FaultKind::DuplicateKey, "true", Some("on")));
    assert_eq!(fault("x:\n- {a: 1, a: 1}\n"), (FaultKind::DuplicateKey, "a", Some("a")));
}

#[test]
fn keys_of_different_types_with_one_text_are_refused_because_go_would_pick_one_at_random() {
    assert_eq!(fault("1: a\n\"1\": b\n"), (FaultKind::DuplicateKey, "\"1\"", Some("1")));
    assert_eq!(fault("1.0: a\n1: b\n"), (FaultKind::DuplicateKey, "1", Some("1.0")));
}

#[test]
fn a_merged_key_counts_like_a_written_one_as_in_gos_strict_mode() {
    for text in ["<<: {x: 1}\nx: 2\n", "x: 2\n<<: {x: 1}\n", "<<: [{x: 1}, {x: 2}]\n"] {
        assert_eq!(fault(text).0, FaultKind::DuplicateKey, "{text}");
    }
}

#[test]
fn keys_must_be_texts_numbers_or_booleans() {
    for text in ["~: 1\n", "? [a]\n: 1\n", "{a: 1}: 2\n", "{{ .x }}: 1\n", "18446744073709551615: 1\n"] {
        assert_eq!(fault(text).0, FaultKind::InvalidYaml, "{text}");
    }
    assert_eq!(json("on: 1\n1: 2\n1.5: 3\n"), r#"{"1":2,"1.5":3,"true":1}"#);
}

#[test]
fn numbers_that_json_lacks_are_refused_as_values_and_taken_as_keys() {
    assert_eq!(fault("a: .inf\n"), (FaultKind::InvalidYaml, ".inf", None));
    assert_eq!(fault("- .nan\n").0, FaultKind::InvalidYaml);
    assert_eq!(json(".inf: 1\n"), r#"{".inf":1}"#);
}

/// Levels of lists of nine aliases each, `9^levels` nodes in all.
fn laughs(levels: usize) -> String {
    let mut text = "a0: &a0 lol\n".to_owned();
    for level in 1..=levels {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    text
}

#[test]
fn bombs_of_aliases_are_refused() {
    assert!(parsed(&laughs(2)).is_ok());
    assert_eq!(fault(&laughs(8)).0, FaultKind::AliasExpansion);
}

#[test]
fn bombs_of_merge_keys_are_refused() {
    let mut text = "a0: &a0 {x: 1}\n".to_owned();
    for level in 1..=30 {
        let below = level - 1;
        text.push_str(&format!("a{level}: &a{level}\n  l: {{<<: *a{below}}}\n  r: {{<<: *a{below}}}\n"));
    }
    assert_eq!(fault(&text).0, FaultKind::AliasExpansion);
}

#[test]
fn one_long_text_aliased_many_times_is_refused() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(70_000), vec!["*a"; 3_000].join(","));
    assert_eq!(fault(&text).0, FaultKind::AliasExpansion);
}

#[test]
fn the_limits_on_aliases_are_the_callers() {
    let text = b"a: &a [1, 2, 3]\nb: *a\n";
    let kind = |limits: Limits| parse(text, &split(text)[0], &limits).err().map(|fault| fault.kind);
    assert_eq!(kind(Limits { expanded_nodes: 4, ..Limits::default() }), None);
    assert_eq!(kind(Limits { expanded_nodes: 3, ..Limits::default() }), Some(FaultKind::AliasExpansion));
    assert_eq!(kind(Limits { expanded_bytes: 3, ..Limits::default() }), None);
    assert_eq!(kind(Limits { expanded_bytes: 2, ..Limits::default() }), Some(FaultKind::AliasExpansion));
}

#[test]
fn depth_is_counted_along_aliases_and_merge_keys() {
    let nested = |levels: usize, inner: &str| format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels));
    let text = format!("- &a {}\n- {}\n", nested(600, ""), nested(600, "*a"));
    assert_eq!(fault(&text).0, FaultKind::TooDeep);

    let mut chain = "a0: &a0 {x0: 1}\n".to_owned();
    for level in 1..=1_100 {
        chain.push_str(&format!("a{level}: &a{level} {{<<: *a{}, x{level}: 1}}\n", level - 1));
    }
    assert!(matches!(fault(&chain).0, FaultKind::TooDeep | FaultKind::AliasExpansion));
}

/// As many mappings as that, each with one made of the last, after enough plain nodes that no alias is one too many.
fn chain(levels: usize, link: &str) -> String {
    let mut text = format!("plain: [{}]\na0: &a0 {{x0: 1}}\n", "1,".repeat(20_000));
    for level in 1..levels {
        let link = link.replace("LAST", &format!("*a{}", level - 1));
        text.push_str(&format!("a{level}: &a{level} {{{link}, x{level}: 1}}\n"));
    }
    text
}

#[test]
fn long_chains_of_aliases_and_merge_keys_are_followed_on_a_stack_of_two_mebibytes() {
    let work = || {
        for link in ["v: [LAST]", "<<: [LAST]"] {
            for levels in [300, 995] {
                let outcome = parsed(&chain(levels, link)).map(drop).map_err(|fault| fault.kind);
                let refused = Err(FaultKind::TooDeep);
                let wide = Err(FaultKind::AliasExpansion);
                assert!(outcome == Ok(()) || outcome == refused || outcome == wide, "{link} {levels}: {outcome:?}");
                assert!(levels != 300 || outcome == Ok(()), "{link}: {outcome:?}");
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}
