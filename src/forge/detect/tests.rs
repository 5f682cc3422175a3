//! Remotes, CIs and tokens, and where each leads.

use super::*;

fn home(forge: Kind, server: &str, api: Option<&str>, repository: Option<&str>) -> Home {
    Home { forge, server: server.to_owned(), api: api.map(str::to_owned), repository: repository.map(str::to_owned) }
}

fn token(variable: &'static str, forge: Kind, server: &str) -> Token {
    Token { variable, forge, server: server.to_owned(), secret: secret(variable) }
}

fn secret(text: &str) -> Secret {
    Secret::new(&format!("of-{text}")).expect("a token")
}

/// `KIND API NAME TOKEN`, or why not.
fn of(remote: &str, asked: &Asked, ci: &Ci) -> Result<String, String> {
    let Access { project: Project { kind, api, name }, token } =
        access(remote, asked, ci).map_err(|error| error.to_string())?;
    Ok(format!("{kind:?} {api} {name} {}", token.expose()))
}

fn asked(forge: Kind, api: Option<&str>) -> Asked {
    Asked { forge: Some(forge), api: api.map(str::to_owned) }
}

fn all_tokens() -> Ci {
    Ci {
        tokens: vec![
            token("GITHUB_TOKEN", Kind::GitHub, "https://github.com"),
            token("GITLAB_TOKEN", Kind::GitLab, "https://gitlab.com"),
            token("GITEA_TOKEN", Kind::Gitea, "https://codeberg.org"),
        ],
        ..Ci::default()
    }
}

#[test]
fn forges_that_everybody_knows_need_no_word() {
    for (remote, expected) in [
        ("git@github.com:acme/net.git", "GitHub https://api.github.com acme/net of-GITHUB_TOKEN"),
        ("https://github.com/acme/net", "GitHub https://api.github.com acme/net of-GITHUB_TOKEN"),
        ("https://gitlab.com/a/b/c.git", "GitLab https://gitlab.com/api/v4 a/b/c of-GITLAB_TOKEN"),
        ("ssh://git@codeberg.org/a/b", "Gitea https://codeberg.org/api/v1 a/b of-GITEA_TOKEN"),
    ] {
        assert_eq!(of(remote, &Asked::default(), &all_tokens()).as_deref(), Ok(expected), "{remote}");
    }
}

#[test]
fn a_ci_names_its_own_forge() {
    let ghe = Ci {
        homes: vec![home(Kind::GitHub, "https://ghe.example", Some("https://ghe.example/api/v3"), Some("x/y"))],
        tokens: vec![token("GITHUB_TOKEN", Kind::GitHub, "https://ghe.example")],
        ..Ci::default()
    };
    let expected = "GitHub https://ghe.example/api/v3 acme/net of-GITHUB_TOKEN";
    assert_eq!(of("https://ghe.example/acme/net", &Asked::default(), &ghe).as_deref(), Ok(expected));
    let apart = Ci {
        homes: vec![home(Kind::GitHub, "https://github.com", Some("https://api.github.com"), Some("x/y"))],
        tokens: vec![token("GITHUB_TOKEN", Kind::GitHub, "https://github.com")],
        ..Ci::default()
    };
    let expected = "GitHub https://api.github.com x/y of-GITHUB_TOKEN";
    assert_eq!(of("/srv/mirror.git", &Asked::default(), &apart).as_deref(), Ok(expected));
    let nested = Ci {
        homes: vec![home(Kind::GitLab, "https://h:8443/gitlab", None, Some("g/p"))],
        tokens: vec![token("GITLAB_TOKEN", Kind::GitLab, "https://h:8443/gitlab")],
        ..Ci::default()
    };
    let expected = "GitLab https://h:8443/gitlab/api/v4 a/b of-GITLAB_TOKEN";
    for remote in ["https://me@h:8443/gitlab/a/b.git", "ssh://git@h:2222/a/b.git", "git@h:a/b"] {
        assert_eq!(of(remote, &Asked::default(), &nested).as_deref(), Ok(expected), "{remote}");
    }
}

#[test]
fn a_token_stays_with_its_own_server() {
    let elsewhere = asked(Kind::GitHub, Some("https://evil.example/api"));
    let stray = "GITHUB_TOKEN is for https://github.com and is not sent to https://evil.example/api; if a token is to go there, set \
                 HHGIT_TOKEN to it";
    assert_eq!(of("https://github.com/a/b", &elsewhere, &all_tokens()), Err(stray.to_owned()));
    assert!(of("https://ghe.example/a/b", &asked(Kind::GitHub, None), &all_tokens()).is_err());
    assert!(of("https://github.com.evil.example/a/b", &asked(Kind::GitHub, None), &all_tokens()).is_err());
    assert!(of("https://github.com:444/a/b", &Asked::default(), &all_tokens()).is_err());
    let own = Ci { own: Some(secret("HHGIT_TOKEN")), ..all_tokens() };
    let expected = "GitHub https://evil.example/api a/b of-HHGIT_TOKEN";
    assert_eq!(of("https://github.com/a/b", &elsewhere, &own).as_deref(), Ok(expected));
    let home = home(Kind::GitHub, "https://ghe.example", Some("https://evil.example"), None);
    let lying = Ci { homes: vec![home], ..all_tokens() };
    assert!(of("https://ghe.example/a/b", &Asked::default(), &lying).is_err());
}

#[test]
fn what_cannot_be_told_is_said_with_what_to_do() {
    let nothing = Ci::default();
    let error = |remote: &str, asked: Asked, ci: &Ci| access(remote, &asked, ci).expect_err(remote);
    for (found, usage, words) in [
        (
            error("https://git.example/a/b", Asked::default(), &nothing),
            true,
            "which forge https://git.example is; say it: --forge",
        ),
        (error("/srv/a.git", Asked::default(), &nothing), true, "which forge a path on this machine is"),
        (error("/srv/a.git", asked(Kind::Gitea, None), &nothing), true, "which forge a path on this machine is"),
        (error("/srv/a.git", asked(Kind::Gitea, Some("https://h/api/v1")), &nothing), true, "or set GITHUB_REPOSITORY"),
        (error("https://github.com/a", Asked::default(), &nothing), true, "what the repository is called at GitHub"),
        (
            error("https://github.com/a/b", Asked { forge: None, api: Some("https://h".into()) }, &nothing),
            true,
            "--api names no forge",
        ),
        (error("http://git.example/a/b", asked(Kind::GitLab, None), &nothing), true, "a token goes over https alone"),
        (
            error("https://github.com/a/b", Asked::default(), &nothing),
            false,
            "no token for https://api.github.com; set GITHUB_TOKEN",
        ),
        (
            error("https://gitlab.com/a/b", Asked::default(), &Ci { job_token: true, ..Ci::default() }),
            false,
            "CI_JOB_TOKEN cannot open merge requests",
        ),
    ] {
        assert!(found.to_string().contains(words), "{found}");
        assert_eq!(found.is_usage(), usage, "{found}");
    }
}
