//! A new schedule in an old manifest: the top-level `periodic:` block is replaced or added, every other byte stays.

use super::block;
use super::manifest::Periodic;

/// The manifest with this schedule and no other. None where its layout leaves no room for it.
pub fn replace(bytes: &[u8], periodic: Periodic) -> Option<Vec<u8>> {
    block::replace(bytes, "periodic", &periodic.lines(), |manifest| manifest.periodic == periodic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::interval::Interval;

    fn replaced(manifest: &str, periodic: Periodic) -> Option<String> {
        replace(manifest.as_bytes(), periodic).map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn only_what_is_said_is_written_and_all_around_it_stays() {
        let old = "# top\nversion: '1.0' # v\nperiodic: {enabled: false} # off\n\n# of the policy\npolicy: {level: identity}\n";
        let periodic = Periodic { enabled: Some(true), interval: Interval::parse("30m"), validate_only: None };
        let new = "# top\nversion: '1.0' # v\nperiodic:\n  enabled: true\n  interval: 30m\n\n# of the policy\npolicy: {level: identity}\n";
        assert_eq!(replaced(old, periodic).as_deref(), Some(new));
        assert_eq!(replaced(new, periodic).as_deref(), Some(new));
        let none = "# top\nversion: '1.0' # v\n\n# of the policy\npolicy: {level: identity}\n";
        assert_eq!(replaced(new, Periodic::default()).as_deref(), Some(none));
    }

    #[test]
    fn a_manifest_without_a_schedule_gets_one_at_its_end() {
        let periodic = Periodic { enabled: Some(false), ..Periodic::default() };
        let new = "version: '1.0'\nperiodic:\n  enabled: false\n";
        assert_eq!(replaced("version: '1.0'\n", periodic).as_deref(), Some(new));
        assert_eq!(replaced("{version: '1.0'}\n", periodic), None);
    }
}
