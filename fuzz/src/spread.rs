//! The laws that compare one way with another, on repositories of any bytes: L5 (threads and order), L6 (how objects are spread over
//! files) and L7 (two pushes or one).

use arbitrary::{Result, Unstructured};

use crate::generate::{Put, Shape, World};
use crate::laws::together::{self, Laid, order_matters};
use crate::world::{base, push};

/// Plays the repository that an input is in several ways.
pub fn check(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok((world, first, second, way)) = all(&mut u) else { return };
    match way % 3 {
        0 => threads_mean_nothing(&world),
        1 => spreads_mean_nothing(&world, &first),
        _ => one_push_is_as_good_as_two(&world, &first, &second),
    }
}

fn all(u: &mut Unstructured<'_>) -> Result<(World, Vec<Put>, Vec<Put>, u8)> {
    let way = u.int_in_range(0..=2)?;
    Ok((base(u)?, push(u)?, push(u)?, way))
}

/// L5. The tests' own way to put things in order gives each file a path of its own.
fn threads_mean_nothing(world: &World) {
    let world = together::in_order(world.clone());
    let one = together::outcome(&world, 2, 1, false);
    for (threads, backwards) in [(3, true), (1, true)] {
        assert_eq!(one, together::outcome(&world, 2, threads, backwards), "{world:#?}");
    }
}

/// L6. Files that are cut at good separators alone, each document in a file of its own or all in one.
fn spreads_mean_nothing(world: &World, puts: &[Put]) {
    let documents: Vec<Vec<u8>> =
        puts.iter().filter(|put| put.shape == Shape::Plain).map(|put| put.content.0.clone()).collect();
    let is_small = documents.iter().map(Vec::len).sum::<usize>() < 4000;
    if documents.is_empty() || !is_small || !documents.iter().all(|document| is_one(document)) {
        return;
    }
    let after = |files: Vec<Vec<u8>>| {
        let mut laid = Laid::new(world);
        laid.sync();
        let put = |(at, bytes): (usize, Vec<u8>)| Put {
            path: format!("spread/{at}.yaml").as_str().into(),
            shape: Shape::Plain,
            content: crate::documents::Text(bytes),
        };
        laid.push(&files.into_iter().enumerate().map(put).collect::<Vec<Put>>());
        laid.sync();
        together::values(&laid.objects())
    };
    let one = documents.join(&b"---\n"[..]);
    let two = documents.iter().rev().cloned().collect::<Vec<Vec<u8>>>().join(&b"--- # c\n"[..]);
    assert_eq!(
        after(documents.clone()),
        after(vec![one.clone()]),
        "apart or together: {world:#?}\n{}",
        one.escape_ascii()
    );
    assert_eq!(after(vec![two]), after(vec![one]), "in another order: {world:#?}");
}

/// Whether bytes are one document wherever they stand between good separators. A file that begins as a pointer of Git LFS is one
/// as a whole.
fn is_one(document: &[u8]) -> bool {
    let is_whole = document.ends_with(b"\n") && !document.starts_with(b"version https://git-lfs");
    let chunks = hhgit::yaml::split(document);
    let [chunk] = chunks.as_slice() else { return false };
    is_whole && chunk.lead.is_none() && chunk.separator.is_none() && chunk.bad_separator.is_none()
}

/// L7.
fn one_push_is_as_good_as_two(world: &World, first: &[Put], second: &[Put]) {
    if order_matters(world, first, second) {
        return;
    }
    let mut apart = Laid::new(world);
    apart.push(first);
    apart.sync();
    apart.push(second);
    apart.sync();
    let mut at_once = Laid::new(world);
    at_once.push(first);
    at_once.push(second);
    at_once.sync();
    assert_eq!(apart.objects(), at_once.objects(), "{world:#?}\n{first:#?}\n{second:#?}");
}
