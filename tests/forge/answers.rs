//! What each forge answers, as its API's documentation shows it, and what it does to its requests.

use std::process::Command;

use serde_json::{Value, json};

use super::backend;
use super::wire::{Reply, Seen};
use super::{Kind, NAME, Pull, State, TOKEN};

/// How many requests are on a page at most, whatever is asked for.
const MAX_PAGE: usize = 50;
const OWN: u64 = 5;
const FORK: u64 = 6;

/// Answers a request, and does what it asks.
pub fn answer(state: &mut State, seen: &Seen) -> Reply {
    if let Some((repo, rest)) = state.repo.as_ref().zip(seen.target.strip_prefix(&format!("/{NAME}.git/"))) {
        return backend::answer(repo, rest, seen);
    }
    tidy(state);
    if let Some(refused) = refused(state.kind, seen) {
        return refused;
    }
    let (folder, item) = match state.kind {
        Kind::GitHub => (format!("/api/v3/repos/{NAME}/pulls"), "PATCH"),
        Kind::GitLab => (format!("/api/v4/projects/{}/merge_requests", NAME.replace('/', "%2F")), "PUT"),
        Kind::Gitea => (format!("/api/v1/repos/{NAME}/pulls"), "PATCH"),
    };
    let number = seen.path().strip_prefix(&format!("{folder}/")).and_then(|number| number.parse::<u64>().ok());
    match (seen.method.as_str(), number) {
        ("GET", None) if seen.path() == folder => list(state, seen),
        ("POST", None) if seen.path() == folder => open(state, seen),
        (method, Some(number)) if method == item => reword(state, seen, number),
        _ => not_found(state.kind),
    }
}

