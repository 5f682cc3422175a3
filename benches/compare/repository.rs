//! Bare repositories that are made once and can be brought back to how they were, as often as a run needs it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::run::{git, hhgit, said};
use super::support;

/// Part of the names of what is made, so that what an older benchmark made is not taken for it.
const MAKE: usize = 1;
/// The file that lists what a repository was made with; it is there when all of it is.
const MADE: &str = "made";

/// A bare repository, and what it is brought back to.
pub(crate) struct Repository {
    dir: PathBuf,
    /// Its objects' files.
    objects: BTreeSet<PathBuf>,
    /// Where its branches stand.
    branches: BTreeMap<String, String>,
    /// The trees that were looked at and are right.
    right: RefCell<BTreeSet<String>>,
}

impl Repository {
    /// The repository of this name, which `fill` tells `git fast-import` how to make if it is not there.
    pub(crate) fn named(place: &Path, name: &str, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> Self {
        let dir = place.join(format!("{name}-{MAKE}.git"));
        if !dir.join(MADE).exists() {
            make(&dir, fill).unwrap_or_else(|error| panic!("{} cannot be made: {error}", dir.display()));
        }
        let made = fs::read_to_string(dir.join(MADE)).expect("the list was just made or found");
        let mut repository = Self::at(&dir);
        for line in made.lines() {
            match line.split_once(' ') {
                Some((name, id)) => drop(repository.branches.insert(name.to_owned(), id.to_owned())),
                None => drop(repository.objects.insert(PathBuf::from(line))),
            }
        }
        repository.reset();
        repository
    }

    /// The repository that lies here, made elsewhere.
    pub(crate) fn at(dir: &Path) -> Self {
        let (objects, branches, right) = Default::default();
        Self { dir: dir.to_owned(), objects, branches, right }
    }

    /// Copies what it was made with: its objects, branches and settings.
    pub(crate) fn copy_to(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir.join("refs/heads"))?;
        for file in self.objects.iter().map(PathBuf::as_path).chain(["HEAD", "config"].map(Path::new)) {
            dir.join(file).parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::copy(self.dir.join(file), dir.join(file))?;
        }
        self.branches.iter().try_for_each(|(name, id)| fs::write(dir.join("refs/heads").join(name), format!("{id}\n")))
    }

    /// Where it is.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a branch stands.
    pub(crate) fn tip(&self, branch: &str) -> String {
        said(&mut git(&self.dir, &["rev-parse", "--verify", &format!("refs/heads/{branch}")]))
    }

    /// Brings back branches and objects, and takes away all that hhgit remembers of it.
    pub(crate) fn reset(&self) {
        self.restore();
        self.forget();
    }

    /// Brings back branches and objects.
    pub(crate) fn restore(&self) {
        let mut orders = String::new();
        let there = branches(&self.dir);
        for name in there.keys().filter(|name| !self.branches.contains_key(*name)) {
            orders.push_str(&format!("delete refs/heads/{name}\n"));
        }
        for (name, id) in self.branches.iter().filter(|(name, id)| there.get(*name) != Some(id)) {
            orders.push_str(&format!("update refs/heads/{name} {id}\n"));
        }
        if !orders.is_empty() {
            feed(&self.dir, &["update-ref", "--stdin"], &|out| out.write_all(orders.as_bytes()))
                .expect("git takes references that it gave");
        }
        for file in objects(&self.dir).difference(&self.objects) {
            fs::remove_file(self.dir.join(file)).expect("a file that was just listed can be removed");
        }
    }

    /// Takes away all that hhgit remembers of it.
    pub(crate) fn forget(&self) {
        let remembered = self.dir.join("hhgit");
        if remembered.exists() {
            fs::remove_dir_all(&remembered).expect("what hhgit remembers may be deleted");
        }
    }

    /// From now on it is brought back to how it is now.
    pub(crate) fn keep(&mut self) {
        (self.objects, self.branches) = (objects(&self.dir), branches(&self.dir));
    }

