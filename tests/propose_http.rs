//! A proposal where git and the API are one server, as at a forge: one token for both, known by the remote's address alone.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod forge;
#[path = "propose/site.rs"]
mod site;
mod support;

use forge::{Kind, NAME, TOKEN};
use site::{Site, VARIABLES, ends, expected};
use support::{hhgit_command, run};

#[test]
fn one_token_pushes_and_opens_at_the_forge_that_the_address_names() {
    let site = Site::new(Kind::GitHub);
    site.temp.git(&["config", "http.receivepack", "true"]);
    let dir = site.temp.beside("nowhere");
    std::fs::create_dir_all(&dir).unwrap();
    let bot = || {
        let mut command = hhgit_command(&dir);
        for name in VARIABLES {
            command.env_remove(name);
        }
        command.env("GITHUB_SERVER_URL", site.forge.server()).env("GITHUB_API_URL", site.forge.api());
        command.env("GITHUB_REPOSITORY", "another/one").env("GITHUB_TOKEN", TOKEN);
        command.args(["sync", "--propose", "--remote", &format!("{}/{NAME}.git", site.forge.server())]);
        run(&mut command)
    };
    let ended = bot();
    ends(&ended, 0, ", proposed in pull request #1: https://forge.example/acme/net/pull/1");
    assert!(!format!("{ended:?}").contains(TOKEN), "{ended:?}");
    assert_eq!((site.proposed(), site.forge.open().len()), (Some(expected(&site)), 1));
    ends(&bot(), 0, "already proposed in pull request #1");
    site.drop_in("b");
    ends(&bot(), 0, "proposed anew in pull request #1");
    site.merge();
    ends(&bot(), 0, "hhgit/sync/main was merged; the branch was deleted.");
    assert_eq!(site.proposed(), None);
    let state = site.forge.state();
    let pushes = state.seen.iter().filter(|seen| seen.target.ends_with("/git-receive-pack") && seen.status == 200);
    assert_eq!(pushes.count(), 3);
}
