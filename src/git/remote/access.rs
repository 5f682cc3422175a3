//! How git reaches a remote: nobody is asked, nothing waits for ever, and a token goes to its own server alone.
//!
//! Git itself does the transport, with the credential helpers, proxies and keys that its configuration names. A token of the
//! environment is handed to it as one more header for that one URL, in variables that name configuration: no command line and no
//! file holds it. With it redirects are off, since git would send the header along to wherever they lead.

use std::ffi::OsStr;

use super::address::Server;
use super::{Remote, RemoteError};
use crate::git::open::Repo;
use crate::git::run::{Answer, Git};
use crate::options::remote::{Forge, Remote as Asked, Token};
use crate::secret::Secret;

/// The slowest that a server may be, in bytes a second, and for how many seconds.
const SLOWEST: (&str, &str) = ("100", "60");

/// What git is told for a conversation, beside what it knows.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// Configuration, by key and value, that the environment hands over.
    config: Vec<(String, Secret)>,
    /// What must not be in any word.
    secrets: Vec<Secret>,
}

impl Access {
    /// What is needed to speak with this URL, as git has resolved it.
    pub(super) fn to(repo: &Repo, url: &str, asked: &Asked) -> Result<Self, RemoteError> {
        let Some(server) = Server::of(url).filter(|server| server.is_private() && !server.signs_in) else {
            return Ok(Self::default());
        };
        let is_meant = |token: &&Token| Server::of(&token.server).is_some_and(|own| own.covers(&server));
        let Some(token) = asked.tokens.iter().find(is_meant) else { return Ok(Self::default()) };
        if signs_in_already(repo, url)? {
            return Ok(Self::default());
        }
        Ok(Self::with(url, token))
    }

    fn with(url: &str, token: &Token) -> Self {
        let user = match token.forge {
            Forge::GitHub | Forge::Gitea => "x-access-token",
            Forge::GitLab => "oauth2",
        };
        let code = base64(format!("{user}:{}", token.secret.expose()).as_bytes());
        let header = Secret::new(&code);
        let value = |text: &str| Secret::of_text(text.to_owned());
        let mut config = vec![
            (format!("http.{url}.extraHeader"), value(&format!("Authorization: Basic {code}"))),
            (format!("http.{url}.followRedirects"), value("false")),
        ];
        if url.to_ascii_lowercase().starts_with("http:") {
            // Only this machine itself is spoken to in clear; a proxy would be another.
            config.push((format!("http.{url}.proxy"), Secret::of_text(String::new())));
        }
        Self { config, secrets: [Some(token.secret.clone()), header].into_iter().flatten().collect() }
    }

    /// Runs git; what it says holds no secret.
    pub(super) fn ask(&self, git: Git) -> Result<Answer, RemoteError> {
        let mut answer = self.equip(git).ask()?;
        for secret in &self.secrets {
            answer.words = answer.words.replace(secret.expose(), "***");
            // A server's reasons come this way too.
            answer.output = without(&answer.output, secret.expose().as_bytes());
        }
        Ok(answer)
    }

    fn equip(&self, mut git: Git) -> Git {
        if self.config.is_empty() {
            return git;
        }
        // What is traced may hold the environment and the configuration.
        for target in ["GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF"] {
            git = git.env(target, "0");
        }
        let given = git.variable("GIT_CONFIG_COUNT").and_then(|count| count.to_str()?.trim().parse().ok());
        let given: usize = given.unwrap_or(0);
        for (index, (key, value)) in self.config.iter().enumerate() {
            git = git.env(&format!("GIT_CONFIG_KEY_{}", given + index), key);
            git = git.env(&format!("GIT_CONFIG_VALUE_{}", given + index), value.expose());
        }
        git.env("GIT_CONFIG_COUNT", (given + self.config.len()).to_string())
    }
}

/// Bytes with a secret's place taken by stars.
fn without(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(at) = rest.windows(secret.len().max(1)).position(|window| window == secret) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(b"***");
        rest = &rest[at + secret.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Whether git's own configuration brings a header to sign in with at this URL, as some CI leaves it.
fn signs_in_already(repo: &Repo, url: &str) -> Result<bool, RemoteError> {
    let git = Git::new(repo, "config", &[]).args(["--null", "--get-urlmatch", "http.extraHeader"]).arg(url);
    let answer = git.ask()?;
    let header = String::from_utf8_lossy(&answer.output).to_ascii_lowercase();
    Ok(answer.success && header.trim_start().starts_with("authorization"))
}

/// A run of git that speaks with another machine: with a limit, without hooks, prompts and traces.
pub(super) fn git(remote: &Remote<'_>, name: &str, more: &[(&str, &OsStr)]) -> Git {
    let repo = remote.repo;
    let asks = repo.config("core.askPass").is_some() || is_set("GIT_ASKPASS");
    let no_hooks = crate::git::run::no_hooks();
    let mut config: Vec<(&str, &OsStr)> = vec![
        ("core.hooksPath", no_hooks.as_os_str()),
        ("protocol.ext.allow", "never".as_ref()),
        ("protocol.fd.allow", "never".as_ref()),
        ("submodule.recurse", "false".as_ref()),
    ];
    if !asks {
        config.push(("credential.interactive", "false".as_ref()));
    }
    if repo.config("http.lowSpeedLimit").is_none() && !is_set("GIT_HTTP_LOW_SPEED_LIMIT") {
        config.extend([("http.lowSpeedLimit", SLOWEST.0.as_ref()), ("http.lowSpeedTime", SLOWEST.1.as_ref())]);
    }
    config.extend(more);
    let mut git = Git::new(repo, name, &config).limit(remote.timeout);
    git = git.env("SSH_ASKPASS_REQUIRE", "never");
    if !is_set("GCM_INTERACTIVE") {
        git = git.env("GCM_INTERACTIVE", "never");
    }
    // A program that answers for the person was put there on purpose; only where there is none nobody shall be asked.
    if let Some(program) = std::env::var_os("GIT_ASKPASS").filter(|program| !program.is_empty()) {
        git = git.env("GIT_ASKPASS", program);
    } else if asks {
        git = git.env_remove("GIT_ASKPASS");
    }
    let has_own_ssh = repo.config("core.sshCommand").is_some() || is_set("GIT_SSH_COMMAND") || is_set("GIT_SSH");
    if has_own_ssh { git } else { git.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes") }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Bytes in the 64 characters of RFC 4648, as HTTP wants names and passwords.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            let digit = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or_default();
            out.push(if place <= chunk.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, code) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(text.as_bytes()), code);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn what_is_told_to_git_shows_no_token() {
        let secret = Secret::new("s3cret").expect("a token");
        let token = Token { variable: "GITHUB_TOKEN", forge: Forge::GitHub, server: "https://h".into(), secret };
        let access = Access::with("https://h/x", &token);
        assert_eq!(access.config[0].1.expose(), "Authorization: Basic eC1hY2Nlc3MtdG9rZW46czNjcmV0");
        let shown = format!("{access:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("eC1hY2"), "{shown}");
    }
}
