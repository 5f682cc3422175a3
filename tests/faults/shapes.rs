//! The repositories on which a sync is made to fail: small ones, of every shape that takes another way through the code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ended, NOW, TempRepo, git_command, hhgit_command, run, sealed, vpc};
use crate::trace::{Ask, Call, alike};

/// A repository, and what undisturbed runs make of it.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) temp: TempRepo,
    args: &'static [&'static str],
    /// Where the branch is before and after, and which hooks there are.
    pub(crate) tips: [String; 2],
    /// What the first and the second undisturbed run come to.
    runs: [Run; 2],
}

/// What an undisturbed run comes to.
struct Run {
    code: Option<i32>,
    tip: String,
    /// What lies in the git directory after it, and after `git gc` besides.
    listings: [Vec<String>; 2],
}

/// Who makes the commits that a person asks for, and when.
pub(crate) fn person() -> Vec<(String, String)> {
    let of = |role: &str| {
        [("NAME", "Tester".to_owned()), ("EMAIL", "tester@localhost".to_owned()), ("DATE", format!("@{NOW} +0000"))]
            .map(|(what, value)| (format!("GIT_{role}_{what}"), value))
    };
    [of("AUTHOR"), of("COMMITTER")].concat()
}

impl Shape {
    fn of(name: &'static str, temp: TempRepo, args: &'static [&'static str]) -> Self {
        let repo = temp.beside("undisturbed");
        copy(temp.dir(), &repo);
        let before = tip(&repo);
        let run = || {
            let ended = undisturbed(&repo, args);
            let tip = tip(&repo);
            let collected = temp.beside("collected");
            copy(&repo, &collected);
            sync_after(&collected, args);
            let plain = listing(&collected);
            gc(&collected).unwrap();
            (Run { code: ended.code, tip, listings: [plain, listing(&collected)] }, ended)
        };
        let (first, ended) = run();
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
        let tips = [before, first.tip.clone()];
        Self { name, tips, runs: [first, run().0], args, temp }
    }

    /// Whether it says on its standard output what went wrong, and goes on: with what it keeps beside, once the branch has moved.
    pub(crate) fn tells_by_lines(&self) -> bool {
        ["fleet", "watch"].contains(&self.args[0])
    }

    /// What the binary is run with on a copy.
    pub(crate) fn ask<'a>(&self, dir: &'a Path, beside: &'a Path, library: Option<&'a Path>) -> Ask<'a> {
        Ask { dir, beside, library, args: self.args }
    }

    /// A fresh copy, and the requests of an undisturbed run on it.
    pub(crate) fn record(&self, library: Option<&Path>, whole: bool) -> (PathBuf, Vec<Call>) {
        let beside = self.temp.beside("recorded");
        std::fs::create_dir(&beside).unwrap();
        let repo = beside.join("repo");
        copy(self.temp.dir(), &repo);
        let calls = self.ask(&repo, &beside, library).record(whole);
        (repo, calls)
    }

    /// What is not as it must be with a copy that a run was disturbed on, nor after the next run, which is not.
    pub(crate) fn unsound(&self, repo: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        wrong.extend(fsck(repo).err());
        let wanted = &self.runs[usize::from(tip(repo) == self.tips[1])];
        let next = undisturbed(repo, self.args);
        if next.code != wanted.code || tip(repo) != wanted.tip {
            wrong.push(format!("the next run ended with {:?} at {}: {}", next.code, tip(repo), next.stderr));
        }
        wrong.extend(fsck(repo).err().map(|words| format!("after the next run: {words}")));
        sync_after(repo, self.args);
        let left = wanted.what_is_too_much(repo);
        if !left.is_empty() {
            wrong.push(format!("left or missing after the next run and gc: {left:?}"));
        }
        wrong
    }
}

impl Run {
    /// What lies in a copy of the repository once the next run has ended, but for what git itself collects: that is collected.
    fn what_is_too_much(&self, repo: &Path) -> Vec<String> {
        let found = listing(repo);
        if found == self.listings[0] {
            return Vec::new();
        }
        if let Err(words) = gc(repo) {
            return vec![words];
        }
        let (found, wanted): (BTreeSet<_>, BTreeSet<_>) =
            (listing(repo).into_iter().collect(), self.listings[1].iter().cloned().collect());
        found.symmetric_difference(&wanted).cloned().collect()
    }
}

