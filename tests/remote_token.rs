//! Tokens of the environment: they reach their own forge's server, and nobody and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

#[path = "remote_token/server.rs"]
mod server;
mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use server::{Reply, Request, Server, backend};
use support::{Ended, TempRepo, hhgit_command, run, vpc};

const TOKEN: &str = "ghp_s3cretOfTheTest";
/// `x-access-token:` and the token, as HTTP wants it.
const CODE: &str = "eC1hY2Nlc3MtdG9rZW46Z2hwX3MzY3JldE9mVGhlVGVzdA==";

/// A bare repository that may be pushed to by HTTP, with something to sort.
fn prepared() -> TempRepo {
    let temp = TempRepo::bare();
    temp.git(&["config", "http.receivepack", "true"]);
    temp.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &vpc("a", "x"))]);
    temp
}

fn nowhere(temp: &TempRepo) -> PathBuf {
    let dir = temp.beside("nowhere");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// A server of this repository that wants the token, and asks for it as GitHub does.
fn forge(temp: &TempRepo, wanted: &'static str) -> Server {
    let root = temp.dir().parent().unwrap().to_owned();
    Server::start(move |request| match request.all("authorization")[..] == [wanted] {
        true => backend(&root, request),
        false => Reply::of("401 Unauthorized", &[("WWW-Authenticate", "Basic realm=\"x\"")], "sign in\n"),
    })
}

/// A bot whose CI says that this is its GitHub.
fn bot(temp: &TempRepo, own: &Server, remote: &str) -> Command {
    let mut command = hhgit_command(&nowhere(temp));
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy().into_owned();
        if name.ends_with("_TOKEN") || name.to_ascii_lowercase().ends_with("_proxy") || name.ends_with("_SERVER_URL") {
            command.env_remove(key);
        }
    }
    command.args(["sync", "--remote", remote]).env("GITHUB_TOKEN", TOKEN).env("GITHUB_SERVER_URL", own.url());
    command
}

fn is_silent(ended: &Ended) {
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!all.contains(TOKEN) && !all.contains(CODE), "{all}");
}

/// Each request's Authorization headers, each once.
fn signed(requests: &[Request]) -> BTreeSet<String> {
    requests.iter().flat_map(|request| request.all("authorization")).map(str::to_owned).collect()
}

#[test]
fn a_bot_signs_in_with_its_cis_token_and_no_command_line_holds_it() {
    let temp = prepared();
    let root = temp.dir().parent().unwrap().to_owned();
    let lines = Arc::new(Mutex::new(BTreeSet::new()));
    let kept = Arc::clone(&lines);
    let server = Server::start(move |request| {
        // What everybody on the machine could read while git is at work.
        for process in std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok) {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            kept.lock().unwrap().insert(String::from_utf8_lossy(&line).replace('\0', " "));
        }
        match request.all("authorization")[..] == [format!("Basic {CODE}")] {
            true => backend(&root, request),
            false => Reply::of("401 Unauthorized", &[("WWW-Authenticate", "Basic realm=\"x\"")], ""),
        }
    });
    let url = format!("{}/repo", server.url());
    let ended = run(&mut bot(&temp, &server, &url));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    is_silent(&ended);
    assert!(temp.files("main").contains_key("f/managed/vpcs/a.yaml"), "{ended:?}");
    assert_eq!(signed(&server.seen()), BTreeSet::from([format!("Basic {CODE}")]));
    let lines = lines.lock().unwrap();
    if cfg!(target_os = "linux") {
        assert!(lines.iter().any(|line| line.contains(&url) && line.contains("push")), "{lines:?}");
    }
    assert!(!lines.iter().any(|line| line.contains(TOKEN) || line.contains(CODE)));
}

#[test]
fn no_redirect_takes_the_token_along() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let temp = prepared();
        let root = temp.dir().parent().unwrap().to_owned();
        let other = Server::start(move |request| backend(&root, request));
        let to = other.url();
        let own =
            Server::start(move |request| Reply::of(status, &[("Location", &format!("{to}{}", request.target))], ""));
        let clone = temp.beside("clone");
        temp.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
        temp.git_in(&clone, &["remote", "set-url", "origin", &format!("{}/repo", own.url())]);
        temp.git_in(&clone, &["config", "http.followRedirects", "true"]);
        let mut command = bot(&temp, &own, "origin");
        let ended = run(command.current_dir(&clone));
        assert_eq!(ended.code, Some(3), "{ended:?}");
        is_silent(&ended);
        assert_eq!(signed(&own.seen()), BTreeSet::from([format!("Basic {CODE}")]));
        assert!(other.seen().is_empty(), "{:?}", other.seen());
    }
}

#[test]
fn another_server_gets_no_token_and_nobody_is_asked() {
    let temp = prepared();
    let own = Server::start(|_| Reply::of("500 Internal Server Error", &[], ""));
    let other = forge(&temp, "Basic bm9ib2R5");
    let ended = run(&mut bot(&temp, &own, &format!("{}/repo", other.url())));
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("reading http://127.0.0.1"), "{ended:?}");
    is_silent(&ended);
    assert!(!other.seen().is_empty() && own.seen().is_empty());
    assert_eq!(signed(&other.seen()), BTreeSet::new());
}

