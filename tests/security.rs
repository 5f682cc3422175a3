//! The page of promises names tests that are there.

use std::path::Path;

/// The pairs of a file and a test that the page names.
fn named(page: &str) -> Vec<(&str, &str)> {
    let spans = page.split('`').skip(1).step_by(2);
    spans.filter_map(|span| span.split_once(".rs: ").map(|(file, test)| (&span[..file.len() + 3], test))).collect()
}

/// Whether a source has a test of this name.
fn has_test(source: &str, name: &str) -> bool {
    let mut attributed = false;
    for line in source.lines().map(str::trim) {
        match line {
            "#[test]" => attributed = true,
            line if line.starts_with("#[") || line.starts_with("//") => {}
            line if line.starts_with(&format!("fn {name}(")) && attributed => return true,
            _ => attributed = false,
        }
    }
    false
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/security.md")).expect("the page");
    let named = named(&page);
    assert!(named.len() > 60, "only {} tests are named", named.len());
    let gone = named.iter().filter(|(file, test)| {
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        !has_test(&source, test)
    });
    assert_eq!(gone.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new(), "these are not there");
}

#[test]
fn every_promise_names_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/security.md")).expect("the page");
    let (_, promises) = page.split_once("## The promises").expect("the promises");
    let (promises, _) = promises.split_once("\n## ").expect("what follows them");
    let rows = promises.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    let without: Vec<&str> = rows.filter(|row| named(row).is_empty()).collect();
    assert_eq!(without, Vec::<&str>::new());
}

#[test]
fn a_test_that_is_gone_is_seen() {
    let source = "#[test]\n#[cfg(unix)]\nfn one() {}\nfn two() {}\n";
    assert_eq!([has_test(source, "one"), has_test(source, "two"), has_test(source, "on")], [true, false, false]);
    assert_eq!(named("| a | b | `tests/x.rs: y`, `z` |"), [("tests/x.rs", "y")]);
}
