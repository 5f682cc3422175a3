//! An interval as cron says it, which can say few: hours and days begin anew, so only what divides them comes evenly.

use crate::fabric::interval::Interval;
use crate::report::schedule::Job;

/// When cron starts something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct When {
    /// The five fields.
    pub(super) fields: String,
    /// How often that is, in minutes.
    pub(super) every: u64,
    /// What is to be said where that is not the interval that was asked for.
    pub(super) note: Option<String>,
}

/// The minutes that an hour is a multiple of.
const MINUTES: [u64; 11] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
/// The hours that a day is a multiple of.
const HOURS: [u64; 8] = [1, 2, 3, 4, 6, 8, 12, 24];

impl When {
    /// The interval, or the next shorter one that cron can say, but none below `least` minutes. `offset` is which minute it begins at, so
    /// that not all of the world's jobs come at the full hour.
    pub(super) fn of(interval: Interval, least: u64, offset: u64) -> Self {
        let wanted = interval.seconds();
        let can: Vec<u64> = MINUTES.into_iter().chain(HOURS.map(|hours| hours * 60)).collect();
        let allowed = || can.iter().copied().filter(|minutes| *minutes >= least);
        let shorter = allowed().rfind(|minutes| minutes * 60 <= wanted);
        let every = shorter.or_else(|| allowed().next()).unwrap_or(60);
        let fields = match every {
            1 => "* * * * *".to_owned(),
            60 => format!("{} * * * *", offset % 60),
            1440 => format!("{} {} * * *", offset % 60, offset / 60 % 24),
            minutes if minutes < 60 => format!("{}-59/{minutes} * * * *", offset % minutes),
            minutes => format!("{} {}-23/{} * * *", offset % 60, offset / 60 % (minutes / 60), minutes / 60),
        };
        let said = if every < 60 { format!("{every}m") } else { format!("{}h", every / 60) };
        let note = (every * 60 != wanted).then(|| match shorter {
            Some(_) => {
                format!("cron cannot say every {interval}; this is every {said}. A systemd timer and hhgit watch can.")
            }
            None => format!("nothing comes more often than every {said} here, not every {interval}; hhgit watch does."),
        });
        Self { fields, every, note }
    }

    /// When a job starts, at a minute that its own words choose.
    pub(super) fn of_job(job: &Job, least: u64) -> Self {
        let words = job.arguments().join("\0");
        let offset = words.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Self::of(job.interval, least, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(interval: &str, least: u64, offset: u64) -> (String, Option<String>) {
        let when = When::of(Interval::parse(interval).expect("an interval"), least, offset);
        (when.fields, when.note)
    }

    #[test]
    fn what_divides_an_hour_or_a_day_is_said_as_it_is() {
        for (interval, expected) in [
            ("1m", "* * * * *"),
            ("60s", "* * * * *"),
            ("5m", "2-59/5 * * * *"),
            ("30m", "7-59/30 * * * *"),
            ("60m", "37 * * * *"),
            ("1h", "37 * * * *"),
            ("2h", "37 1-23/2 * * *"),
            ("12h", "37 1-23/12 * * *"),
            ("24h", "37 1 * * *"),
        ] {
            assert_eq!(fields(interval, 1, 97), (expected.to_owned(), None), "{interval}");
        }
    }

    #[test]
    fn what_does_not_is_the_next_shorter_and_that_is_said() {
        for (interval, expected, every) in [
            ("7m", "1-59/6 * * * *", "6m"),
            ("90m", "37 * * * *", "1h"),
            ("36h", "37 1 * * *", "24h"),
            ("61s", "* * * * *", "1m"),
        ] {
            let note = format!(
                "cron cannot say every {interval}; this is every {every}. A systemd timer and hhgit watch can."
            );
            assert_eq!(fields(interval, 1, 97), (expected.to_owned(), Some(note)), "{interval}");
        }
    }

    #[test]
    fn what_is_too_often_is_as_often_as_can_be_and_that_is_said() {
        let note = "nothing comes more often than every 1m here, not every 10s; hhgit watch does.";
        assert_eq!(fields("10s", 1, 97), ("* * * * *".to_owned(), Some(note.to_owned())));
        let note = "nothing comes more often than every 5m here, not every 2m; hhgit watch does.";
        assert_eq!(fields("2m", 5, 97), ("2-59/5 * * * *".to_owned(), Some(note.to_owned())));
    }
}