#[test]
fn a_header_that_git_is_configured_to_send_is_the_only_one() {
    let temp = prepared();
    let own = forge(&temp, "basic dGhlaXJz");
    let clone = temp.beside("clone");
    temp.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    temp.git_in(&clone, &["remote", "set-url", "origin", &format!("{}/repo", own.url())]);
    let key = format!("http.{}/.extraheader", own.url());
    temp.git_in(&clone, &["config", &key, "AUTHORIZATION: basic dGhlaXJz"]);
    let ended = run(bot(&temp, &own, "origin").current_dir(&clone));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(signed(&own.seen()), BTreeSet::from(["basic dGhlaXJz".to_owned()]));
}

#[test]
fn what_the_environment_configures_is_kept() {
    let temp = prepared();
    let own = forge(&temp, Box::leak(format!("Basic {CODE}").into_boxed_str()));
    let mut command = bot(&temp, &own, &format!("{}/repo", own.url()));
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "http.userAgent").env("GIT_CONFIG_VALUE_0", "mine/1");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(own.seen().iter().all(|request| request.all("user-agent") == ["mine/1"]));
}

#[test]
fn a_name_and_password_in_the_address_go_before_a_token_and_are_shown_nowhere() {
    let temp = prepared();
    let own = forge(&temp, "Basic bWU6cGFzc3dvcmQ=");
    let url = own.url().replace("http://", "http://me:password@") + "/repo";
    let ended = run(&mut bot(&temp, &own, &url));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    is_silent(&ended);
    assert!(!ended.stdout.contains("password"), "{ended:?}");
    assert!(ended.stdout.contains(&format!("main of {}/repo: ", own.url())), "{ended:?}");
}

#[test]
fn a_failure_shows_no_token_even_where_git_is_told_to_trace() {
    let temp = prepared();
    // A server that says back what it was told.
    let own = Server::start(|request| {
        let told = request.all("authorization").join(" ");
        Reply::of("403 Forbidden", &[("Content-Type", "text/plain")], &format!("you are {told} and {TOKEN}\n"))
    });
    let trace = temp.beside("trace");
    let mut command = bot(&temp, &own, &format!("{}/repo", own.url()));
    for variable in ["GIT_TRACE", "GIT_CURL_VERBOSE", "GIT_TRACE_CURL", "GIT_TRACE_SETUP", "GIT_TRACE2"] {
        command.env(variable, "1");
    }
    command.env("GIT_TRACE_REDACT", "0").env("GIT_TRACE2_EVENT", &trace);
    command.env("GIT_TRACE2_ENV_VARS", "GIT_CONFIG_VALUE_0,GITHUB_TOKEN");
    command.env("GIT_TRACE2_CONFIG_PARAMS", "*.extraheader");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("remote: you are Basic *** and ***"), "{ended:?}");
    is_silent(&ended);
    let traced = std::fs::read_to_string(&trace).unwrap_or_default();
    assert!(!traced.contains(TOKEN) && !traced.contains(CODE), "{traced}");
}

#[test]
fn in_gitlabs_ci_the_token_is_gitlabs() {
    let temp = prepared();
    let own = forge(&temp, "Basic b2F1dGgyOmdscGF0LXg=");
    let mut command = bot(&temp, &own, &format!("{}/repo", own.url()));
    command.env_remove("GITHUB_SERVER_URL").env("CI_SERVER_URL", own.url()).env("GITLAB_TOKEN", "glpat-x");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn without_a_token_gits_own_helpers_answer_and_a_program_that_was_named_for_it() {
    let temp = prepared();
    let own = forge(&temp, "Basic bWU6cGFzc3dvcmQ=");
    let url = format!("{}/repo", own.url());
    let helper = "!f() { echo username=me; echo password=password; }; f";
    let mut command = bot(&temp, &own, &url);
    command.env_remove("GITHUB_TOKEN").env("GIT_CONFIG_COUNT", "1");
    command.env("GIT_CONFIG_KEY_0", "credential.helper").env("GIT_CONFIG_VALUE_0", helper);
    assert_eq!(run(&mut command).code, Some(0));

    temp.commit("main", &[("f/raw/b.yaml", &vpc("b", "x"))]);
    let script = temp.beside("answer");
    std::fs::write(&script, "#!/bin/sh\ncase $1 in Username*) echo me;; *) echo password;; esac\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = bot(&temp, &own, &url);
    let ended = run(command.env_remove("GITHUB_TOKEN").env("GIT_ASKPASS", &script));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(temp.files("main").contains_key("f/managed/vpcs/b.yaml"), "{ended:?}");
}

#[test]
fn ssh_asks_nobody_unless_it_was_said_how_it_is_to_be_run() {
    let temp = prepared();
    let programs = temp.beside("programs");
    std::fs::create_dir(&programs).unwrap();
    let log = temp.beside("log");
    // Runs on this machine what it is to run on the other.
    let script = format!("#!/bin/sh\necho \"$*\" >>'{}'\nfor last; do :; done\nexec sh -c \"$last\"\n", log.display());
    for name in ["ssh", "my-ssh"] {
        std::fs::write(programs.join(name), &script).unwrap();
        std::fs::set_permissions(programs.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let url = format!("ssh://host{}", temp.dir().display());
    let sync = |own: Option<&str>| {
        let mut command = hhgit_command(&nowhere(&temp));
        command.args(["sync", "--remote", &url]).env("PATH", &path);
        command.envs(own.map(|own| ("GIT_SSH_COMMAND", own)));
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let lines = std::fs::read_to_string(&log).unwrap();
        std::fs::remove_file(&log).unwrap();
        lines
    };
    let plain = sync(None);
    assert!(
        plain.lines().all(|line| line.contains("-oBatchMode=yes")) && plain.contains("git-receive-pack"),
        "{plain}"
    );
    assert!(!sync(Some("my-ssh")).contains("BatchMode"));
}
