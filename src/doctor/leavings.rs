//! What is judged of what lies about: locks, temporary files, what is remembered, and the room on the disk.

use super::facts::{Kind, Left, Repository};
use super::{Check, Rows, Told, Trouble};

/// How long a lock is held at most by whoever is alive, in seconds.
const HELD: i64 = 600;
/// After how long a temporary file is nobody's: within a day a push of any size is over.
const DAY: i64 = 86_400;
/// Below how many bytes there is no room, and little.
const ROOM: (u64, u64) = (64 << 20, 1 << 30);
/// From how many bytes on much is remembered.
const MUCH: u64 = 2 << 30;

pub(super) fn judge(found: &Repository, now: i64, rows: &mut Rows) {
    let told = |kinds: &[Kind]| -> Vec<Told> {
        found.left.iter().filter(|left| kinds.contains(&left.kind)).filter_map(|left| of(found, left, now)).collect()
    };
    rows.push(Check::Locks, "none is left over", told(&[Kind::Lock, Kind::OwnLock]));
    rows.push(
        Check::Leavings,
        "nothing is left of a killed run",
        told(&[Kind::Keep, Kind::Pack, Kind::Temporary, Kind::Ref]),
    );
    memory(found, rows);
    disk(found, rows);
}

fn of(found: &Repository, left: &Left, now: i64) -> Option<Told> {
    let dir = ("dir", found.dir.as_str());
    let age = now.saturating_sub(left.since);
    let (file, name, words) = (("file", &*left.place), ("name", &*left.place), span(age));
    match left.kind {
        Kind::Lock => (age >= HELD).then(|| Trouble::LockLeft.told(&[dir, file, ("age", &words)])),
        Kind::OwnLock => Some(Trouble::LockOfHhgit.told(&[dir, file])),
        Kind::Keep => Some(Trouble::KeepLeft.told(&[dir, file])),
        Kind::Pack => Some(Trouble::PackLeft.told(&[dir, file])),
        Kind::Temporary => (age >= DAY).then(|| Trouble::TemporaryLeft.told(&[dir, file, ("age", &words)])),
        Kind::Ref => Some(Trouble::RefLeft.told(&[dir, name])),
    }
}

fn memory(found: &Repository, rows: &mut Rows) {
    let (place, bytes) = &found.remembered;
    let tell = |trouble: Trouble| move |path: &String| trouble.told(&[("path", path)]);
    let mut told: Vec<Told> = found.linked.iter().map(tell(Trouble::MemoryLinked)).collect();
    told.extend(found.open.iter().map(tell(Trouble::MemoryOpen)));
    if *bytes > MUCH {
        told.push(Trouble::MemoryLarge.told(&[("path", place), ("size", &size(*bytes))]));
    }
    rows.push(Check::Memory, "what hhgit remembers is its own", told);
}

fn disk(found: &Repository, rows: &mut Rows) {
    let dir = ("dir", found.dir.as_str());
    let mut told: Vec<Told> = Vec::new();
    if let Some(free) = found.free {
        let tell = |trouble: Trouble| trouble.told(&[dir, ("free", &size(free))]);
        match free {
            free if free < ROOM.0 => told.push(tell(Trouble::DiskFull)),
            free if free < ROOM.1 => told.push(tell(Trouble::DiskLow)),
            _ => {}
        }
    }
    if !found.flock {
        told.push(Trouble::NoFlock.told(&[dir]));
    }
    rows.push(Check::Disk, "has room, and knows locks", told);
}

/// A number of bytes as people say it.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let mut unit = 0;
    let mut left = bytes;
    while left >= 1024 && unit + 1 < UNITS.len() {
        (left, unit) = (left / 1024, unit + 1);
    }
    format!("{left} {}", UNITS[unit])
}

/// A number of seconds as people say it.
pub(super) fn span(seconds: i64) -> String {
    let (number, unit) = match seconds {
        s if s >= 2 * DAY => (s / DAY, "days"),
        s if s >= 7200 => (s / 3600, "hours"),
        s if s >= 120 => (s / 60, "minutes"),
        s => (s, "seconds"),
    };
    format!("{number} {unit}")
}
