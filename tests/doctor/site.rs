//! Repositories in which all is well, until a case makes something wrong, and what the binary says of them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::server::MANIFEST;
use crate::support::{Ended, NOW, TempRepo, hhgit, hhgit_command, run, sealed, vpc};

/// A repository, and what the environment of the run has besides.
pub(crate) struct Site {
    repo: TempRepo,
    env: Vec<(&'static str, String)>,
    unset: Vec<&'static str>,
}

impl Site {
    /// A bare repository with hooks in place, a fabric without anything to sort, and settings as they should be.
    pub(crate) fn server() -> Self {
        let site = Self::without_hooks();
        assert_eq!(hhgit(site.repo(), &["hook", "install"]).code, Some(0));
        site
    }

    /// The same without hooks.
    pub(crate) fn without_hooks() -> Self {
        let site = Self::empty(TempRepo::bare());
        site.repo.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST), ("f/managed/vpcs/web.yaml", &vpc("web", "1"))]);
        site
    }

    /// The same without a commit.
    pub(crate) fn born() -> Self {
        let site = Self::empty(TempRepo::bare());
        assert_eq!(hhgit(site.repo(), &["hook", "install"]).code, Some(0));
        site
    }

    fn empty(repo: TempRepo) -> Self {
        for (key, value) in
            [("receive.denyNonFastForwards", "true"), ("receive.fsckObjects", "true"), ("receive.maxInputSize", "256m")]
        {
            repo.git(&["config", key, value]);
        }
        Self { repo, env: Vec::new(), unset: Vec::new() }
    }

    /// A repository with a work tree, somebody's name, and a fabric without anything to sort.
    pub(crate) fn clone() -> Self {
        let repo = TempRepo::work_tree();
        repo.git(&["config", "user.name", "Ann"]);
        repo.git(&["config", "user.email", "ann@example.com"]);
        repo.commit_all(&[("f/.hnp/manifest.yaml", MANIFEST), ("f/managed/vpcs/web.yaml", &vpc("web", "1"))]);
        Self { repo, env: Vec::new(), unset: Vec::new() }
    }

    /// Any repository.
    pub(crate) fn of(repo: TempRepo) -> Self {
        Self { repo, env: Vec::new(), unset: Vec::new() }
    }

    pub(crate) fn repo(&self) -> &Path {
        self.repo.dir()
    }

    pub(crate) fn git_dir(&self) -> PathBuf {
        self.repo.git_dir()
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.repo.beside(name)
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.repo.git(args)
    }

    /// Runs git beside the repository, which may not be there.
    pub(crate) fn git_beside(&self, args: &[&str]) -> String {
        self.repo.git_in(&self.beside(""), args)
    }

    /// A file in the work tree.
    pub(crate) fn put(&self, path: &str, text: &str) {
        self.repo.put(path, text);
    }

    /// Without something that the environment of tests has.
    pub(crate) fn without(mut self, key: &'static str) -> Self {
        self.unset.push(key);
        self
    }

    pub(crate) fn commit(&self, files: &[(&str, &str)]) {
        self.repo.commit("main", files);
    }

    /// A setting.
    pub(crate) fn with(self, key: &str, value: &str) -> Self {
        self.git(&["config", key, value]);
        self
    }

    /// Something in the environment of the run.
    pub(crate) fn env(mut self, key: &'static str, value: String) -> Self {
        self.env.push((key, value));
        self
    }

    /// A file in the git directory.
    pub(crate) fn add_file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.git_dir().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A pipe in the git directory, which nobody writes to, in the place of what is there.
    pub(crate) fn pipe(&self, path: &str) {
        let path = self.add_file(path, "");
        std::fs::remove_file(&path).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    }

    /// A file in the git directory, with this mode, that was last changed so many seconds ago.
    pub(crate) fn old_file(self, path: &str, text: &str, mode: u32, ago: u64) -> Self {
        let path = self.add_file(path, text);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(ago)).unwrap();
        self
    }

    /// Changes a hook's text and mode.
    pub(crate) fn hook(self, name: &str, mode: u32, change: impl Fn(&str) -> String) -> Self {
        let path = self.git_dir().join("hooks").join(name);
        let text = change(&std::fs::read_to_string(&path).unwrap_or_default());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        self
    }

    /// A program on a PATH of its own.
    pub(crate) fn program(self, name: &str, script: &str) -> Self {
        let folder = self.beside("bin");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        let path = folder.display().to_string();
        self.env("PATH", path)
    }

    /// What a shell makes of a command, with this hhgit on the PATH and what the run has.
    pub(crate) fn shell(&self, command: &str) -> Ended {
        let program = Path::new(env!("CARGO_BIN_EXE_hhgit")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut shell = sealed("bash", self.beside("").as_path());
        shell
            .env("PATH", path)
            .envs(self.env.iter().filter(|(key, _)| *key != "PATH").map(|(key, value)| (key, value)));
        self.unset.iter().for_each(|key| {
            shell.env_remove(key);
        });
        run(shell.args(["-c", command]))
    }

    fn command(&self) -> Command {
        let mut command = hhgit_command(self.repo());
        self.env.iter().for_each(|(key, value)| {
            command.env(key, value);
        });
        self.unset.iter().for_each(|key| {
            command.env_remove(key);
        });
        command
    }

    /// What the doctor says.
    pub(crate) fn doctor(&self, args: &[&str]) -> Ended {
        run(self.command().arg("doctor").args(args))
    }

    /// A text without what is different each time: where the repository and the program are, git's version, and moments.
    pub(crate) fn plain(&self, text: &str) -> String {
        let (dir, beside) = (self.repo().display().to_string(), self.beside("").display().to_string());
        let version = self.git(&["version"]).replace("git version ", "");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let ahead = (crate::cases::FUTURE - i64::try_from(now).unwrap()) / 86_400;
        let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(self.repo()).unwrap());
        text.replace(&dir, "REPO")
            .replace(&beside, "BESIDE/")
            .replace(env!("CARGO_BIN_EXE_hhgit"), "HHGIT")
            .replace(&format!("git {version}"), "git VERSION")
            .replace(&format!("{ahead} days"), "MANY days")
            .replace(&format!("user {owner}"), "user OWNER")
            .replace(&format!("chown -R {owner}"), "chown -R OWNER")
            .replace(&format!("known/{owner}"), "known/OWNER")
            .replace(&NOW.to_string(), "NOW")
    }
}
