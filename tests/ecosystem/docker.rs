//! The Dockerfile, as far as it can be held without anything that builds images.

use std::fs;
use std::process::Command;

use crate::files::{root, text};
use crate::support::run;

/// The instructions, each as its words; what goes on over lines is one.
fn instructions() -> Vec<Vec<String>> {
    let text = text("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// What is copied from the project: sources, destination.
fn copies() -> Vec<(Vec<String>, String)> {
    let copies = instructions().into_iter().filter(|words| words[0] == "COPY" && !words[1].starts_with("--from"));
    copies.map(|words| (words[1..words.len() - 1].to_vec(), words[words.len() - 1].clone())).collect()
}

#[test]
fn every_source_that_is_copied_is_there_and_not_ignored() {
    let ignored = text(".dockerignore");
    let lines: Vec<&str> = ignored.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(lines[0], "*", "all is ignored but what is named");
    let mut taken: Vec<&str> = lines[1..].iter().map(|line| line.strip_prefix('!').expect("!NAME")).collect();
    let mut copied: Vec<String> = copies().into_iter().flat_map(|(sources, _)| sources).collect();
    taken.sort_unstable();
    copied.sort_unstable();
    assert_eq!(copied, taken);
    copied.iter().for_each(|source| assert!(root().join(source).exists(), "{source}"));
}

#[test]
fn cargo_has_all_that_it_needs_of_what_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    for (sources, destination) in copies() {
        for source in sources {
            let to = if destination == "./" { source.clone() } else { destination.clone() };
            copy(&root().join(&source), &dir.path().join(to));
        }
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--locked", "--no-deps", "--format-version=1"]).current_dir(dir.path());
    let ended = run(&mut cargo);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    // What the sources take in from beside them, at compile time.
    for file in rust_files(&dir.path().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("include_str!(\"").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(file.parent().unwrap().join(name).exists(), "{} wants {name}", file.display());
        }
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    if !from.is_dir() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn rust_files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn what_is_built_as_the_readme_says_is_what_runs() {
    let all = instructions();
    let find = |name: &str| all.iter().filter(|words| words[0] == name).cloned().collect::<Vec<_>>();
    let build = find("RUN")[0].join(" ");
    let install = build.strip_prefix("RUN ").unwrap();
    let root = install.split_once("--root ").expect("a root to install into").1;
    let plain = install.replace(" --locked", "").replace(&format!(" --root {root}"), "");
    assert_eq!(plain, "cargo install --path .");
    assert!(text("README.md").contains(&plain));
    let from = all.iter().find(|words| words[0] == "COPY" && words[1] == "--from=build").expect("a binary to take");
    assert_eq!(from[2..], [format!("{root}/bin/hhgit"), "/usr/local/bin/hhgit".to_owned()]);
    assert_eq!(find("ENTRYPOINT"), [["ENTRYPOINT", "[\"hhgit\"]"]]);
    assert_ne!(find("USER").last().expect("a user")[1], "root");
}

#[test]
fn both_images_are_named_by_a_tag_and_rust_is_new_enough() {
    let images: Vec<String> =
        instructions().into_iter().filter(|words| words[0] == "FROM").map(|words| words[1].clone()).collect();
    assert_eq!(images.len(), 2);
    let tags: Vec<&str> = images.iter().map(|image| image.rsplit_once(':').expect("a tag").1).collect();
    assert!(tags.iter().all(|tag| *tag != "latest"), "{tags:?}");
    let minor: u32 = tags[0].split('.').nth(1).unwrap().parse().unwrap();
    let wanted = text("Cargo.toml");
    let wanted = wanted.lines().find_map(|line| line.strip_prefix("rust-version = \"1.")).unwrap();
    assert!(minor >= wanted.trim_end_matches('"').parse().unwrap());
}
