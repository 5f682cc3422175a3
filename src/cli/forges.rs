//! What the environment says of the forge that this runs in the CI of.

use crate::options::propose::{Ci, Home};
use crate::options::remote::{Forge, Token};
use crate::secret::Secret;

/// What these variables say, beside the forges' tokens.
pub(super) fn ci(variable: impl Fn(&str) -> Option<String>, tokens: Vec<Token>) -> Ci {
    let set = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let is_on = |name: &str| set(name).as_deref() == Some("true");
    let actions = set("GITHUB_SERVER_URL").map(|server| Home {
        forge: if is_on("GITEA_ACTIONS") || is_on("FORGEJO_ACTIONS") { Forge::Gitea } else { Forge::GitHub },
        server,
        api: set("GITHUB_API_URL"),
        repository: set("GITHUB_REPOSITORY"),
    });
    let gitlab = set("CI_SERVER_URL").map(|server| Home {
        forge: Forge::GitLab,
        server,
        api: set("CI_API_V4_URL"),
        repository: set("CI_PROJECT_PATH"),
    });
    Ci {
        homes: actions.into_iter().chain(gitlab).collect(),
        own: set("HHGIT_TOKEN").as_deref().and_then(Secret::new),
        tokens,
        job_token: set("CI_JOB_TOKEN").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Ci {
        let found = |name: &str| variables.iter().find(|(variable, _)| *variable == name);
        ci(|name| found(name).map(|(_, value)| (*value).to_owned()), Vec::new())
    }

    fn home(forge: Forge, server: &str, api: &str, repository: &str) -> Home {
        let some = |text: &str| Some(text.to_owned());
        Home { forge, server: server.to_owned(), api: some(api), repository: some(repository) }
    }

    #[test]
    fn each_ci_names_its_own_forge() {
        let actions = [
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_API_URL", "https://api.github.com"),
            ("GITHUB_REPOSITORY", "acme/net"),
        ];
        let github = home(Forge::GitHub, "https://github.com", "https://api.github.com", "acme/net");
        assert_eq!(of(&actions), Ci { homes: vec![github.clone()], ..Ci::default() });
        let gitea = [Home { forge: Forge::Gitea, ..github }];
        for on in ["GITEA_ACTIONS", "FORGEJO_ACTIONS"] {
            assert_eq!(of(&[&actions[..], &[(on, "true")]].concat()).homes, gitea);
        }
        let gitlab = [
            ("CI_SERVER_URL", "https://gitlab.com"),
            ("CI_API_V4_URL", "https://gitlab.com/api/v4"),
            ("CI_PROJECT_PATH", "a/b/c"),
            ("CI_JOB_TOKEN", "x"),
        ];
        let expected = home(Forge::GitLab, "https://gitlab.com", "https://gitlab.com/api/v4", "a/b/c");
        assert_eq!(of(&gitlab), Ci { homes: vec![expected], job_token: true, ..Ci::default() });
    }

    #[test]
    fn without_a_ci_there_is_a_token_at_most() {
        assert_eq!(of(&[("HHGIT_TOKEN", " "), ("GITHUB_SERVER_URL", "")]), Ci::default());
        assert_eq!(of(&[("HHGIT_TOKEN", "t\n")]), Ci { own: Secret::new("t"), ..Ci::default() });
    }
}
