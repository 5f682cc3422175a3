//! A push whose judging fails or is killed at any request: what must not pass never does, and what hhgit remembers stands in
//! nobody's way.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::inject::{Case, Fault, cases};
use crate::shapes::{copy, fsck, tip};
use crate::support::server::{Server, vpc, vpc_path};
use crate::support::{Ended, git_command, run};
use crate::trace::{Call, parse, watched};

/// A server that remembers what it has judged, and two pushes that are to come.
pub(crate) struct Pushes {
    pub(crate) server: Server,
    library: PathBuf,
}

/// More requests of a kind than a thread makes.
const APART: usize = 150;

/// What the pusher pushes: what passes, and what does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Push {
    Good,
    Bad,
}

impl Push {
    fn branch(self) -> &'static str {
        match self {
            Self::Good => "good:main",
            Self::Bad => "bad:main",
        }
    }
}

impl Pushes {
    pub(crate) fn new(library: PathBuf) -> Self {
        let server = Server::with_fabric();
        // Under strace all takes its time.
        server.config("hhgit.timeBudget", "10m");
        server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
        assert_eq!(server.push(&["main"]).code, Some(0));
        let tip = server.pusher.tip("main").unwrap().to_string();
        for (branch, number, vlan) in [("good", 3, "1003"), ("bad", 9, "1001")] {
            server.pusher.git(&["branch", "--force", branch, &tip]);
            server.commit(branch, &[(&vpc_path(number), &vpc(number, vlan))]);
        }
        Self { server, library }
    }

    /// A copy of the server in a folder of its own, whose hook is run under strace with these options, or plainly.
    fn copy(&self, beside: &Path, options: Option<&[String]>) -> PathBuf {
        let repo = beside.join("repo");
        copy(self.server.repo.dir(), &repo);
        let hhgit = env!("CARGO_BIN_EXE_hhgit");
        let script = match options {
            None => format!("#!/bin/sh\nexec '{hhgit}' hook pre-receive\n"),
            Some(options) => format!(
                "#!/bin/sh\nexec strace -f -qq -y -o '{}' -e trace={} -E LD_PRELOAD='{}' -E APART={APART} {} '{hhgit}' hook pre-receive\n",
                beside.join("log").display(),
                watched(),
                self.library.display(),
                options.join(" ")
            ),
        };
        let hook = repo.join("hooks/pre-receive");
        std::fs::write(&hook, script).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        repo
    }

    fn push(&self, repo: &Path, beside: &Path, push: Push) -> Ended {
        let temp = beside.join("tmp");
        std::fs::create_dir_all(&temp).unwrap();
        let mut command = git_command(self.server.pusher.dir());
        run(command.arg("push").arg(repo).arg(push.branch()).env("TMPDIR", temp))
    }

    /// Every step of the hook in an undisturbed push, with all that can befall it.
    pub(crate) fn cases(&self, push: Push) -> Vec<Case> {
        let beside = self.server.repo.beside(&format!("recorded-{push:?}"));
        std::fs::create_dir(&beside).unwrap();
        let repo = self.copy(&beside, Some(&[]));
        let ended = self.push(&repo, &beside, push);
        assert_eq!(ended.code, Some(i32::from(push == Push::Bad)), "{}", ended.stderr);
        let calls: Vec<Call> = parse(&std::fs::read_to_string(beside.join("log")).unwrap());
        cases(&calls, &repo, true)
    }

    /// Pushes with the fault, and answers all that is not as it must be.
    pub(crate) fn run(&self, push: Push, case: &Case, beside: &Path) -> Vec<String> {
        let repo = self.copy(beside, Some(&case.words_for_strace()));
        let before = tip(&repo);
        let ended = self.push(&repo, beside, push);
        let has_passed = tip(&repo) != before;
        let log = std::fs::read_to_string(beside.join("log")).unwrap();
        let mut wrong: Vec<String> = case.did_not_happen(&parse(&log), &repo).into_iter().collect();
        if has_passed != (ended.code == Some(0)) {
            wrong.push(format!("the push ended with {:?}, and has passed: {has_passed}", ended.code));
        }
        if has_passed && push == Push::Bad {
            wrong.push("what must not pass has passed".to_owned());
        }
        let is_remembering =
            case.is_below("/hhgit") && matches!(case.fault, Fault::Once(_) | Fault::Short | Fault::Full);
        if !has_passed && push == Push::Good && is_remembering {
            wrong.push("what is remembered has stood in the way".to_owned());
        }
        for sign in ["panicked", "defect of hhgit", "Os {", "Error {"] {
            if ended.stderr.contains(sign) {
                wrong.push(format!("it said {sign}"));
            }
        }
        wrong.extend(fsck(&repo).err());
        wrong.extend(self.next(&repo, beside));
        if !wrong.is_empty() {
            wrong.push(format!("the push said {}", ended.stderr));
        }
        wrong
    }

    /// What is wrong with the pushes that come after, with nothing to disturb them.
    fn next(&self, repo: &Path, beside: &Path) -> Vec<String> {
        let hook = repo.join("hooks/pre-receive");
        std::fs::write(&hook, format!("#!/bin/sh\nexec '{}' hook pre-receive\n", env!("CARGO_BIN_EXE_hhgit"))).unwrap();
        let mut wrong = Vec::new();
        let good = self.push(repo, beside, Push::Good);
        if good.code != Some(0) {
            wrong.push(format!("the next good push was refused: {}", good.stderr));
        }
        let mut force = git_command(self.server.pusher.dir());
        let bad =
            run(force.args(["push", "--force"]).arg(repo).arg(Push::Bad.branch()).env("TMPDIR", beside.join("tmp")));
        if bad.code == Some(0) {
            wrong.push("the next bad push has passed".to_owned());
        }
        wrong
    }
}
