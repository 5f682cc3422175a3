//! GitLab's shapes: its requests, and its merge requests.

use serde::Deserialize;
use serde_json::{Value, json};

use super::address::encode;
use super::{Branches, Method, PAGE, Project, Pull, Request, Words, bounded};

/// `GET /projects/{id}/merge_requests`, narrowed to the two branches.
pub(super) fn list(project: &Project, branches: &Branches, page: u32) -> Request {
    let (source, target) = (encode(&branches.source), encode(&branches.target));
    let query = format!("?state=opened&source_branch={source}&target_branch={target}&per_page={PAGE}&page={page}");
    ask(Method::Get, project, &query, None)
}

/// `POST /projects/{id}/merge_requests`.
pub(super) fn open(project: &Project, branches: &Branches, words: &Words) -> Request {
    let Branches { source, target } = branches;
    let body = json!({
        "title": words.title,
        "description": words.text,
        "source_branch": source,
        "target_branch": target,
        "remove_source_branch": true,
    });
    ask(Method::Post, project, "", Some(body))
}

/// `PUT /projects/{id}/merge_requests/{iid}`.
pub(super) fn reword(project: &Project, number: u64, words: &Words) -> Request {
    let body = json!({ "title": words.title, "description": words.text });
    ask(Method::Put, project, &format!("/{number}"), Some(body))
}

fn ask(method: Method, project: &Project, rest: &str, body: Option<Value>) -> Request {
    let url = format!("{}/merge_requests{rest}", project.api.whole(&["projects"], &project.name));
    Request::json(method, url, "application/json", body)
}

/// A merge request, as far as hhgit looks at it.
#[derive(Debug, Deserialize)]
pub(super) struct Shape {
    iid: u64,
    web_url: String,
    title: String,
    description: Option<String>,
    source_branch: String,
    target_branch: String,
    source_project_id: Option<u64>,
    target_project_id: Option<u64>,
}

impl From<Shape> for Pull {
    fn from(shape: Shape) -> Self {
        Self {
            number: shape.iid,
            url: bounded(shape.web_url),
            words: Words { title: bounded(shape.title), text: shape.description.unwrap_or_default() },
            branches: Branches { source: shape.source_branch, target: shape.target_branch },
            own: shape.source_project_id.is_some() && shape.source_project_id == shape.target_project_id,
        }
    }
}
