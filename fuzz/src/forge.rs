//! A forge's answers of any kind: the talk ends after a bounded number of requests and a bounded wait, nothing is opened twice, and
//! what is told of it can be shown.

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::{Result, Unstructured};
use hhgit::forge::address::Api;
use hhgit::forge::client::{Carrier, Client};
use hhgit::forge::failure::CarryError;
use hhgit::forge::{Answer, Branches, Kind, Method, Project, Request, Words};

use crate::parts::is_told;

/// How many requests one talk may take: forty pages, tried five times each, looked through once after each of five openings.
const MOST: usize = 40 * 5 * 6 + 20;
/// How long is waited at most for one thing.
const PATIENCE: Duration = Duration::from_secs(300);

/// What forges answer, as their APIs' documentation shows it, and what stands in the way of it.
pub const BODIES: &[&str] = &[
    r#"[]"#,
    r#"[{"number":7,"html_url":"https://h/a/b/pull/7","title":"t","body":"x","head":{"ref":"s","repo":{"id":1}},"base":{"ref":"m","repo":{"id":1}}}]"#,
    r#"{"number":7,"html_url":"https://h/a/b/pull/7","title":"t","body":null,"head":{"ref":"s","repo":{"id":1}},"base":{"ref":"m","repo":{"id":1}}}"#,
    r#"[{"iid":3,"web_url":"https://h/a/b/-/merge_requests/3","title":"t","description":"x","source_branch":"s","target_branch":"m","source_project_id":1,"target_project_id":1}]"#,
    r#"{"iid":3,"web_url":"https://h/x","title":"other","description":"d","source_branch":"s","target_branch":"m","source_project_id":1,"target_project_id":1}"#,
    r#"{"message":"You have exceeded a secondary rate limit."}"#,
    r#"{"message":"Validation Failed","errors":[{"message":"A pull request already exists for a:s."}]}"#,
    r#"{"message":["Another open merge request already exists for this source branch: !3"]}"#,
    "<html>",
];
const HEADERS: [(&str, &str); 9] = [
    ("link", "<https://h/?page=2>; rel=\"next\""),
    ("retry-after", "7"),
    ("retry-after", "Mon, 23 Nov 2026 10:00:09 GMT"),
    ("date", "Mon, 23 Nov 2026 10:00:00 GMT"),
    ("x-ratelimit-remaining", "0"),
    ("x-ratelimit-reset", "1795428010"),
    ("ratelimit-reset", "1795428010"),
    ("location", "https://else.example/x?token=1"),
    ("content-type", "application/json"),
];
const STATUSES: [u16; 14] = [200, 200, 200, 201, 201, 301, 401, 403, 404, 409, 422, 429, 502, 503];

/// Talks with a forge that answers as the input says, and then no more.
pub fn check(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let kind = *u.choose(&[Kind::GitHub, Kind::GitLab, Kind::Gitea]).unwrap_or(&Kind::GitHub);
    let api = Api::parse("https://h/api").expect("an address");
    let project = Project { kind, api, name: "a/b".to_owned() };
    let branches = Branches { source: "s".to_owned(), target: "m".to_owned() };
    let words = Words { title: "t".to_owned(), text: "<!-- hhgit -->\nx".to_owned() };
    let mut forge = Forge { project: project.clone(), u, asked: 0, opened: 0 };
    let mut waits: Vec<Duration> = Vec::new();
    let outcome = Client::new(&project, &mut forge, &mut |pause| waits.push(pause)).settle(&branches, &words);
    assert!(forge.asked <= MOST, "{} requests", forge.asked);
    assert!(forge.opened <= 1, "a request was opened after one was");
    assert!(waits.iter().all(|wait| *wait <= PATIENCE), "{waits:?}");
    match outcome {
        Ok((_, pull)) => assert!(pull.url.chars().count() <= 2048 && pull.words.title.chars().count() <= 2048),
        Err(error) => is_told(&error),
    }
}

/// A forge that answers what an input says.
struct Forge<'u> {
    project: Project,
    u: Unstructured<'u>,
    asked: usize,
    opened: usize,
}

impl Carrier for Forge<'_> {
    fn carry(&mut self, request: &Request) -> std::result::Result<Answer, CarryError> {
        self.asked += 1;
        assert!(request.url.starts_with("https://h/api/"), "{request:?} leads away from the API");
        let answer = self.answer().unwrap_or_else(|_| Err(CarryError::Untrusted { why: "no more".to_owned() }));
        // What is a whole request to its reader is one that was opened.
        let is_opened = request.method == Method::Post
            && answer
                .as_ref()
                .is_ok_and(|answer| (200..300).contains(&answer.status) && self.project.read_one(&answer.body).is_ok());
        self.opened += usize::from(is_opened);
        answer
    }
}

impl Forge<'_> {
    fn answer(&mut self) -> Result<std::result::Result<Answer, CarryError>> {
        let u = &mut self.u;
        if u.is_empty() {
            return Err(arbitrary::Error::NotEnoughData);
        }
        if u.ratio(1, 12)? {
            return Ok(Err(CarryError::Lost { why: "reset".to_owned() }));
        }
        let status = if u.ratio(1, 8)? { u.int_in_range(100..=599)? } else { *u.choose(&STATUSES)? };
        let mut headers = BTreeMap::new();
        for _ in 0..u.int_in_range(0..=2)? {
            let (name, value) = *u.choose(&HEADERS)?;
            headers.insert(name.to_owned(), if u.ratio(1, 3)? { text(u)? } else { value.to_owned() });
        }
        let body = if u.ratio(1, 4)? { text(u)? } else { (*u.choose(BODIES)?).to_owned() };
        Ok(Ok(Answer { status, headers, body: body.into_bytes() }))
    }
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let length = u.int_in_range(0..=120)?.min(u.len());
    Ok(String::from_utf8_lossy(u.bytes(length)?).into_owned())
}
