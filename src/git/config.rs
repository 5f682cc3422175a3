//! What the server's own configuration says, and nobody else's: how a hook may be told what to do.

use gix::bstr::ByteSlice;
use gix::config::Source;

use super::open::Repo;

impl Repo {
    /// All values that the system's and the repository's own configuration give a key `section.name`, in the order of their
    /// files; a key without a value counts as `true`, as git reads it. What the environment, the command line or the
    /// configuration of the user who runs git says does not count: on many servers that is the person who pushes.
    pub fn server_config(&self, section: &str, name: &str) -> Vec<String> {
        let own =
            |source| matches!(source, Source::GitInstallation | Source::System | Source::Local | Source::Worktree);
        let config = self.gix.config_snapshot();
        let mut values = Vec::new();
        for found in config.plumbing().sections_by_name(section).into_iter().flatten() {
            if !own(found.meta().source) || found.header().subsection_name().is_some() {
                continue;
            }
            values.extend(found.values(name).iter().map(|value| value.to_str_lossy().into_owned()));
            if found.value_implicit(name) == Some(None) {
                values.push("true".to_owned());
            }
        }
        values
    }
}