/// What dead runs left goes with the next sync, where the run itself is of another kind.
fn sync_after(repo: &Path, args: &[&str]) {
    if args[0] != "sync" {
        undisturbed(repo, &["sync", "--threads", "1"]);
    }
}

fn undisturbed(repo: &Path, args: &[&str]) -> Ended {
    run(hhgit_command(repo).args(args).envs(person()))
}

fn gc(repo: &Path) -> Result<(), String> {
    let ended = run(git_command(repo).args(["-c", "pack.threads=1", "gc", "--quiet", "--prune=now"]));
    if ended.code == Some(0) { Ok(()) } else { Err(format!("git gc failed: {}", ended.stderr)) }
}

/// Copies a folder with all that is in it, times included.
pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

/// Where the branch is, and which hooks there are.
pub(crate) fn tip(repo: &Path) -> String {
    let at = run(git_command(repo).args(["rev-parse", "refs/heads/main"])).stdout.trim_end().to_owned();
    let hooks = std::fs::read_dir(git_dir(repo).join("hooks")).into_iter().flatten().flatten().map(|hook| hook.path());
    let is_hook = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !name.starts_with('.') && !name.ends_with(".sample")
    };
    let mut hooks: Vec<String> = hooks
        .filter(is_hook)
        .map(|hook| format!(" {}: {:?}", hook.display(), std::fs::read(&hook).unwrap().len()))
        .collect();
    hooks.sort();
    let place = repo.display().to_string();
    at + &hooks.concat().replace(&place, "")
}

/// The git directory of a repository.
pub(crate) fn git_dir(repo: &Path) -> PathBuf {
    let inside = repo.join(".git");
    if inside.is_dir() { inside } else { repo.to_owned() }
}

/// Every path in the git directory, names that are drawn by chance made alike; of what hhgit remembers only what is not
/// whole, since it may be remembered or not.
fn listing(repo: &Path) -> Vec<String> {
    let root = git_dir(repo);
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.starts_with("hhgit/") && !name.contains(".tmp") && !name.ends_with(".unfinished") {
                continue;
            }
            found.push(name);
        }
    }
    // Git's packs are named after what is in them; hhgit's are not.
    let has_been_collected =
        found.iter().any(|name| name == "objects/info/commit-graph" || name == "objects/info/packs");
    let mut found: Vec<String> =
        found.iter().map(|name| if has_been_collected { name.clone() } else { alike(name) }).collect();
    found
        .retain(|name| !matches!(name.as_str(), "gc.log") && !name.starts_with("hhgit") || name.contains("unfinished"));
    found.sort();
    found
}

const FILES: [(&str, &str); 5] = [
    ("raw/note.txt", "a note\n"),
    ("raw/.gitkeep", ""),
    (".hnp/manifest.yaml", "version: '1.0'\n"),
    ("other/file", "other\n"),
    ("raw/bad.yaml", "kind: [\n"),
];

fn documents() -> Vec<(String, String)> {
    let two = format!("{}---\n{}", vpc("b", "y"), vpc("c", "z"));
    let mut files = vec![("raw/a.yaml".to_owned(), vpc("a", "x")), ("raw/two.yaml".to_owned(), two)];
    files.extend(FILES.map(|(path, text)| (path.to_owned(), text.to_owned())));
    files
}

fn filled(temp: &TempRepo) {
    let documents = documents();
    let files: Vec<(&str, &str)> = documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    temp.commit("main", &files);
}

/// Loose objects and a loose ref.
pub(crate) fn bare() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    Shape::of("bare", temp, &["sync", "--threads", "1"])
}

/// Packed objects, packed refs, a reflog, and no folder for packs but git's own.
pub(crate) fn packed() -> Shape {
    let temp = TempRepo::bare();
    temp.git(&["config", "core.logAllRefUpdates", "always"]);
    filled(&temp);
    temp.git(&["update-ref", "refs/heads/deep/below/branch", "main"]);
    temp.git(&["gc", "--quiet"]);
    temp.git(&["pack-refs", "--all"]);
    Shape::of("packed", temp, &["sync", "--threads", "1"])
}

