//! A bare repository's sync that nobody asks for lists makes the commit that the same sync with lists makes.

mod support;

use support::{TempRepo, hhgit, vpc};

/// The tips of two like repositories, one synced for a person, the other for a program; and how each run ended.
fn both(files: &[(&str, &str)]) -> [(Option<String>, Option<i32>); 2] {
    [&["sync"][..], &["sync", "--output", "json"]].map(|args: &[&str]| {
        let repo = TempRepo::bare();
        repo.commit("main", files);
        let code = hhgit(repo.dir(), args).code;
        (repo.tip("main").map(|tip| tip.to_string()), code)
    })
}

#[test]
fn what_stays_in_raw_takes_no_line_of_the_message() {
    let objects: Vec<(String, String)> =
        (0..60).map(|number| (format!("f/raw/v{number}.yaml"), vpc(&format!("v{number}"), ""))).collect();
    let mut files: Vec<(&str, &str)> = objects.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.extend([("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/.gitkeep", "")]);
    let [person, program] = both(&files);
    assert_eq!((person.1, program.1), (Some(0), Some(0)));
    assert_eq!(person, program);
}

#[test]
fn a_path_is_too_deep_however_the_sync_is_told_of() {
    for depth in [2043, 2044, 2045, 2046, 2047] {
        let fabric = vec!["d"; depth].join("/");
        let (manifest, raw) = (format!("{fabric}/.hnp/manifest.yaml"), format!("{fabric}/raw/a.yaml"));
        let [person, program] = both(&[(&manifest, "version: '1.0'\n"), (&raw, &vpc("a", ""))]);
        assert_eq!(person, program, "{depth}");
    }
}
