//! GitHub's shapes: its requests, and its pull requests, which those of Gitea and Forgejo are made after.

use serde::Deserialize;
use serde_json::{Value, json};

use super::address::encode;
use super::{Branches, Method, PAGE, Project, Pull, Request, Words, bounded};

/// `GET /repos/{owner}/{repo}/pulls`, narrowed to the two branches.
pub(super) fn list(project: &Project, branches: &Branches, page: u32) -> Request {
    let owner = project.name.split('/').next().unwrap_or_default();
    let head = encode(&format!("{owner}:{}", branches.source));
    let base = encode(&branches.target);
    ask(Method::Get, project, &format!("?state=open&head={head}&base={base}&per_page={PAGE}&page={page}"), None)
}

/// `POST /repos/{owner}/{repo}/pulls`.
pub(super) fn open(project: &Project, branches: &Branches, words: &Words) -> Request {
    ask(Method::Post, project, "", Some(new(branches, words)))
}

/// `PATCH /repos/{owner}/{repo}/pulls/{number}`.
pub(super) fn reword(project: &Project, number: u64, words: &Words) -> Request {
    ask(Method::Patch, project, &format!("/{number}"), Some(reworded(words)))
}

/// What a new pull request is told to be.
pub(super) fn new(branches: &Branches, words: &Words) -> Value {
    json!({ "title": words.title, "body": words.text, "head": branches.source, "base": branches.target })
}

/// What an open pull request is told to say.
pub(super) fn reworded(words: &Words) -> Value {
    json!({ "title": words.title, "body": words.text })
}

fn ask(method: Method, project: &Project, rest: &str, body: Option<Value>) -> Request {
    let mut request = Request::json(method, pulls(project, rest), "application/vnd.github+json", body);
    request.headers.insert(1, ("x-github-api-version", "2022-11-28"));
    request
}

/// The address of a repository's pull requests.
pub(super) fn pulls(project: &Project, rest: &str) -> String {
    format!("{}/pulls{rest}", project.api.below(&["repos"], &project.name))
}

/// A pull request, as far as hhgit looks at it.
#[derive(Debug, Deserialize)]
pub(super) struct Shape {
    number: u64,
    html_url: String,
    title: String,
    body: Option<String>,
    head: Side,
    base: Side,
}

#[derive(Debug, Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    name: String,
    repo: Option<Repo>,
}

/// A repository; that of a head is absent once a fork was deleted.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Repo {
    id: u64,
}

impl From<Shape> for Pull {
    fn from(shape: Shape) -> Self {
        let own = shape.head.repo.is_some() && shape.head.repo == shape.base.repo;
        Self {
            number: shape.number,
            url: bounded(shape.html_url),
            words: Words { title: bounded(shape.title), text: shape.body.unwrap_or_default() },
            branches: Branches { source: shape.head.name, target: shape.base.name },
            own,
        }
    }
}
