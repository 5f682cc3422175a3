//! One changed file where all else is as it was at the last sync: a sync of what was pushed, and a check of a range.

use std::fs;

use super::Asked;
use super::checks::assert_looks;
use super::corpus::{self, Corpus, LEVELS};
use super::first::two;
use super::million::{Cold, fabrics, lines};
use super::repository::Repository;
use super::run::{Took, Turn, by_turns, ended, fed, git, hhgit, said, took};
use super::support::NOW;
use super::table::{Goal, Line, number};

/// The branch that is synced.
const BRANCH: &str = LEVELS[0];
/// The branch that has the changed file in managed/ already.
const OTHER: &str = "other";

/// What one changed file costs: hhgit's sync and check of a range beside git's own start, and the sync beside git's writing of the same.
pub(crate) fn change(asked: &Asked, corpus: Corpus, repository: &Repository) -> Vec<Line> {
    repository.reset();
    let base = repository.tip(BRANCH);
    let wrong = format!("{}managed/servers/server-wrong.yaml", corpus.fabric(corpus.fabrics / 2));
    assert_looks(repository, &base, &wrong, &["check", "--level", "schema", "RANGE"]);
    let servers = (0..7).map(|number| a_server(repository, &base, corpus, number)).collect();
    let changes = Changes { repository, base, servers };
    let words =
        |what: &str| format!("{what} after one changed file of {} in {}", number(corpus.files), fabrics(corpus));
    changes.remember();
    let mut all = lines(asked, repository, (&words("sync"), 5.0), &|cold| changes.sync(cold));
    changes.remember();
    // The first check of a fabric remembers what its objects name; later ones of the same base are what is measured.
    let mut once = changes.check(Cold::Warm);
    for round in 0..changes.servers.len() {
        once(round);
    }
    drop(once);
    all.extend(lines(asked, repository, (&words("check OLD..NEW"), 5.0), &|cold| changes.check(cold)));
    let [ours, theirs] = two(by_turns(asked.rounds(15), vec![changes.sync(Cold::Warm), changes.by_git()]));
    let beside = "`git fast-import` of the same, synced to disk".to_owned();
    all.push(Line { work: words("sync"), beside, goal: Goal::None, ours, theirs });
    all
}

/// A repository that was synced, and what changes in it.
struct Changes<'a> {
    repository: &'a Repository,
    /// The commit of the sync.
    base: String,
    /// Servers' files in managed/.
    servers: Vec<String>,
}

impl Changes<'_> {
    /// Has hhgit look at all of it once, so that it can remember; the objects break rules between them, which does not matter here.
    fn remember(&self) {
        self.repository.restore();
        let (_, code, said) = ended(&mut hhgit(self.repository.dir(), &["check", BRANCH]));
        assert!(code.is_some_and(|code| code < 2), "{said}");
    }

    /// Pushes a change onto a branch, another each round. What is remembered is the base's, or nothing. The server's files: where
    /// it was pushed, and where it belongs.
    fn push(&self, round: usize, branch: &str, cold: Cold) -> (String, String) {
        self.repository.restore();
        said(&mut hhgit(self.repository.dir(), &["sync", BRANCH]));
        let server = &self.servers[round % self.servers.len()];
        let (fabric, file) = server.split_once("managed/servers/").expect("servers are listed there");
        let text = corpus::described(file.trim_end_matches(".yaml"), &format!("changed {round}"));
        let path = if branch == BRANCH { format!("{fabric}raw/{file}") } else { server.clone() };
        self.repository.change(branch, &self.base, &path, &text);
        cold.prepare(self.repository);
        (path, server.clone())
    }

    /// hhgit syncs it.
    fn sync(&self, cold: Cold) -> Turn<'_> {
        Box::new(move |round| {
            let (_, server) = self.push(round, BRANCH, cold);
            self.sorted(&server, || took(&mut hhgit(self.repository.dir(), &["sync", BRANCH])))
        })
    }

    /// git, told what to do, moves the file to its place, in a commit and a pack that are synced to disk.
    fn by_git(&self) -> Turn<'_> {
        Box::new(move |round| {
            let (raw, server) = self.push(round, BRANCH, Cold::Warm);
            let (dir, orders) = (self.repository.dir(), self.repository.dir().join("orders"));
            let head =
                format!("commit refs/heads/{BRANCH}\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\nsort\n");
            let text = format!("{head}from refs/heads/{BRANCH}^0\nR {raw} {server}\n");
            fs::write(&orders, text).expect("the repository was made here");
            let import = ["-c", "core.fsync=all", "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"];
            self.sorted(&server, || took(&mut fed(git(dir, &import), &orders)))
        })
    }

    /// Does it, and looks whether the change is in its place.
    fn sorted(&self, server: &str, it: impl FnOnce() -> Took) -> Took {
        let took = it();
        let changed = said(&mut git(self.repository.dir(), &["diff", "--name-only", &self.base, BRANCH]));
        assert_eq!(changed, server, "the change was brought to its place");
        took
    }

    /// hhgit checks it, pushed to its place.
    fn check(&self, cold: Cold) -> Turn<'_> {
        Box::new(move |round| {
            self.push(round, OTHER, cold);
            took(&mut hhgit(self.repository.dir(), &["check", &format!("{}..{OTHER}", self.base)]))
        })
    }
}

/// A server's file in managed/ in one of the fabrics.
fn a_server(repository: &Repository, base: &str, corpus: Corpus, number: usize) -> String {
    let fabric = corpus.fabric(number * 37 % corpus.fabrics);
    let folder = format!("{fabric}managed/servers/");
    let list = said(&mut git(repository.dir(), &["ls-tree", "--name-only", base, &folder]));
    let servers: Vec<&str> = list.lines().filter(|path| path.ends_with(".yaml")).collect();
    servers[(number * 11 + 3) % servers.len()].to_owned()
}
