//! Many runs at once: parts of a list, parts that overlap, and runs that are killed come byte for byte to what one run comes to.
//!
//! `HHGIT_KILLS` asks for more kills.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::site::{MANIFEST, Site};
use crate::support::{hhgit_command, leftovers_in, vpc};

const REPOSITORIES: usize = 16;

fn kills() -> usize {
    std::env::var("HHGIT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// Repositories that differ; in some there is something that goes to unmanaged/.
fn prepared() -> Site {
    let site = Site::new();
    for n in 0..REPOSITORIES {
        let (one, two) = (vpc(&format!("a-{n}"), "1"), vpc(&format!("b-{n}"), "2"));
        let both = format!("{one}---\n{two}");
        let mut files = vec![MANIFEST, ("f/raw/both.yaml", both.as_str())];
        if n % 3 == 0 {
            files.extend([("f/raw/bad.yaml", "kind: [\n"), ("f/raw/note.txt", "x\n")]);
        }
        site.bare(&format!("r-{n}.git"), &files);
    }
    site
}

/// A list of all; every other one is a remote, if that is asked.
fn list(site: &Site, remotes: bool) -> String {
    let line = |(n, name): (usize, String)| match remotes && n % 2 == 1 {
        true => format!("file://{}/{name} main\n", site.dir().display()),
        false => format!("{name}\n"),
    };
    site.names().into_iter().enumerate().map(line).collect()
}

/// What one run over all comes to.
fn by_one(original: &Site) -> String {
    let site = original.copy();
    let ran = site.fleet(&list(&site, false), &[]);
    assert_eq!((ran.code, ran.rows().len()), (Some(0), REPOSITORIES), "{}", ran.stdout);
    site.refs()
}

/// Starts a run over a list that is there.
fn start(site: &Site, args: &[&str]) -> Child {
    let mut command = hhgit_command(site.dir());
    command.args(["fleet", "fleet.txt", "--output", "json"]).args(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for runs, all of which end well.
fn end(runs: Vec<Child>) -> Vec<String> {
    let end = |run: Child| {
        let output = run.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    runs.into_iter().map(end).collect()
}

fn is_sound(site: &Site) {
    for name in site.names() {
        site.git(&["--git-dir", &name, "fsck", "--strict", "--full", "--no-dangling"]);
        assert_eq!(leftovers_in(&site.dir().join(&name)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn parts_at_once_come_to_what_one_run_comes_to_and_none_works_twice() {
    let original = prepared();
    let expected = by_one(&original);
    for (parts, remotes) in [(2, false), (5, true)] {
        let site = original.copy();
        std::fs::write(site.dir().join("fleet.txt"), list(&site, remotes)).unwrap();
        let runs = (0..parts).map(|part| start(&site, &["--shard", &format!("{part}/{parts}")])).collect();
        let said = end(runs).concat();
        assert_eq!(said.matches("\"outcome\":\"committed\"").count(), REPOSITORIES, "{said}");
        assert_eq!(said.matches("\"event\":\"repository\"").count(), REPOSITORIES, "{said}");
        assert_eq!(site.refs(), expected);
        is_sound(&site);
    }
}

#[test]
fn parts_that_overlap_come_to_the_same() {
    let original = prepared();
    let (expected, site) = (by_one(&original), original.copy());
    std::fs::write(site.dir().join("fleet.txt"), list(&site, true)).unwrap();
    let all =
        [&["--shard", "0/2"][..], &["--shard", "0/2"], &["--shard", "1/2"], &["--shard", "1/2"], &["--jobs", "3"], &[]];
    end(all.iter().map(|args| start(&site, args)).collect());
    assert_eq!(site.refs(), expected);
    is_sound(&site);
}

#[test]
fn runs_that_are_killed_and_begun_again_come_to_the_same() {
    let original = prepared();
    let (expected, site) = (by_one(&original), original.copy());
    std::fs::write(site.dir().join("fleet.txt"), list(&site, true)).unwrap();
    let part = |part: usize| format!("{part}/2");
    let record = |part: usize| format!("record-{part}");
    let begin = |number: usize| start(&site, &["--shard", &part(number), "--resume", &record(number), "--jobs", "2"]);
    let mut killed = 0;
    for kill in 0..kills() {
        // Two parts at once, and of each a moment that is a little later every time.
        let mut runs = vec![begin(0), begin(1)];
        let (started, after) = (Instant::now(), Duration::from_millis(5 + 9 * kill as u64));
        // The moment is what is tried here; nothing is expected to have happened by then.
        while started.elapsed() < after {
            std::thread::park_timeout(after.saturating_sub(started.elapsed()));
        }
        for run in &mut runs {
            killed += usize::from(run.try_wait().unwrap().is_none());
            drop(run.kill());
            run.wait().unwrap();
        }
    }
    assert!(killed > 0, "each had ended before");
    // What a killed run's own git still does is over when it lets go of the locks that the last runs wait for.
    end(vec![begin(0), begin(1)]);
    assert_eq!(site.refs(), expected);
    end(vec![begin(0), begin(1)]);
    assert_eq!(site.refs(), expected);
}
