//! The tokens of the environment, each with the one server that it is for, as the CI names it.

use crate::options::remote::{Forge, Token};
use crate::secret::Secret;

/// The tokens that these variables hold. One whose server nobody names is left out.
pub(super) fn tokens(variable: impl Fn(&str) -> Option<String>) -> Vec<Token> {
    let set = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let is_gitea = ["GITEA_ACTIONS", "FORGEJO_ACTIONS"].iter().any(|name| set(name).as_deref() == Some("true"));
    // Gitea's and Forgejo's own CI speaks as GitHub's does, with the same names and another server.
    let actions = || set("GITHUB_SERVER_URL");
    let gitea = || actions().filter(|_| is_gitea);
    let github = if is_gitea { actions() } else { actions().or_else(|| Some("https://github.com".to_owned())) };
    let gitlab = set("CI_SERVER_URL")
        .or_else(|| set("CI_SERVER_HOST").map(|host| format!("https://{host}")))
        .or_else(|| Some("https://gitlab.com".to_owned()));
    let rows = [
        ("GITHUB_TOKEN", if is_gitea { Forge::Gitea } else { Forge::GitHub }, github),
        ("GITLAB_TOKEN", Forge::GitLab, gitlab),
        ("GITEA_TOKEN", Forge::Gitea, gitea()),
        ("FORGEJO_TOKEN", Forge::Gitea, gitea()),
    ];
    let token = |(variable, forge, server): (&'static str, Forge, Option<String>)| {
        Some(Token { variable, forge, server: server?, secret: Secret::new(&set(variable)?)? })
    };
    // The last of two for one server is the one meant: a token made for the purpose, not the one every job has.
    rows.into_iter().rev().filter_map(token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `variable forge server` of each token that these variables make.
    fn of(variables: &[(&str, &str)]) -> Vec<String> {
        let found = tokens(|name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        });
        found.iter().map(|token| format!("{} {:?} {}", token.variable, token.forge, token.server)).collect()
    }

    #[test]
    fn a_token_belongs_to_the_forge_that_its_name_says() {
        assert_eq!(
            of(&[("GITHUB_TOKEN", "a"), ("GITLAB_TOKEN", "b")]),
            ["GITLAB_TOKEN GitLab https://gitlab.com", "GITHUB_TOKEN GitHub https://github.com"]
        );
    }

    #[test]
    fn the_ci_names_the_server() {
        let enterprise = [("GITHUB_TOKEN", "a"), ("GITHUB_SERVER_URL", "https://ghe.example.org")];
        assert_eq!(of(&enterprise), ["GITHUB_TOKEN GitHub https://ghe.example.org"]);
        let named = [("GITLAB_TOKEN", "a"), ("CI_SERVER_URL", "https://gl.example.org:8443/git")];
        assert_eq!(of(&named), ["GITLAB_TOKEN GitLab https://gl.example.org:8443/git"]);
        let host = [("GITLAB_TOKEN", "a"), ("CI_SERVER_HOST", "gl.example.org")];
        assert_eq!(of(&host), ["GITLAB_TOKEN GitLab https://gl.example.org"]);
    }

    #[test]
    fn in_giteas_ci_no_token_is_githubs() {
        let around =
            [("GITEA_ACTIONS", "true"), ("GITHUB_TOKEN", "a"), ("GITHUB_SERVER_URL", "https://git.example.org")];
        assert_eq!(of(&around), ["GITHUB_TOKEN Gitea https://git.example.org"]);
        assert_eq!(of(&around[..2]), Vec::<String>::new());
    }

    #[test]
    fn a_token_without_a_server_is_left_out() {
        assert_eq!(of(&[("GITEA_TOKEN", "a"), ("FORGEJO_TOKEN", "b"), ("GITHUB_TOKEN", " ")]), Vec::<String>::new());
    }
}
