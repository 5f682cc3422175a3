//! When the next round begins, and who has a turn in it; reads no clock, but is told how long the watch has run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::fabric::interval::Interval;
use crate::path::RepoPath;

/// How long a round is waited for after the first one that failed; twice as long after each further one.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The share of an interval by which it may be shorter, one over this: so that many watches do not come at once, and that
/// fabrics whose turns are close have them in one round.
const LEEWAY: u32 = 10;

/// When each fabric directory has its next turn.
#[derive(Debug, Default)]
pub(super) struct Pace {
    turns: BTreeMap<RepoPath, Turn>,
    /// When the next round begins.
    next: Duration,
    failures: u32,
}

/// One fabric directory's next turn.
#[derive(Debug, Clone, Copy)]
struct Turn {
    at: Duration,
    interval: Duration,
}

impl Pace {
    /// Those whose turn has not come, if a round begins by the clock.
    pub(super) fn waiting(&self, now: Duration) -> BTreeSet<RepoPath> {
        let waits = |turn: &Turn| turn.at.saturating_sub(turn.interval / LEEWAY) > now;
        self.turns.iter().filter(|(_, turn)| waits(turn)).map(|(path, _)| path.clone()).collect()
    }

    /// A round is over that was no failure: of those that take turns, all but `waited` have had theirs. `usual` is how long is
    /// waited where nobody takes turns, `chance` is from 0 to 1.
    pub(super) fn done(
        &mut self,
        now: Duration,
        intervals: &BTreeMap<RepoPath, Interval>,
        waited: &BTreeSet<RepoPath>,
        usual: Interval,
        chance: f64,
    ) {
        self.failures = 0;
        let turn = |(path, interval): (&RepoPath, &Interval)| {
            let interval = interval.length();
            let anew = Turn { at: now + shortened(interval, chance), interval };
            let old = self.turns.get(path).filter(|_| waited.contains(path)).copied();
            // An interval that was made shorter counts from now on.
            (path.clone(), old.map_or(anew, |old| Turn { at: old.at.min(anew.at), interval }))
        };
        self.turns = intervals.iter().map(turn).collect();
        let first = self.turns.values().map(|turn| turn.at).min();
        self.next = first.unwrap_or(now + shortened(usual.length(), chance)).max(now);
    }

    /// A round has failed: the next is soon, and later each time, but never later than one that was no failure would be.
    pub(super) fn failed(&mut self, now: Duration, usual: Interval, chance: f64) {
        let shortest = self.turns.values().map(|turn| turn.interval).min().unwrap_or(usual.length());
        let retry = FIRST_RETRY.saturating_mul(1 << self.failures.min(20)).min(shortest);
        self.failures = self.failures.saturating_add(1);
        self.next = now + shortened(retry, chance);
    }

    /// When the next round begins.
    pub(super) fn next(&self) -> Duration {
        self.next
    }

    /// How many rounds in a row have failed.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }
}

/// A little less, by chance.
fn shortened(length: Duration, chance: f64) -> Duration {
    length - (length / LEEWAY).mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Interval = crate::fabric::interval::USUAL;

    fn intervals(of: &[(&str, &str)]) -> BTreeMap<RepoPath, Interval> {
        let row = |(path, text): &(&str, &str)| {
            (RepoPath::new(*path).expect("a path"), Interval::parse(text).expect("an interval"))
        };
        of.iter().map(row).collect()
    }

    fn names(paths: BTreeSet<RepoPath>) -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_fabric_has_its_turn_at_its_own_interval() {
        let (mut pace, all) = (Pace::default(), intervals(&[("a", "10m"), ("b", "60m")]));
        pace.done(Duration::ZERO, &all, &BTreeSet::new(), USUAL, 0.0);
        let mut turns = Vec::new();
        for _ in 0..7 {
            let now = pace.next();
            let waiting = pace.waiting(now);
            turns.push((now.as_secs() / 60, names(waiting.clone())));
            pace.done(now, &all, &waiting, USUAL, 0.0);
        }
        let b = || vec!["b".to_owned()];
        // At the sixth, b is so near its turn that it has it.
        let expected = [(10, b()), (20, b()), (30, b()), (40, b()), (50, b()), (60, Vec::new()), (70, b())];
        assert_eq!(turns, expected);
    }

    #[test]
    fn an_interval_is_shortened_by_a_tenth_at_most() {
        let (mut pace, all) = (Pace::default(), intervals(&[("a", "60m")]));
        for (chance, minutes) in [(0.0, 60), (0.5, 57), (1.0, 54), (f64::NAN, 60)] {
            pace.done(Duration::ZERO, &all, &BTreeSet::new(), USUAL, if chance.is_nan() { 0.0 } else { chance });
            assert_eq!(pace.next().as_secs() / 60, minutes);
        }
    }

    #[test]
    fn failures_are_tried_again_later_each_time_and_never_later_than_the_interval() {
        let mut pace = Pace::default();
        let mut waits = Vec::new();
        for _ in 0..40 {
            pace.failed(Duration::ZERO, Interval::parse("60s").expect("an interval"), 0.0);
            waits.push(pace.next().as_secs());
        }
        assert_eq!(waits[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!((waits[39], pace.failures()), (60, 40));
        pace.done(Duration::ZERO, &intervals(&[("a", "5s")]), &BTreeSet::new(), USUAL, 0.0);
        assert_eq!((pace.next().as_secs(), pace.failures()), (5, 0));
        for _ in 0..4 {
            pace.failed(Duration::ZERO, USUAL, 0.0);
        }
        assert_eq!(pace.next().as_secs(), 5);
    }

    #[test]
    fn where_nobody_takes_turns_a_look_is_taken_at_the_usual_interval() {
        let mut pace = Pace::default();
        pace.done(Duration::from_secs(5), &BTreeMap::new(), &BTreeSet::new(), USUAL, 0.0);
        assert_eq!(pace.next().as_secs(), 3605);
    }
}
