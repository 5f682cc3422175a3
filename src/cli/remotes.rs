//! The options that name a branch of a remote, and how it is to be moved: those of sync and of watch.

use std::time::Duration;

use clap::Args;

use super::args::Forge;
use super::{Failure, Surroundings};
use crate::options;

/// A remote, and how its branch is to be moved.
#[derive(Debug, Args)]
pub struct Remote {
    /// Work on a branch of this remote, by its name, URL or path: fetch it, and push the commit
    #[arg(long, value_name = "NAME|URL")]
    pub remote: Option<String>,
    /// With --remote, the branch, as BRANCH [default: the one the remote's HEAD names]
    #[arg(long = "branch", value_name = "BRANCH", requires = "remote")]
    pub remote_branch: Option<String>,
    /// With --remote, how many seconds a fetch or a push may take
    #[arg(long, value_name = "SECONDS", requires = "remote", default_value = "300", value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub timeout: u64,
    /// With --remote, push to hhgit/sync/BRANCH instead, and open or renew one pull or merge request
    #[arg(long, requires = "remote")]
    pub propose: bool,
    /// With --propose, the forge's kind: github, gitlab or gitea, which is Forgejo's too [default: told by the remote or the CI]
    #[arg(long, value_name = "KIND", requires = "propose", hide_possible_values = true)]
    pub forge: Option<Forge>,
    /// With --propose and --forge, where the forge's API begins [default: told by the remote or the CI]
    #[arg(long, value_name = "URL", requires = "forge")]
    pub api: Option<String>,
}

impl Remote {
    /// The branch, which may be named in two ways and then is the same, and the remote if there is one.
    pub(super) fn options(
        self,
        branch: Option<String>,
        around: &Surroundings,
    ) -> Result<(Option<String>, Option<options::remote::Remote>), Failure> {
        let short = |name: &String| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
        if let (Some(one), Some(other)) = (&branch, &self.remote_branch)
            && short(one) != short(other)
        {
            let error = anyhow::anyhow!("BRANCH and --branch name two branches");
            return Err(Failure::usage(error, "Name the branch once."));
        }
        let asked = options::propose::Asked { forge: self.forge.map(kind), api: self.api };
        let propose = self.propose.then(|| options::propose::Propose { asked, ci: around.forges.clone() });
        let (timeout, tokens) = (Duration::from_secs(self.timeout), around.forges.tokens.clone());
        let remote = self.remote.map(|name| options::remote::Remote { name, timeout, tokens, apart: false, propose });
        Ok((branch.or(self.remote_branch), remote))
    }
}

/// The kind of forge that is named.
pub(super) fn kind(asked: Forge) -> options::remote::Forge {
    match asked {
        Forge::Github => options::remote::Forge::GitHub,
        Forge::Gitlab => options::remote::Forge::GitLab,
        Forge::Gitea => options::remote::Forge::Gitea,
    }
}
