//! Gitea's and Forgejo's requests. Their pull requests have GitHub's shape; their lists cannot be narrowed to a branch.

use serde_json::json;

use super::{Branches, Method, PAGE, Project, Request, Words};

/// `GET /repos/{owner}/{repo}/pulls`: all open ones, those that moved last first, so that hhgit's is on an early page.
pub(super) fn list(project: &Project, page: u32) -> Request {
    ask(Method::Get, project, &format!("?state=open&sort=recentupdate&limit={PAGE}&page={page}"), None)
}

/// `POST /repos/{owner}/{repo}/pulls`.
pub(super) fn open(project: &Project, branches: &Branches, words: &Words) -> Request {
    let Branches { source, target } = branches;
    let body = json!({ "title": words.title, "body": words.text, "head": source, "base": target });
    ask(Method::Post, project, "", Some(body.to_string()))
}

/// `PATCH /repos/{owner}/{repo}/pulls/{index}`.
pub(super) fn reword(project: &Project, number: u64, words: &Words) -> Request {
    let body = json!({ "title": words.title, "body": words.text });
    ask(Method::Patch, project, &format!("/{number}"), Some(body.to_string()))
}

fn ask(method: Method, project: &Project, rest: &str, body: Option<String>) -> Request {
    let url = format!("{}/pulls{rest}", project.api.below(&["repos"], &project.name));
    let mut headers = vec![("accept", "application/json")];
    headers.extend(body.as_ref().map(|_| ("content-type", "application/json")));
    Request { method, url, headers, body }
}
