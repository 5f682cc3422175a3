//! A repository at a forge, whose main branch takes no pushes, and bots that propose there.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses its own part of this; a test may unwrap"
)]

use std::path::PathBuf;
use std::process::Command;

use crate::forge::{Forge, Kind, NAME, TOKEN};
use crate::support::{Ended, TempRepo, hhgit, hhgit_command, run, vpc};

pub const MANIFEST: &str = "version: '1.0'\n";
pub const ALL: [Kind; 3] = [Kind::GitHub, Kind::GitLab, Kind::Gitea];
/// What a CI may set; nothing of the machine's own CI may reach a test.
pub const VARIABLES: [&str; 15] = [
    "GITHUB_SERVER_URL",
    "GITHUB_API_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_TOKEN",
    "GITEA_ACTIONS",
    "FORGEJO_ACTIONS",
    "GITEA_TOKEN",
    "FORGEJO_TOKEN",
    "CI_SERVER_URL",
    "CI_SERVER_HOST",
    "CI_API_V4_URL",
    "CI_PROJECT_PATH",
    "CI_JOB_TOKEN",
    "GITLAB_TOKEN",
    "HHGIT_TOKEN",
];

/// A repository at a forge, whose main branch takes no pushes.
pub struct Site {
    pub temp: TempRepo,
    pub forge: Forge,
}

impl Site {
    pub fn new(kind: Kind) -> Self {
        let temp = TempRepo::bare();
        temp.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/a.yaml", &vpc("a", "x"))]);
        let hook = "#!/bin/sh\nwhile read -r old new ref; do\n  [ \"$ref\" != refs/heads/main ] || { echo protected >&2; exit 1; }\ndone\n";
        std::fs::create_dir_all(temp.dir().join("hooks")).unwrap();
        let path = temp.dir().join("hooks/pre-receive");
        std::fs::write(&path, hook).unwrap();
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let forge = Forge::around(kind, temp.dir());
        Self { temp, forge }
    }

    /// A bot in a directory that is in no repository, in the forge's own CI, without a token.
    pub fn bot_without_token(&self) -> Command {
        let dir = self.temp.beside("nowhere");
        std::fs::create_dir_all(&dir).unwrap();
        let mut command = hhgit_command(&dir);
        for name in VARIABLES {
            command.env_remove(name);
        }
        let kind = self.forge.state().kind;
        let (server, api) = (self.forge.server(), self.forge.api());
        match kind {
            Kind::GitHub | Kind::Gitea => {
                command.env("GITHUB_SERVER_URL", server).env("GITHUB_API_URL", api).env("GITHUB_REPOSITORY", NAME);
                if kind == Kind::Gitea {
                    command.env("GITEA_ACTIONS", "true");
                }
            }
            Kind::GitLab => {
                command.env("CI_SERVER_URL", server).env("CI_API_V4_URL", api).env("CI_PROJECT_PATH", NAME);
            }
        }
        command.args(["sync", "--propose", "--remote"]).arg(self.url());
        command
    }

    pub fn bot(&self) -> Command {
        let mut command = self.bot_without_token();
        let variable = match self.forge.state().kind {
            Kind::GitHub => "GITHUB_TOKEN",
            Kind::GitLab => "GITLAB_TOKEN",
            Kind::Gitea => "GITEA_TOKEN",
        };
        command.env(variable, TOKEN);
        command
    }

    /// Runs a bot with more arguments; nothing that it says holds the token.
    pub fn propose(&self, more: &[&str]) -> Ended {
        let ended = run(self.bot().args(more));
        assert!(!format!("{ended:?}").contains(TOKEN), "{ended:?}");
        ended
    }

    pub fn url(&self) -> String {
        format!("file://{}", self.temp.dir().display())
    }

    pub fn tip(&self, branch: &str) -> Option<String> {
        self.temp.tip(branch).map(|id| id.to_string())
    }

    pub fn proposed(&self) -> Option<String> {
        self.tip("hhgit/sync/main")
    }

    /// Another object in raw/, by somebody who may push to main.
    pub fn drop_in(&self, name: &str) {
        self.temp.commit("main", &[(&format!("f/raw/{name}.yaml"), &vpc(name, "x"))]);
    }

    /// Merges the proposal, as the forge's button does.
    pub fn merge(&self) {
        self.temp.git(&["update-ref", "refs/heads/main", "hhgit/sync/main"]);
        self.forge.state().pulls.iter_mut().for_each(|pull| pull.open = false);
    }

    /// A clone in which a person works on the proposal.
    pub fn person(&self) -> PathBuf {
        let clone = self.temp.beside("person");
        self.temp.git(&["clone", "--quiet", "--branch", "hhgit/sync/main", &self.url(), clone.to_str().unwrap()]);
        clone
    }

    /// All refs, and how often what was asked of the forge.
    pub fn state(&self) -> (String, Vec<String>) {
        (self.temp.git(&["for-each-ref"]), self.forge.asked())
    }
}

/// What a sync in the repository itself would make of its main branch, in a copy.
pub fn expected(site: &Site) -> String {
    let copy = site.temp.beside("copy");
    site.temp.git(&["clone", "--quiet", "--mirror", ".", copy.to_str().unwrap()]);
    assert_eq!(hhgit(&copy, &["sync", "main"]).code, Some(0));
    let id = site.temp.git_in(&copy, &["rev-parse", "main"]);
    std::fs::remove_dir_all(copy).unwrap();
    id
}

pub fn ends(ended: &Ended, code: i32, words: &str) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(format!("{}{}", ended.stdout, ended.stderr).contains(words), "{words}: {ended:?}");
}
