//! Lists as people write them, lines that mean nothing, and which part of a list a repository is in.

use super::*;

fn given(text: &[u8]) -> Given {
    Given { name: "fleet.txt".to_owned(), bytes: text.to_vec() }
}

/// What a list is read as: line, address, branch, known by.
fn told(text: &str) -> Vec<(usize, String, Option<String>, String)> {
    let entries = read(&given(text.as_bytes()), false).expect("a good list");
    let branch = |entry: &Entry| entry.branch.as_ref().map(|branch| branch.short().to_owned());
    entries.into_iter().map(|entry| (entry.line, entry.address.clone(), branch(&entry), entry.key)).collect()
}

/// What is said of a list that is refused, line by line.
fn refused(text: &[u8]) -> Vec<String> {
    let Err(error) = read(&given(text), false) else { panic!("{:?} was taken", String::from_utf8_lossy(text)) };
    crate::render::error::words(&error)
}

fn row(line: usize, address: &str, branch: Option<&str>, key: &str) -> (usize, String, Option<String>, String) {
    (line, address.to_owned(), branch.map(str::to_owned), key.to_owned())
}

#[test]
fn a_line_is_a_repository_and_maybe_its_branch() {
    let list = "\u{feff}# all sites\r\n\r\n/srv/git/a.git\r\n  ./b//c/ \t main # the old one\n\
                \"with space\\t\\\"q\\\".git\" refs/heads/x\n\"#odd\"\n";
    let refused = refused(list.as_bytes());
    assert_eq!(refused[1], "fleet.txt:5: what is in double quotes is not text as git quotes it");
    let list = list.replace("\\t", "");
    let expected = vec![
        row(3, "/srv/git/a.git", None, "/srv/git/a.git"),
        row(4, "./b//c/", Some("main"), "b/c"),
        row(5, "with space\"q\".git", Some("x"), "with space\"q\".git"),
        row(6, "#odd", None, "#odd"),
    ];
    assert_eq!(told(&list), expected);
}

#[test]
fn urls_are_known_without_what_one_signs_in_with() {
    let list = "https://me:s3cret@Git.Example.org/A/b.git/\ngit@h:x\nssh://git@h/y main";
    let expected = vec![
        row(1, "https://me:s3cret@Git.Example.org/A/b.git/", None, "https://git.example.org/A/b.git"),
        row(2, "git@h:x", None, "git@h:x"),
        row(3, "ssh://git@h/y", Some("main"), "ssh://git@h/y"),
    ];
    assert_eq!(told(list), expected);
    let entries = read(&given(list.as_bytes()), false).expect("a good list");
    assert_eq!(entries[0].shown(), "https://Git.Example.org/A/b.git/");
}

#[test]
fn every_line_that_means_nothing_is_told_and_none_of_what_it_holds() {
    let list = b"good\n\xff\xfe\n-x\nhttps:/me:s3cret@h/x\next::sh s3cret\na b c\na HEAD\n~/x\n\"open\n\"a\"b\n\x1b[31m\nhttps://\n";
    let expected = [
        "fleet.txt cannot be taken, so nothing was begun: 11 lines of it are wrong",
        "fleet.txt:2: it is not UTF-8; write other bytes as \"\\ooo\"",
        "fleet.txt:3: the repository can be none: it starts with a dash, as an option does",
        "fleet.txt:4: a URL is https:// and what follows",
        "fleet.txt:5: the repository can be none: it would run a program that it names itself",
        "fleet.txt:6: it holds more than a repository and a branch; put a name with spaces into double quotes",
        "fleet.txt:7: the second word can be no branch",
        "fleet.txt:8: a path is taken as it is written, without ~; write it out",
        "fleet.txt:9: a double quote opens and does not close",
        "fleet.txt:10: a word goes on behind its double quote",
        "fleet.txt:11: it holds a control character, or one that nobody sees",
        "fleet.txt:12: a URL is https:// and what follows",
    ];
    assert_eq!(refused(list), expected);
}

#[test]
fn a_list_of_a_thousand_wrong_lines_is_told_by_its_first() {
    let said = refused("-x\n".repeat(1000).as_bytes());
    assert_eq!((said.len(), said[21].as_str()), (22, "fleet.txt:21: and 980 from here on"));
}

#[test]
fn the_same_twice_is_refused_however_it_is_spelt_and_another_branch_is_another() {
    for (one, other) in [
        ("a/b", "./a//b/"),
        ("https://h/x", "HTTPS://me:s3cret@H/x/"),
        ("a main", "a refs/heads/main"),
        ("a # one", "\"a\""),
    ] {
        let said = refused(format!("# list\n{one}\n{other}\n").as_bytes());
        assert_eq!(said[1], "fleet.txt:3: line 2 names the same; take one of them out", "{one} {other}");
    }
    assert_eq!(told("a\na main\na dev\n/a\nb\n").len(), 5);
}

#[test]
fn a_list_that_names_nothing_is_refused() {
    for empty in ["", "\n\n", "# a\n  # b"] {
        assert_eq!(refused(empty.as_bytes()), ["fleet.txt names no repository; write one a line, a path or a URL"]);
    }
}

#[test]
fn nothing_is_proposed_to_a_path() {
    let error = read(&given(b"https://h/x\na.git\n"), true).expect_err("a path is in it");
    let said = crate::render::error::words(&error);
    assert_eq!(said[1], "fleet.txt:2: nothing can be proposed to a path; name its URL, or leave --propose away");
}

/// The part that each of these is in, of so many.
fn parts(list: &str, of: u32) -> Vec<Vec<String>> {
    let entries = read(&given(list.as_bytes()), false).expect("a good list");
    let shard = |index| Shard::parse(&format!("{index}/{of}")).expect("a shard");
    let part =
        |index| entries.iter().filter(|entry| entry.is_in(shard(index))).map(|entry| entry.key.clone()).collect();
    (0..of).map(part).collect()
}

#[test]
fn shards_are_a_partition_and_a_list_that_grows_moves_none() {
    let list = |count: usize| (0..count).map(|n| format!("https://h/{n}.git\n")).collect::<String>();
    for of in [1, 2, 3, 4, 7, 64] {
        let (small, large) = (parts(&list(200), of), parts(&list(1000), of));
        let mut all: Vec<&String> = large.iter().flatten().collect();
        all.sort();
        all.dedup();
        assert_eq!((all.len(), large.iter().map(Vec::len).sum::<usize>()), (1000, 1000), "{of}");
        for (before, after) in small.iter().zip(&large) {
            assert!(before.iter().all(|one| after.contains(one)), "{of}");
        }
        // Nobody gets much more than the others: a fair share, and what chance adds.
        let fair = 1000 / of as usize;
        assert!(large.iter().all(|part| part.len() < fair + 4 * fair.isqrt() + 4), "{of}");
    }
}

#[test]
fn a_repository_is_in_the_part_that_its_digest_says_on_any_machine() {
    // printf %s https://h/0.git | sha256sum, its first 16 digits as a number, modulo 4.
    let part = |list: &str| parts(list, 4).iter().position(|part| !part.is_empty());
    assert_eq!(part("https://h/0.git"), Some(3));
    assert_eq!(part("https://me:s3cret@h/0.git/ main"), part("https://h/0.git"));
}
