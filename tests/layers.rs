//! The house rules: who may use whom, how long things are, what no file may hold. The table is in `layers/table.rs`,
//! the reading of sources in `layers/source.rs`; the checks are here, and tests that see each of them fail.

#[path = "layers/source.rs"]
mod source;
#[path = "layers/table.rs"]
mod table;

use std::fs;
use std::path::Path;

use source::Source;
use table::{Row, TABLE};

const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 60;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, by its path from there, sorted.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push((name, text));
            }
        }
    }
    found.sort();
    found
}

/// All that is wrong with one source file, each with the rule it breaks.
fn faults(name: &str, text: &str) -> Vec<String> {
    let source = match Source::read(name, text) {
        Ok(source) => source,
        Err(error) => return vec![format!("{name}: cannot be read: {error}")],
    };
    let mut faults = shape(name, text, &source);
    if name.starts_with("src/") && !source.is_test {
        match table::row(&source.module) {
            Some(row) => faults.extend(references(name, &source, row)),
            None => {
                faults.push(format!("{name}: module {} has no row: add a row to tests/layers/table.rs", source.module))
            }
        }
    }
    faults
}

fn shape(name: &str, text: &str, source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.starts_with("//! ") {
        faults.push(format!("{name}: no purpose line: the first line must be a //! sentence"));
    }
    let lines = text.lines().count();
    if lines > MAX_FILE {
        faults.push(format!("{name}: {lines} lines, more than {MAX_FILE}"));
    }
    for function in source.functions.iter().filter(|function| function.lines > MAX_FUNCTION) {
        faults.push(format!("{name}: fn {} has {} lines, more than {MAX_FUNCTION}", function.name, function.lines));
    }
    faults
}

fn references(name: &str, source: &Source, row: &Row) -> Vec<String> {
    let mut faults = Vec::new();
    for path in &source.paths {
        if let Some(why) = row.refuses(path) {
            faults.push(format!("{name}: uses {path}, but {why} (row {})", row.module));
        }
    }
    for word in &source.words {
        if let Some(why) = row.refuses_word(word, name) {
            faults.push(format!("{name}: says {word}, but {why} (row {})", row.module));
        }
    }
    for said in source.expects.iter().filter(|said| said.split_whitespace().count() < 4) {
        faults.push(format!("{name}: expect({said}) does not say why it cannot fail"));
    }
    faults
}

