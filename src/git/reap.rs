//! Children that nobody waits for: the first process of a container inherits those whose parents have ended.

/// Takes note of the end of all children that have ended, and answers how many. Only for a process that has no child it is
/// still waiting for: that one's end would be taken from it.
pub fn reap() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{WaitOptions, wait};
        std::iter::from_fn(|| wait(WaitOptions::NOHANG).ok().flatten()).count()
    }
    #[cfg(not(unix))]
    0
}
