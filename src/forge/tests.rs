//! Each forge's requests as they go over the wire, and its answers as its documentation shows them.

use super::*;

fn project(kind: Kind, api: &str, name: &str) -> Project {
    Project { kind, api: Api::parse(api).expect("an API"), name: name.to_owned() }
}

fn branches() -> Branches {
    Branches { source: "hhgit/sync/main".to_owned(), target: "main".to_owned() }
}

fn words() -> Words {
    Words { title: "a \"title\"".to_owned(), text: "text\n".to_owned() }
}

/// `METHOD URL BODY`.
fn line(request: &Request) -> String {
    format!("{} {} {}", request.method.as_str(), request.url, request.body.as_deref().unwrap_or("-"))
}

fn lines(project: &Project) -> [String; 3] {
    let (branches, words) = (branches(), words());
    [&project.list(&branches, 2), &project.open(&branches, &words), &project.reword(7, &words)].map(line)
}

#[test]
fn github_is_asked_as_its_documentation_says() {
    let project = project(Kind::GitHub, "https://api.github.com", "acme/net");
    assert_eq!(
        lines(&project),
        [
            "GET https://api.github.com/repos/acme/net/pulls?state=open&head=acme%3Ahhgit%2Fsync%2Fmain&base=main&per_page=50&page=2 -",
            r#"POST https://api.github.com/repos/acme/net/pulls {"base":"main","body":"text\n","head":"hhgit/sync/main","title":"a \"title\""}"#,
            r#"PATCH https://api.github.com/repos/acme/net/pulls/7 {"body":"text\n","title":"a \"title\""}"#,
        ]
    );
    let headers = project.open(&branches(), &words()).headers;
    assert_eq!(
        headers,
        [
            ("accept", "application/vnd.github+json"),
            ("x-github-api-version", "2022-11-28"),
            ("content-type", "application/json")
        ]
    );
}

#[test]
fn gitlab_is_asked_as_its_documentation_says() {
    assert_eq!(
        lines(&project(Kind::GitLab, "https://gitlab.com/api/v4/", "acme/sub/net")),
        [
            "GET https://gitlab.com/api/v4/projects/acme%2Fsub%2Fnet/merge_requests?state=opened&source_branch=hhgit%2Fsync%2Fmain&target_branch=main&per_page=50&page=2 -",
            r#"POST https://gitlab.com/api/v4/projects/acme%2Fsub%2Fnet/merge_requests {"description":"text\n","remove_source_branch":true,"source_branch":"hhgit/sync/main","target_branch":"main","title":"a \"title\""}"#,
            r#"PUT https://gitlab.com/api/v4/projects/acme%2Fsub%2Fnet/merge_requests/7 {"description":"text\n","title":"a \"title\""}"#,
        ]
    );
}

#[test]
fn gitea_and_forgejo_are_asked_as_their_documentation_says() {
    assert_eq!(
        lines(&project(Kind::Gitea, "https://codeberg.org/api/v1", "acme/net")),
        [
            "GET https://codeberg.org/api/v1/repos/acme/net/pulls?state=open&sort=recentupdate&limit=50&page=2 -",
            r#"POST https://codeberg.org/api/v1/repos/acme/net/pulls {"base":"main","body":"text\n","head":"hhgit/sync/main","title":"a \"title\""}"#,
            r#"PATCH https://codeberg.org/api/v1/repos/acme/net/pulls/7 {"body":"text\n","title":"a \"title\""}"#,
        ]
    );
}

#[test]
fn a_pull_request_is_read_as_github_and_gitea_show_it() {
    let shown = |head: &str, body: &str| {
        format!(
            r#"{{"number":7,"html_url":"https://h/acme/net/pull/7","title":"t","body":{body},"state":"open","head":{{"ref":"hhgit/sync/main","sha":"a","repo":{head}}},"base":{{"ref":"main","sha":"b","repo":{{"id":5,"full_name":"acme/net"}}}},"more":[1]}}"#
        )
    };
    let expected = Pull {
        number: 7,
        url: "https://h/acme/net/pull/7".to_owned(),
        words: Words { title: "t".to_owned(), text: String::new() },
        branches: branches(),
        own: true,
    };
    for kind in [Kind::GitHub, Kind::Gitea] {
        let project = project(kind, "https://h", "acme/net");
        let read = |text: String| project.read_one(text.as_bytes()).expect("a pull request");
        assert_eq!(read(shown(r#"{"id":5}"#, "null")), expected);
        assert!(!read(shown(r#"{"id":6}"#, "null")).own, "a fork's");
        assert!(!read(shown("null", "null")).own, "a deleted fork's");
        assert_eq!(read(shown(r#"{"id":5}"#, "\"b\"")).words.text, "b");
        assert_eq!(project.read_list(b"[]").expect("a list"), []);
    }
}

#[test]
fn a_merge_request_is_read_as_gitlab_shows_it() {
    let project = project(Kind::GitLab, "https://h", "acme/net");
    let text = r#"[{"id":99,"iid":3,"web_url":"https://h/acme/net/-/merge_requests/3","title":"t","description":"d","state":"opened",
        "source_branch":"hhgit/sync/main","target_branch":"main","source_project_id":5,"target_project_id":5,"draft":false}]"#;
    let expected = Pull {
        number: 3,
        url: "https://h/acme/net/-/merge_requests/3".to_owned(),
        words: Words { title: "t".to_owned(), text: "d".to_owned() },
        branches: branches(),
        own: true,
    };
    assert_eq!(project.read_list(text.as_bytes()).expect("a list"), [expected]);
    let forked = text.replace("\"source_project_id\":5", "\"source_project_id\":6");
    assert!(!project.read_list(forked.as_bytes()).expect("a list")[0].own);
}

#[test]
fn an_answer_of_another_shape_is_told() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let project = project(kind, "https://h", "acme/net");
        for text in ["", "{", "{}", "null", r#"{"number":"7"}"#, "<html>", "[[[[[[[[[", "\u{feff}[]"] {
            assert!(project.read_one(text.as_bytes()).is_err(), "{text}");
            assert!(project.read_list(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(project.read_list(deep.as_bytes()).is_err());
    }
}