/// SHA-256, shared with a group, and a branch that HEAD does not name.
pub(crate) fn sha256() -> Shape {
    let temp = TempRepo::init(&["--bare", "--object-format=sha256", "--shared=group"]);
    filled(&temp);
    temp.git(&["symbolic-ref", "HEAD", "refs/heads/other"]);
    std::fs::remove_dir(temp.dir().join("objects/pack")).unwrap();
    Shape::of("sha256", temp, &["sync", "main", "--threads", "1"])
}

fn checked_out() -> TempRepo {
    let temp = TempRepo::work_tree();
    let documents = documents();
    let files: Vec<(&str, &str)> = documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    temp.commit_all(&files);
    temp
}

/// A branch that is checked out.
pub(crate) fn work_tree() -> Shape {
    Shape::of("work tree", checked_out(), &["sync", "--threads", "1"])
}

/// A hook that is to be put in place.
pub(crate) fn hook() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    Shape::of("hook install", temp, &["hook", "install"])
}

/// The hooks of a clone that are to be put in place.
pub(crate) fn own_hooks() -> Shape {
    Shape::of("hook install in a clone", checked_out(), &["hook", "install"])
}

/// A sync that is to be taken back.
pub(crate) fn undo() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    let ended = undisturbed(temp.dir(), &["sync"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    Shape::of("undo", temp, &["undo"])
}

/// A fabric directory that is to be made.
pub(crate) fn init() -> Shape {
    let temp = TempRepo::bare();
    temp.commit("main", &[("other/file", "other\n"), ("new/loose.yaml", &vpc("a", "x"))]);
    Shape::of("init", temp, &["init", "--yes", "new"])
}

/// Objects that are to be brought in.
pub(crate) fn import() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    std::fs::write(temp.dir().join("objects.yaml"), vpc("d", "w")).unwrap();
    Shape::of("import", temp, &["import", "objects.yaml"])
}

/// A sync by the clock that is to be switched on.
pub(crate) fn schedule() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    Shape::of("schedule", temp, &["schedule", "enable"])
}

/// A list of one repository, and a record of how far it was gone through.
pub(crate) fn fleet() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    std::fs::write(temp.dir().join("list"), ".\n").unwrap();
    Shape::of("fleet", temp, &["fleet", "list", "--resume", "record"])
}

/// A round of a watch, and the file that tells how it went.
pub(crate) fn watch() -> Shape {
    let temp = TempRepo::bare();
    filled(&temp);
    Shape::of("watch", temp, &["watch", "--once", "--sync", "--health", "health"])
}

/// Whether git finds nothing wrong; what it says else.
pub(crate) fn fsck(repo: &Path) -> Result<(), String> {
    let ended = run(git_command(repo).args(["fsck", "--strict", "--full", "--no-dangling"]));
    let is_sound = ended.code == Some(0) && ended.stdout.is_empty();
    if is_sound { Ok(()) } else { Err(format!("fsck: {:?} {}{}", ended.code, ended.stdout, ended.stderr)) }
}

/// The lines of reflogs that are no whole lines, as git would pass over in silence.
pub(crate) fn broken_reflogs(repo: &Path) -> Vec<String> {
    let dir = git_dir(repo).join("logs");
    let is_id = |word: Option<&str>| word.is_some_and(|word| [40, 64].contains(&word.len()));
    let is_whole = |line: &&str| {
        let mut words = line.split(' ');
        is_id(words.next()) && is_id(words.next()) && line.matches('\t').count() <= 1
    };
    let read = |log: &str| std::fs::read_to_string(dir.join(log)).unwrap_or_default();
    let text = ["HEAD", "refs/heads/main"].map(read).concat();
    text.lines().filter(|line| !is_whole(line)).map(str::to_owned).collect()
}

/// What git status says of a work tree; nothing for a bare repository.
pub(crate) fn status(repo: &Path) -> String {
    if !repo.join(".git").is_dir() {
        return String::new();
    }
    run(sealed("git", repo).args(["status", "--porcelain"])).stdout
}