    /// Has the system put its files out of memory; whether the system can.
    pub(crate) fn put_out_of_memory(&self) -> bool {
        let mut all = true;
        for folder in ["", "objects/pack", "hhgit"] {
            let Ok(entries) = fs::read_dir(self.dir.join(folder)) else { continue };
            for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
                all &= put_out_of_memory(&path);
            }
        }
        all
    }

    /// Panics unless a branch has so many objects sorted into managed/ and nothing elsewhere.
    pub(crate) fn assert_sorted(&self, branch: &str, objects: usize) {
        let tree = said(&mut git(&self.dir, &["rev-parse", &format!("refs/heads/{branch}^{{tree}}")]));
        if self.right.borrow().contains(&tree) {
            return;
        }
        let mut list = git(&self.dir, &["ls-tree", "-r", "--name-only", &tree]);
        let mut list = list.stdout(Stdio::piped()).spawn().expect("git was there before");
        let (mut sorted, mut other) = (0, Vec::new());
        for path in BufReader::new(list.stdout.take().expect("its output was asked for")).lines() {
            let path = path.expect("the paths are plain text");
            match path.rsplit_once('/') {
                Some((folder, name)) if name == ".gitkeep" || folder.contains(".hnp") => {}
                Some((folder, _)) if folder.starts_with("managed/") || folder.contains("/managed/") => sorted += 1,
                _ => other.push(path),
            }
        }
        assert!(list.wait().is_ok_and(|status| status.success()), "git lists a tree that it has");
        let few = &other[..other.len().min(3)];
        assert!(
            sorted == objects && other.is_empty(),
            "{branch}: {sorted} of {objects} sorted; {} else: {few:?}",
            other.len()
        );
        self.right.borrow_mut().insert(tree);
    }

    /// Commits a file on top of a commit, as a branch; the commit.
    pub(crate) fn change(&self, branch: &str, base: &str, path: &str, text: &str) -> String {
        feed(&self.dir, &["fast-import", "--quiet", "--force"], &|out| {
            super::corpus::commit(out, branch, None)?;
            writeln!(out, "from {base}")?;
            super::corpus::file(out, path, text)
        })
        .expect("git takes a small commit");
        self.tip(branch)
    }

    /// Commits files on top of a commit, each in a commit of its own or all in one, and keeps that.
    pub(crate) fn grow(
        &mut self,
        branch: &str,
        base: &str,
        each: bool,
        files: &mut dyn Iterator<Item = (String, String)>,
    ) {
        let files: Vec<(String, String)> = files.collect();
        feed(&self.dir, &["fast-import", "--quiet", "--force"], &|out| {
            for (number, (path, text)) in files.iter().enumerate() {
                if number == 0 || each {
                    super::corpus::commit(out, branch, None)?;
                }
                if number == 0 {
                    writeln!(out, "from {base}")?;
                }
                super::corpus::file(out, path, text)?;
            }
            Ok(())
        })
        .expect("git takes plain commits");
        self.keep();
    }

    /// The ids of what lies below raw/ at the root of a branch, a line each in the order of paths, as a file.
    pub(crate) fn ids(&self, branch: &str) -> PathBuf {
        let path = self.dir.join("ids");
        let file = File::create(&path).expect("the repository was just made here");
        let mut list = git(&self.dir, &["ls-tree", "-r", "--format=%(objectname)", branch, "raw/"]);
        let status = list.stdout(file).status().expect("git was there before");
        assert!(status.success(), "git ls-tree ended with {status}");
        path
    }

    /// The bytes of objects that came since it was last kept.
    pub(crate) fn new_bytes(&self) -> u64 {
        let new = objects(&self.dir).difference(&self.objects).cloned().collect::<Vec<_>>();
        new.iter().filter_map(|file| fs::metadata(self.dir.join(file)).ok()).map(|data| data.len()).sum()
    }

    /// Syncs a branch, and from now on it is brought back to that. Whether hhgit is right is looked at.
    pub(crate) fn sync_and_keep(&mut self, branch: &str, objects: usize) {
        super::run::took(&mut hhgit(&self.dir, &["sync", branch]));
        self.assert_sorted(branch, objects);
        self.keep();
    }
}

/// Makes a repository beside its place first, so that half of one is never taken for it.
fn make(dir: &Path, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let half = dir.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    fs::create_dir_all(&half)?;
    said(&mut git(&half, &["init", "--quiet", "--bare", "--initial-branch=identity", "."]));
    feed(&half, &["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"], fill)?;
    let mut made = String::new();
    branches(&half).iter().for_each(|(name, id)| made.push_str(&format!("{name} {id}\n")));
    objects(&half).iter().for_each(|file| made.push_str(&format!("{}\n", file.display())));
    fs::write(half.join(MADE), made)?;
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::rename(&half, dir)
}

/// Runs git with this input, which must succeed.
fn feed(dir: &Path, args: &[&str], fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut child = support::git_command(dir).args(args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut input = BufWriter::with_capacity(1 << 16, child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?);
    let filled = fill(&mut input).and_then(|()| input.flush());
    drop(input);
    let status = child.wait()?;
    filled?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("git {args:?}: {status}"))) }
}

fn branches(dir: &Path) -> BTreeMap<String, String> {
    let list = said(&mut git(dir, &["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads/"]));
    list.lines().filter_map(|line| line.split_once(' ')).map(|(name, id)| (name.to_owned(), id.to_owned())).collect()
}

/// The files below objects/, as paths of the repository.
fn objects(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::from("objects")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(dir.join(&folder)).expect("a folder that was just found").flatten() {
            let path = folder.join(entry.file_name());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    found
}

#[cfg(target_os = "linux")]
fn put_out_of_memory(path: &Path) -> bool {
    // What is not on the disk yet stays in memory.
    let file = File::open(path).and_then(|file| file.sync_all().map(|()| file));
    file.is_ok_and(|file| rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn put_out_of_memory(_path: &Path) -> bool {
    false
}