#[test]
fn every_file_keeps_the_house_rules() {
    let mut all = Vec::new();
    for folder in
        ["src", "tests", "benches", "fuzz/src", "fuzz/fuzz_targets", "fuzz/asan/src", "fuzz/asan/fuzz_targets"]
    {
        for (name, text) in files(folder) {
            all.extend(faults(&name, &text));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn every_row_stands_for_a_module_once() {
    let mut modules: Vec<&str> = TABLE.iter().map(|row| row.module).collect();
    modules.sort_unstable();
    let before = modules.len();
    modules.dedup();
    assert_eq!(modules.len(), before, "a module has two rows");
}

#[test]
fn the_lints_are_in_force() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    for lint in [
        "unsafe_code = \"deny\"",
        "missing_docs = \"deny\"",
        "unwrap_used = \"deny\"",
        "print_stdout = \"deny\"",
        "print_stderr = \"deny\"",
        "exit = \"deny\"",
        "dbg_macro = \"deny\"",
    ] {
        assert!(manifest.lines().any(|line| line == lint), "Cargo.toml lacks {lint}");
    }
}

/// A snippet that must be refused, and words of the fault it must be refused with.
const BAD: &[(&str, &str, &str)] = &[
    ("src/plan/x.rs", "//! P.\nuse gix::ObjectId;", "uses gix::ObjectId, but the crate gix is not in the row"),
    ("src/plan/x.rs", "//! P.\nuse crate::git::open;", "uses crate::git::open"),
    ("src/plan/x.rs", "//! P.\nuse crate::{ids::TreeId, git};", "uses crate::git,"),
    ("src/plan/a/x.rs", "//! P.\nuse super::super::super::git::open;", "uses crate::git::open"),
    ("src/plan/x.rs", "//! P.\nfn f() { let _ = std::fs::read(\"x\"); }", "uses std::fs::read"),
    ("src/plan/x.rs", "//! P.\nuse std::{env, fmt};", "uses std::env,"),
    ("src/plan/x.rs", "//! P.\nfn f() { let _ = format!(\"{:?}\", std::env::args()); }", "uses std::env::args"),
    ("src/plan/x.rs", "//! P.\nuse std::time::SystemTime;", "uses std::time::SystemTime"),
    ("src/plan/x.rs", "//! P.\nuse std::collections::{BTreeMap, HashMap};", "says HashMap"),
    ("src/git/write.rs", "//! P.\nuse std::collections::HashSet;", "says HashSet"),
    ("src/plan/x.rs", "//! P.\nfn f() { println!(); }", "says println"),
    ("src/git/x.rs", "//! P.\nfn f() { let _ = std::io::stdout(); }", "uses std::io::stdout"),
    ("src/git/x.rs", "//! P.\nuse std::io::{self, Write};\nfn f() { let _ = io::stderr(); }", "uses io::stderr"),
    ("src/git/x.rs", "//! P.\nfn f() { std::process::exit(1) }", "uses std::process::exit"),
    ("src/git/x.rs", "//! P.\nfn f() { unsafe {} }", "says unsafe"),
    ("src/git/x.rs", "//! P.\nfn f() { g().expect(\"a commit\"); }", "expect(\"a commit\") does not say why"),
    ("src/modes/x.rs", "//! P.\nuse crate::cli::Answer;", "uses crate::cli::Answer"),
    ("src/modes/x.rs", "//! P.\nuse clap::Parser;", "uses clap::Parser"),
    ("src/modes/hook/receive.rs", "//! P.\nuse crate::git::Repo;", "uses crate::git::Repo"),
    ("src/modes/hook/receive.rs", "//! P.\nuse crate::git::write::write;", "uses crate::git::write::write"),
    ("src/yaml/x.rs", "//! P.\nuse crate::verdict::code::Code;", "uses crate::verdict::code::Code"),
    ("src/cli/x.rs", "//! P.\nuse gix as g;", "uses gix,"),
    ("src/other.rs", "//! P.\n", "module other has no row: add a row"),
    ("src/plan/x.rs", "/// No purpose.\nfn f() {}", "no purpose line"),
    ("src/plan/x.rs", "//! P.\nfn f( {", "cannot be read"),
];

#[test]
fn each_rule_refuses_its_bad_snippet() {
    for (name, text, expected) in BAD {
        let faults = faults(name, text);
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{name}: {text:?} gave {faults:?}");
    }
    let long = format!("//! P.\nfn f() {{\n{}}}\n", "    g();\n".repeat(59));
    assert_eq!(faults("src/plan/x.rs", &long), ["src/plan/x.rs: fn f has 61 lines, more than 60"]);
    let long = format!("//! P.\n{}", "\n".repeat(400));
    assert_eq!(faults("src/plan/x.rs", &long), ["src/plan/x.rs: 401 lines, more than 400"]);
}

#[test]
fn what_the_table_allows_is_not_refused() {
    for (name, text) in [
        ("src/git/x.rs", "//! P.\nuse gix::ObjectId;\nuse std::fs;\nuse crate::ids::TreeId;"),
        ("src/git/x.rs", "//! P.\nuse std::collections::HashMap;"),
        ("src/plan/x.rs", "//! P.\n// gix::open, std::fs and println! in a comment\nconst A: &str = \"use gix;\";"),
        ("src/plan/x.rs", "//! P.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n    use std::collections::HashMap;\n}"),
        ("src/plan/x/tests.rs", "//! P.\nuse std::fs;"),
        ("src/yaml/events.rs", "//! P.\n#![allow(unsafe_code)]\nfn f() { unsafe {} }"),
        ("src/main.rs", "//! P.\nfn main() { let _ = std::io::stdout(); let _ = std::env::args_os(); }"),
        ("src/plan/x.rs", "//! P.\nuse super::Edit;\nuse self::y::Z;\nuse crate::path::RepoPath;"),
    ] {
        assert_eq!(faults(name, text), Vec::<String>::new(), "{text}");
    }
}
