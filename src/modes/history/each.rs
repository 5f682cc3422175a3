//! Many commits looked at one by one, over all cores, with what one look finds out about history at the next one's hand.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

use crate::ids::CommitId;
use crate::progress::Work;
use crate::snapshot::{Commit, Objects};

use super::past::Past;

/// How many commits a thread takes at a time: neighbours share most of what they hold.
const CHUNK: usize = 8;

/// Looks at commits, which are best given with parents before children, and answers by commit what `look` says of it. Each is
/// counted when it was looked at.
pub(in crate::modes) fn each<T: Send>(
    objects: &dyn Objects,
    commits: &[&Commit],
    (threads, work): (Option<NonZeroUsize>, &Work),
    look: &(dyn Fn(&dyn Objects, &Commit) -> T + Sync),
) -> BTreeMap<CommitId, T> {
    let cores = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let workers = cores.min(commits.len().div_ceil(CHUNK)).max(1);
    let (next, past) = (AtomicUsize::new(0), Past::of(objects));
    let work = |past: Past<'_>| {
        let mut done = Vec::new();
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let Some(commits) = commits.chunks(CHUNK).nth(chunk) else { return done };
            for commit in commits {
                done.push((commit.id, look(&past, commit)));
                work.add(1);
            }
        }
    };
    std::thread::scope(|scope| {
        // Where there are no more threads to be had, fewer do the same work.
        let handles: Vec<_> = (1..workers)
            .map_while(|_| {
                let past = past.another();
                Builder::new().spawn_scoped(scope, || work(past)).ok()
            })
            .collect();
        let mut found = work(past.another());
        for handle in handles {
            found.extend(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found.into_iter().collect()
    })
}
