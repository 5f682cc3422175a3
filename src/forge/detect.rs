//! Which forge a remote is at, where its API is, what the repository is called there, and which token may go there: decided by the
//! remote's address, by what the CI says of its own forge, and by what was asked for; pure.

use super::address::{AddressError, Api, Origin, Place};
use super::{Access, Kind, Project};
use crate::options::propose::{Asked, Ci, Home};
use crate::options::remote::Token;
use crate::path::printable;
use crate::secret::Secret;

/// Why it cannot be told where to open a request, or nothing may be sent there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetectError {
    /// Nothing says which forge it is.
    #[error(
        "it cannot be told which forge {place} is; say it: --forge github, gitlab or gitea, and --api URL if the API is elsewhere"
    )]
    Unknown {
        /// What was looked at.
        place: String,
    },
    /// The address of an API cannot be used.
    #[error("the API's address {} cannot be used; {source}", printable(address))]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it.
        source: AddressError,
    },
    /// An API was named and no forge.
    #[error("--api names no forge; say which it is: --forge github, gitlab or gitea")]
    NoForge,
    /// The remote's address holds no repository's name.
    #[error(
        "it cannot be told what the repository is called at {}; give --remote its address there, or set {variable}",
        kind.name()
    )]
    NoRepository {
        /// The forge.
        kind: Kind,
        /// The variable that a CI says it in.
        variable: &'static str,
    },
    /// There is no token.
    #[error("there is no token for {api}; set {variable}, or HHGIT_TOKEN, to one that may open {kind} {what}s")]
    NoToken {
        /// Where it would go.
        api: Api,
        /// The forge.
        kind: &'static str,
        /// What is to be opened.
        what: &'static str,
        /// The variable to set.
        variable: &'static str,
    },
    /// There is only the token of GitLab's job.
    #[error(
        "CI_JOB_TOKEN cannot open merge requests; make a project access token with the scope api, and set GITLAB_TOKEN to it"
    )]
    JobToken,
    /// The token at hand is another server's.
    #[error("{variable} is for {server} and is not sent to {api}; if a token is to go there, set HHGIT_TOKEN to it")]
    Stray {
        /// The variable.
        variable: &'static str,
        /// The server that it is for.
        server: String,
        /// Where it would have gone.
        api: Api,
    },
}

impl DetectError {
    /// Whether the command line should have said more, or something else.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Address { .. } | Self::NoForge | Self::NoRepository { .. })
    }
}

/// Forges that everybody knows, by their hosts.
const KNOWN: [(&str, Kind); 4] = [
    ("github.com", Kind::GitHub),
    ("gitlab.com", Kind::GitLab),
    ("codeberg.org", Kind::Gitea),
    ("gitea.com", Kind::Gitea),
];

/// Where to open a request for this remote, and with which token.
pub fn access(remote: &str, asked: &Asked, ci: &Ci) -> Result<Access, DetectError> {
    if asked.api.is_some() && asked.forge.is_none() {
        return Err(DetectError::NoForge);
    }
    let place = Place::of_remote(remote);
    let home = ci.homes.iter().find(|home| is_of(home, place.as_ref(), asked.forge));
    let known = || {
        let host = place.as_ref()?.origin.host();
        KNOWN.into_iter().find(|(known, _)| *known == host).map(|(_, kind)| kind)
    };
    let Some(kind) = asked.forge.or_else(|| home.map(|home| home.forge)).or_else(known) else {
        let place = place.map_or_else(|| "a path on this machine".to_owned(), |place| place.origin.to_string());
        return Err(DetectError::Unknown { place });
    };
    let api = api(kind, place.as_ref(), home, asked.api.as_deref())?;
    let name = name(kind, place, home)?;
    let token = token(kind, &api, home, ci)?;
    Ok(Access { project: Project { kind, api, name }, token })
}

