//! A crew: the same work done on many things over all cores, each worker with its own handle on the objects; the answers keep the
//! things' order.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

use crate::snapshot::Objects;

/// How many workers there are: as many as asked for, or as there are cores.
pub(super) fn workers(threads: Option<NonZeroUsize>) -> usize {
    // Asked once: the system answers out of several files.
    static CORES: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get));
    threads.map_or_else(|| *CORES, NonZeroUsize::get)
}

/// Does the work on each thing; `chunk` of them are taken at a time. Of several errors the first thing's counts.
pub(super) fn spread<J: Sync, T: Send, E: Send>(
    objects: &dyn Objects,
    things: &[J],
    (workers, chunk): (usize, usize),
    one: &(dyn Fn(&dyn Objects, &J) -> Result<T, E> + Sync),
) -> Result<Vec<T>, E> {
    let workers = workers.min(things.len().div_ceil(chunk));
    if workers <= 1 {
        return things.iter().map(|thing| one(objects, thing)).collect();
    }
    let next = AtomicUsize::new(0);
    let work = |objects: &dyn Objects| {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(things) = things.chunks(chunk).nth(at) else { return done };
            let answers: Result<Vec<T>, E> = things.iter().map(|thing| one(objects, thing)).collect();
            done.push((at, answers));
        }
    };
    let mut chunks: Vec<(usize, Result<Vec<T>, E>)> = std::thread::scope(|scope| {
        // Where there are no more threads to be had, fewer do the same work.
        let handles: Vec<_> = (1..workers)
            .map_while(|_| {
                let fork = objects.fork();
                Builder::new().spawn_scoped(scope, move || work(&*fork)).ok()
            })
            .collect();
        let mut chunks = work(objects);
        for handle in handles {
            chunks.extend(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        chunks
    });
    chunks.sort_by_key(|(at, _)| *at);
    let mut answers = Vec::with_capacity(things.len());
    for (_, chunk) in chunks {
        answers.extend(chunk?);
    }
    Ok(answers)
}