/// Who comes without a good token, or without a name.
fn refused(kind: Kind, seen: &Seen) -> Option<Reply> {
    let good = match kind {
        Kind::GitHub => seen.header("authorization") == Some(&format!("Bearer {TOKEN}")),
        Kind::GitLab => seen.header("private-token") == Some(TOKEN),
        Kind::Gitea => seen.header("authorization") == Some(&format!("token {TOKEN}")),
    };
    if kind == Kind::GitHub && seen.header("user-agent").is_none_or(str::is_empty) {
        return Some(Reply::new(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        ));
    }
    let said = match kind {
        Kind::GitHub => {
            json!({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"})
        }
        Kind::GitLab => json!({"message": "401 Unauthorized"}),
        Kind::Gitea => json!({"message": "invalid username, password or token", "url": "https://h/api/swagger"}),
    };
    (!good).then(|| Reply::new(401, said.to_string()))
}

fn not_found(kind: Kind) -> Reply {
    let said = match kind {
        Kind::GitHub => json!({"message": "Not Found", "status": "404"}),
        Kind::GitLab => json!({"message": "404 Project Not Found"}),
        Kind::Gitea => {
            json!({"errors": null, "message": "The target couldn't be found.", "url": "https://h/api/swagger"})
        }
    };
    Reply::new(404, said.to_string())
}

fn list(state: &State, seen: &Seen) -> Reply {
    let wanted = |pull: &&Pull| {
        let of = |name: &str, value: &str| seen.query(name).is_none_or(|asked| asked == value);
        let owner = if pull.forked { "stranger" } else { "acme" };
        pull.open
            && match state.kind {
                Kind::GitHub => of("head", &format!("{owner}:{}", pull.source)) && of("base", &pull.target),
                Kind::GitLab => of("source_branch", &pull.source) && of("target_branch", &pull.target),
                Kind::Gitea => true,
            }
    };
    let size = if state.kind == Kind::Gitea { "limit" } else { "per_page" };
    let number = |name: &str| seen.query(name).and_then(|text| text.parse::<usize>().ok());
    let size = number(size).unwrap_or(30).min(MAX_PAGE);
    let page = number("page").unwrap_or(1).max(1);
    let all: Vec<&Pull> = state.pulls.iter().filter(wanted).collect();
    let shown: Vec<Value> = all.iter().skip((page - 1) * size).take(size).map(|pull| show(state.kind, pull)).collect();
    let reply = Reply::new(200, Value::from(shown).to_string());
    if all.len() > page * size {
        // Where it leads must not matter to whoever reads it.
        return reply.header("Link", &format!("<https://elsewhere.invalid/?page={}>; rel=\"next\"", page + 1));
    }
    reply
}

/// A request as the forge shows it, with some of what hhgit does not look at.
fn show(kind: Kind, pull: &Pull) -> Value {
    let Pull { number, source, target, title, text, forked, .. } = pull;
    let repo =
        |id: u64| json!({"id": id, "full_name": if id == OWN { NAME } else { "stranger/net" }, "private": false});
    let from = if *forked { FORK } else { OWN };
    match kind {
        Kind::GitHub | Kind::Gitea => json!({
            "id": number + 1000, "number": number, "state": "open", "title": title, "body": text, "draft": false,
            "html_url": format!("https://forge.example/{NAME}/pull/{number}"), "user": {"login": "bot"},
            "head": {"ref": source, "sha": "0", "repo": repo(from)}, "base": {"ref": target, "sha": "0", "repo": repo(OWN)},
        }),
        Kind::GitLab => json!({
            "id": number + 1000, "iid": number, "state": "opened", "title": title, "description": text, "draft": false,
            "web_url": format!("https://forge.example/{NAME}/-/merge_requests/{number}"), "author": {"username": "bot"},
            "source_branch": source, "target_branch": target, "source_project_id": from, "target_project_id": OWN,
        }),
    }
}

fn open(state: &mut State, seen: &Seen) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(&seen.body) else {
        return Reply::new(400, r#"{"message":"bad JSON"}"#);
    };
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    let (source, target, words) = match state.kind {
        Kind::GitHub | Kind::Gitea => (text("head"), text("base"), text("body")),
        Kind::GitLab => (text("source_branch"), text("target_branch"), text("description")),
    };
    let (Some(source), Some(target), Some(title)) = (source, target, text("title")) else {
        return Reply::new(422, r#"{"message":"Validation Failed"}"#);
    };
    if !is_branch(state, &source) || !is_branch(state, &target) {
        return match state.kind {
            Kind::Gitea => not_found(state.kind),
            _ => Reply::new(
                422,
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"}]}"#,
            ),
        };
    }
    if has_all(state, &target, &source) {
        let said = format!("No commits between {target} and {source}");
        return Reply::new(422, json!({"message": "Validation Failed", "errors": [{"message": said}]}).to_string());
    }
    let same = |pull: &&Pull| pull.open && !pull.forked && pull.source == source && pull.target == target;
    if let Some(twin) = state.pulls.iter().find(same) {
        return exists(state.kind, twin);
    }
    let number = state.pulls.len() as u64 + 1;
    let text = words.unwrap_or_default();
    let pull = Pull { number, source, target, title, text, open: true, forked: false };
    let shown = show(state.kind, &pull);
    state.pulls.push(pull);
    Reply::new(201, shown.to_string())
}

fn exists(kind: Kind, twin: &Pull) -> Reply {
    let Pull { number, source, .. } = twin;
    match kind {
        Kind::GitHub => {
            let said = format!("A pull request already exists for acme:{source}.");
            let error = json!({"resource": "PullRequest", "code": "custom", "message": said});
            Reply::new(422, json!({"message": "Validation Failed", "errors": [error], "status": "422"}).to_string())
        }
        Kind::GitLab => {
            let said = format!("Another open merge request already exists for this source branch: !{number}");
            Reply::new(409, json!({"message": [said]}).to_string())
        }
        Kind::Gitea => {
            let said = format!("pull request already exists for these targets [id: {number}, issue_id: {number}]");
            Reply::new(409, json!({"message": said, "url": "https://h/api/swagger"}).to_string())
        }
    }
}

/// Closes the requests whose branches are gone, as GitHub and Gitea do and GitLab does not.
pub fn tidy(state: &mut State) {
    if state.kind == Kind::GitLab {
        return;
    }
    let is_gone = |pull: &Pull| pull.open && !pull.forked && !is_branch(state, &pull.source);
    let gone: Vec<u64> = state.pulls.iter().filter(|pull| is_gone(pull)).map(|pull| pull.number).collect();
    for pull in state.pulls.iter_mut().filter(|pull| gone.contains(&pull.number)) {
        pull.open = false;
    }
}

fn is_branch(state: &State, name: &str) -> bool {
    git(state, &["show-ref", "--verify", "--quiet", &format!("refs/heads/{name}")])
}

/// Whether one branch has all that another has.
fn has_all(state: &State, branch: &str, of: &str) -> bool {
    let name = |branch: &str| format!("refs/heads/{branch}");
    state.repo.is_some() && git(state, &["merge-base", "--is-ancestor", &name(of), &name(branch)])
}

/// Whether git says yes; without a repository everything is so.
fn git(state: &State, args: &[&str]) -> bool {
    let Some(repo) = &state.repo else { return true };
    Command::new("git").arg("--git-dir").arg(repo).args(args).status().is_ok_and(|status| status.success())
}

fn reword(state: &mut State, seen: &Seen, number: u64) -> Reply {
    let kind = state.kind;
    let Some(pull) = state.pulls.iter_mut().find(|pull| pull.number == number) else { return not_found(kind) };
    let Ok(body) = serde_json::from_slice::<Value>(&seen.body) else {
        return Reply::new(400, r#"{"message":"bad JSON"}"#);
    };
    if let Some(title) = body["title"].as_str() {
        title.clone_into(&mut pull.title);
    }
    if let Some(text) = body[if kind == Kind::GitLab { "description" } else { "body" }].as_str() {
        text.clone_into(&mut pull.text);
    }
    Reply::new(if kind == Kind::Gitea { 201 } else { 200 }, show(kind, pull).to_string())
}