/// Whether the remote is at this forge. A path on this machine is taken for the repository that the CI works for.
fn is_of(home: &Home, place: Option<&Place>, asked: Option<Kind>) -> bool {
    let Some((server, path)) = Origin::server(&home.server) else { return false };
    let here = place.is_none_or(|place| match place.by_ssh {
        true => place.origin.host() == server.host(),
        false => place.origin == server && below(&place.path, &path).is_some(),
    });
    here && asked.is_none_or(|asked| asked == home.forge)
}

/// What follows a folder in a path; all of it, where the folder is the root.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn api(kind: Kind, place: Option<&Place>, home: Option<&Home>, asked: Option<&str>) -> Result<Api, DetectError> {
    let read = |address: &str| {
        Api::parse(address).map_err(|source| DetectError::Address { address: address.to_owned(), source })
    };
    if let Some(named) = asked.or_else(|| home?.api.as_deref()) {
        return read(named);
    }
    let server = match (home, place) {
        (Some(home), _) => home.server.trim_end_matches('/').to_owned(),
        (None, Some(place)) => place.origin.to_string(),
        (None, None) => return Err(DetectError::Unknown { place: "a path on this machine".to_owned() }),
    };
    read(&match kind {
        Kind::GitHub if server == "https://github.com" => "https://api.github.com".to_owned(),
        Kind::GitHub => format!("{server}/api/v3"),
        Kind::GitLab => format!("{server}/api/v4"),
        Kind::Gitea => format!("{server}/api/v1"),
    })
}

fn name(kind: Kind, place: Option<Place>, home: Option<&Home>) -> Result<String, DetectError> {
    let folder = home.and_then(|home| Origin::server(&home.server)).map(|(_, path)| path).unwrap_or_default();
    let name = match place {
        Some(place) if place.by_ssh => Some(place.path),
        Some(place) => below(&place.path, &folder).map(str::to_owned),
        None => home.and_then(|home| home.repository.clone()),
    };
    let parts = |name: &str| name.split('/').filter(|part| !part.is_empty()).count();
    let good = |name: &String| match kind {
        Kind::GitHub | Kind::Gitea => parts(name) == 2,
        Kind::GitLab => parts(name) >= 2,
    };
    let variable = if kind == Kind::GitLab { "CI_PROJECT_PATH" } else { "GITHUB_REPOSITORY" };
    name.filter(good).ok_or(DetectError::NoRepository { kind, variable })
}

/// The token that may go to this API: hhgit's own wherever that is, a forge's only to its own server and that server's API.
fn token(kind: Kind, api: &Api, home: Option<&Home>, ci: &Ci) -> Result<Secret, DetectError> {
    if let Some(own) = &ci.own {
        return Ok(own.clone());
    }
    let origin = |address: &str| Origin::server(address).map(|(origin, _)| origin);
    let may = |token: &&Token| {
        let server = origin(&token.server);
        let named = home.filter(|home| origin(&home.server) == server).and_then(|home| origin(home.api.as_deref()?));
        let to = api.origin();
        let githubs = token.server == "https://github.com" && to.to_string() == "https://api.github.com";
        server.as_ref() == Some(to) || named.as_ref() == Some(to) || githubs
    };
    let mut of_kind = ci.tokens.iter().filter(|token| token.forge == kind);
    if let Some(token) = of_kind.clone().find(may) {
        return Ok(token.secret.clone());
    }
    if let Some(Token { variable, server, .. }) = of_kind.next() {
        return Err(DetectError::Stray { variable, server: printable(server), api: api.clone() });
    }
    if kind == Kind::GitLab && ci.job_token {
        return Err(DetectError::JobToken);
    }
    let variable = match kind {
        Kind::GitHub => "GITHUB_TOKEN",
        Kind::GitLab => "GITLAB_TOKEN",
        Kind::Gitea => "GITEA_TOKEN",
    };
    Err(DetectError::NoToken { api: api.clone(), kind: kind.name(), what: kind.calls_it().0, variable })
}

#[cfg(test)]
mod tests;
