//! How far work is, in one line that fits: what, how many, how fast, and how long still. Nothing of any data is in it.

use std::time::Duration;

use crate::progress::{Seen, Stage};

/// How long a stage must have been on before its speed says anything.
const SETTLED: Duration = Duration::from_millis(400);

/// The line for a stage that was on for so long, in at most so many columns; all of its characters take one.
pub fn line(seen: &Seen, on: Duration, width: usize) -> String {
    let Words { doing, things, one } = words(seen.stage);
    let counted = |count: u64| format!("{} {}", grouped(count), if count == 1 { one } else { things });
    let mut what = match (seen.done, seen.total) {
        (0, 0) => format!("{doing} {things}"),
        (0, 1) => format!("{doing} {}", counted(1)),
        (done, 0) => format!("{doing} {}", counted(done)),
        (done, total) => format!("{doing} {} of {}", grouped(done.min(total)), counted(total)),
    };
    if seen.within > 0 {
        what.push_str(&format!(", {} files", grouped(seen.within)));
    }
    let fast =
        speed(seen.done.max(seen.within), on).map(|speed| format!(", {}", per_second(speed))).unwrap_or_default();
    let long = match speed(seen.done, on) {
        Some(speed) if seen.total > 0 => {
            format!(", {} left", time(seen.total.saturating_sub(seen.done) as f64 / speed))
        }
        None if seen.done == 0 && on.as_secs() > 0 => format!(", {}", time(on.as_secs() as f64)),
        _ => String::new(),
    };
    let fits = |line: &String| line.len() <= width;
    [format!("{what}{fast}{long}"), format!("{what}{long}"), what]
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| doing.chars().take(width).collect())
}

/// How a stage is told.
struct Words {
    doing: &'static str,
    things: &'static str,
    one: &'static str,
}

fn words(stage: Stage) -> Words {
    let (doing, things, one) = match stage {
        Stage::Fabrics => ("Reading", "fabrics", "fabric"),
        Stage::Files => ("Reading", "files", "file"),
        Stage::Plan => ("Sorting", "what was read", "what was read"),
        Stage::Rules => ("Comparing the objects of", "fabrics", "fabric"),
        Stage::Judge => ("Judging", "commits", "commit"),
        Stage::Verify => ("Verifying", "commits", "commit"),
        Stage::Write => ("Writing", "objects", "object"),
        Stage::Move => ("Moving", "the branch", "the branch"),
    };
    Words { doing, things, one }
}

/// How many a second, over all of the stage, so that what is left does not jump; none as long as that says nothing.
fn speed(done: u64, on: Duration) -> Option<f64> {
    (done > 0 && on >= SETTLED).then(|| done as f64 / on.as_secs_f64())
}

/// Three digits of it, since more are never the same twice.
fn per_second(speed: f64) -> String {
    if speed < 9.95 {
        return format!("{speed:.1}/s");
    }
    let whole = speed.round() as u64;
    let zeros = 10u64.pow(whole.ilog10().saturating_sub(2));
    format!("{}/s", grouped((whole + zeros / 2) / zeros * zeros))
}

/// A time in whole seconds, rounded up, in the two largest of its units.
fn time(seconds: f64) -> String {
    let seconds = (seconds.ceil() as u64).max(1);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stage: Stage, (done, total): (u64, u64), millis: u64) -> String {
        line(&Seen { number: 1, stage, done, total, within: 0 }, Duration::from_millis(millis), 80)
    }

    #[test]
    fn a_line_says_what_how_many_how_fast_and_how_long_still() {
        let files = |done, millis| told(Stage::Files, (done, 200_000), millis);
        assert_eq!(files(51_200, 2_000), "Reading 51,200 of 200,000 files, 25,600/s, 6 s left");
        assert_eq!(files(128, 100_000), "Reading 128 of 200,000 files, 1.3/s, 43 h 22 min left");
        assert_eq!(files(128_000, 100_000), "Reading 128,000 of 200,000 files, 1,280/s, 57 s left");
        assert_eq!(files(100_000, 61_000), "Reading 100,000 of 200,000 files, 1,640/s, 1 min 01 s left");
        assert_eq!(files(200_000, 9_000), "Reading 200,000 of 200,000 files, 22,200/s, 1 s left");
        assert_eq!(told(Stage::Verify, (3, 40), 3_500), "Verifying 3 of 40 commits, 0.9/s, 44 s left");
        assert_eq!(told(Stage::Rules, (5, 12), 500), "Comparing the objects of 5 of 12 fabrics, 10/s, 1 s left");
    }

    #[test]
    fn a_speed_is_told_when_there_is_one_that_says_something() {
        assert_eq!(told(Stage::Files, (128, 200_000), 10), "Reading 128 of 200,000 files");
        assert_eq!(told(Stage::Judge, (0, 40), 9_000), "Judging 0 of 40 commits, 9 s");
        assert_eq!(told(Stage::Judge, (1, 40), 1_000), "Judging 1 of 40 commits, 1.0/s, 39 s left");
    }

    #[test]
    fn of_several_fabrics_the_files_tell_the_speed_and_the_fabrics_what_is_left() {
        let told = |done, within, seconds| {
            line(&Seen { number: 1, stage: Stage::Fabrics, done, total: 8, within }, Duration::from_secs(seconds), 80)
        };
        assert_eq!(told(0, 0, 0), "Reading 0 of 8 fabrics");
        assert_eq!(told(0, 51_200, 2), "Reading 0 of 8 fabrics, 51,200 files, 25,600/s, 2 s");
        assert_eq!(told(2, 102_400, 4), "Reading 2 of 8 fabrics, 102,400 files, 25,600/s, 12 s left");
    }

    #[test]
    fn what_has_no_known_end_is_told_without_one() {
        assert_eq!(told(Stage::Write, (1, 0), 100), "Writing 1 object");
        assert_eq!(told(Stage::Write, (123_456, 0), 1_000), "Writing 123,456 objects, 123,000/s");
        assert_eq!(told(Stage::Rules, (0, 1), 700), "Comparing the objects of 1 fabric");
        assert_eq!(told(Stage::Rules, (0, 1), 3_700), "Comparing the objects of 1 fabric, 3 s");
        assert_eq!(told(Stage::Plan, (0, 0), 600), "Sorting what was read");
        assert_eq!(told(Stage::Move, (0, 0), 75_000), "Moving the branch, 1 min 15 s");
    }

    #[test]
    fn a_line_never_takes_more_columns_than_there_are() {
        let seen = Seen { number: 1, stage: Stage::Files, done: 51_200, total: 200_000, within: 0 };
        let told = |width| line(&seen, Duration::from_secs(2), width);
        assert_eq!(told(51), "Reading 51,200 of 200,000 files, 25,600/s, 6 s left");
        assert_eq!(told(50), "Reading 51,200 of 200,000 files, 6 s left");
        assert_eq!(told(40), "Reading 51,200 of 200,000 files");
        assert_eq!(told(30), "Reading");
        assert_eq!(told(4), "Read");
        assert_eq!(told(0), "");
    }

    #[test]
    fn numbers_are_read_in_groups_and_speeds_in_three_digits() {
        assert_eq!([0, 999, 1_000, 12_345_678].map(grouped), ["0", "999", "1,000", "12,345,678"]);
        let speeds = [0.04, 9.94, 9.96, 99.6, 999.6, 1_234.0, 999_999.0];
        let told = ["0.0/s", "9.9/s", "10/s", "100/s", "1,000/s", "1,230/s", "1,000,000/s"];
        assert_eq!(speeds.map(per_second), told);
    }
}
