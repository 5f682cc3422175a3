//! Gitea's and Forgejo's requests. Their pull requests have GitHub's shape; their lists cannot be narrowed to a branch.

use serde_json::Value;

use super::github::{new, pulls, reworded};
use super::{Branches, Method, PAGE, Project, Request, Words};

/// `GET /repos/{owner}/{repo}/pulls`: all open ones, those that moved last first, so that hhgit's is on an early page.
pub(super) fn list(project: &Project, page: u32) -> Request {
    ask(Method::Get, project, &format!("?state=open&sort=recentupdate&limit={PAGE}&page={page}"), None)
}

/// `POST /repos/{owner}/{repo}/pulls`.
pub(super) fn open(project: &Project, branches: &Branches, words: &Words) -> Request {
    ask(Method::Post, project, "", Some(new(branches, words)))
}

/// `PATCH /repos/{owner}/{repo}/pulls/{index}`.
pub(super) fn reword(project: &Project, number: u64, words: &Words) -> Request {
    ask(Method::Patch, project, &format!("/{number}"), Some(reworded(words)))
}

fn ask(method: Method, project: &Project, rest: &str, body: Option<Value>) -> Request {
    Request::json(method, pulls(project, rest), "application/json", body)
}
