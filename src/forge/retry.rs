//! What is asked again, and after how long: a rule from answers to decisions; it waits for nothing itself.

use std::time::Duration;

use jiff::Timestamp;

use super::failure::{CarryError, clean};
use super::{Answer, Method};

/// How often one thing is asked.
pub const TRIES: u32 = 5;
/// How long is waited in all for one thing: five minutes, so that a minute's limit passes and an hour's is told.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// How long is waited after the first fault of a server; twice as long after each further one.
const FIRST: Duration = Duration::from_secs(1);
/// How long is waited where a forge limits the rate and does not say for how long, as GitHub asks.
const UNSAID: Duration = Duration::from_secs(60);
/// What else of GitHub's words tells a limit from a right that is missing; both are 403.
const LIMIT: &[u8] = b"rate limit";

/// What is to be done about an answer, or about none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is as good as it gets: take it.
    Take,
    /// Ask the same again after this long.
    Again(Duration),
    /// It may have been done or not; look before anything is asked again, after this long.
    Look(Duration),
    /// The rate limit holds for longer than is waited; the text says until when.
    Limited(String),
}

/// What is to be done after this many tries and this much waiting. `roll` is a random number.
pub fn next(method: Method, outcome: Result<&Answer, &CarryError>, tries: u32, waited: Duration, roll: u64) -> Next {
    let faulty = match outcome {
        Ok(answer) if is_limited(method, answer) => return limited(answer, tries, waited),
        Ok(answer) => matches!(answer.status, 500 | 502 | 503 | 504),
        Err(error) => error.may_pass(),
    };
    let pause = backoff(tries, roll);
    match method.is_idempotent() {
        _ if !faulty => Next::Take,
        false => Next::Look(pause),
        true if tries >= TRIES || waited + pause > PATIENCE => Next::Take,
        true => Next::Again(pause),
    }
}

/// How long to wait after this many tries: between half and the whole of a span that doubles.
pub fn backoff(tries: u32, roll: u64) -> Duration {
    let most = FIRST * 2u32.pow(tries.clamp(1, 6) - 1);
    let half = most / 2;
    let span = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).max(1);
    half + Duration::from_millis(roll % span)
}

/// Whether a forge says that it was asked too often: GitHub by 403 too, with one of three signs.
fn is_limited(method: Method, answer: &Answer) -> bool {
    let says = || answer.body.to_ascii_lowercase().windows(LIMIT.len()).any(|part| part == LIMIT);
    match answer.status {
        429 => true,
        503 => method.is_idempotent() && answer.header("retry-after").is_some(),
        403 => answer.header("retry-after").is_some() || answer.header("x-ratelimit-remaining") == Some("0") || says(),
        _ => false,
    }
}

fn limited(answer: &Answer, tries: u32, waited: Duration) -> Next {
    let asked = wanted(answer);
    let pause = asked.unwrap_or(UNSAID).max(Duration::from_secs(1));
    if tries < TRIES && waited.saturating_add(pause) <= PATIENCE {
        return Next::Again(pause);
    }
    Next::Limited(match (date(answer), asked) {
        (Some(now), Some(asked)) => {
            let end = i64::try_from(asked.as_secs()).ok().and_then(|asked| now.as_second().checked_add(asked));
            end.and_then(|end| Timestamp::from_second(end).ok()).map_or_else(String::new, |end| format!(" until {end}"))
        }
        (None, Some(asked)) => format!(" for another {} s", asked.as_secs()),
        (_, None) => String::new(),
    })
}

/// How long the forge asks to wait: in seconds, until a date, or until the second that its limit starts anew.
fn wanted(answer: &Answer) -> Option<Duration> {
    if let Some(text) = answer.header("retry-after") {
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        return Some(between(date(answer)?, until));
    }
    let reset = ["x-ratelimit-reset", "ratelimit-reset"].iter().find_map(|name| answer.header(name))?;
    let until = Timestamp::from_second(reset.parse().ok()?).ok()?;
    // One second more: the forge counts whole ones.
    date(answer).map(|now| between(now, until) + Duration::from_secs(1))
}

/// The forge's own time. Only that is compared with what it says, since two machines' clocks differ.
fn date(answer: &Answer) -> Option<Timestamp> {
    let text = clean(answer.header("date")?);
    Some(jiff::fmt::rfc2822::parse(&text).ok()?.timestamp())
}

fn between(now: Timestamp, until: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(until.as_second().saturating_sub(now.as_second())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: (&str, &str) = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { status, headers, body: body.as_bytes().to_vec() }
    }

    fn after(answer: &Answer, tries: u32, waited: u64) -> Next {
        next(Method::Get, Ok(answer), tries, Duration::from_secs(waited), 0)
    }

    const fn seconds(n: u64) -> Next {
        Next::Again(Duration::from_secs(n))
    }

    #[test]
    fn a_limit_is_waited_for_as_long_as_the_forge_says() {
        for (status, headers, body, next) in [
            (429, &[("retry-after", "7")][..], "", seconds(7)),
            (429, &[DATE, ("retry-after", "Mon, 23 Nov 2026 10:00:09 GMT")], "", seconds(9)),
            (429, &[DATE, ("ratelimit-reset", "1795428010")], "", seconds(11)),
            (403, &[DATE, ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795428010")], "", seconds(11)),
            (403, &[("retry-after", "0")], "", seconds(1)),
            (403, &[], r#"{"message":"You have exceeded a secondary rate limit."}"#, seconds(60)),
            (403, &[], r#"{"message":"Resource not accessible by integration"}"#, Next::Take),
            (403, &[("x-ratelimit-remaining", "4999")], "", Next::Take),
            (503, &[("retry-after", "3")], "", seconds(3)),
            (429, &[("retry-after", "soon")], "", seconds(60)),
            (429, &[DATE, ("x-ratelimit-reset", "99999999999999999999")], "", seconds(60)),
        ] {
            assert_eq!(after(&answer(status, headers, body), 1, 0), next, "{status} {headers:?} {body}");
        }
    }

    #[test]
    fn a_limit_that_outlasts_the_patience_is_told_with_its_end() {
        let hour = answer(403, &[DATE, ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795431600")], "");
        assert_eq!(after(&hour, 1, 0), Next::Limited(" until 2026-11-23T11:00:01Z".to_owned()));
        let minutes = answer(429, &[("retry-after", "200")], "");
        assert_eq!(after(&minutes, 1, 0), seconds(200));
        assert_eq!(after(&minutes, 2, 200), Next::Limited(" for another 200 s".to_owned()));
        let huge = answer(429, &[DATE, ("retry-after", "18446744073709551615")], "");
        assert_eq!(after(&huge, 1, 0), Next::Limited(String::new()));
        assert_eq!(
            after(&answer(429, &[("retry-after", "1")], ""), TRIES, 4),
            Next::Limited(" for another 1 s".to_owned())
        );
    }

    #[test]
    fn a_servers_fault_is_asked_again_where_twice_is_as_good_as_once() {
        for status in [500, 502, 503, 504] {
            assert_eq!(after(&answer(status, &[], ""), 1, 0), Next::Again(Duration::from_millis(500)), "{status}");
            let post = next(Method::Post, Ok(&answer(status, &[], "")), 1, Duration::ZERO, 0);
            assert_eq!(post, Next::Look(Duration::from_millis(500)), "{status}");
        }
        for status in [200, 201, 301, 400, 401, 404, 409, 422, 501] {
            assert_eq!(after(&answer(status, &[], ""), 1, 0), Next::Take, "{status}");
        }
        assert_eq!(after(&answer(502, &[], ""), TRIES, 0), Next::Take);
    }

    #[test]
    fn what_was_lost_is_asked_again_and_what_is_refused_is_not() {
        let lost = CarryError::Lost { why: "reset".to_owned() };
        let untrusted = CarryError::Untrusted { why: "expired".to_owned() };
        let ask = |method, error| next(method, Err(error), 1, Duration::ZERO, 0);
        assert_eq!(ask(Method::Put, &lost), Next::Again(Duration::from_millis(500)));
        assert_eq!(ask(Method::Post, &lost), Next::Look(Duration::from_millis(500)));
        assert_eq!(ask(Method::Post, &untrusted), Next::Take);
        assert_eq!(ask(Method::Get, &CarryError::TooLarge { most: 1 }), Next::Take);
    }

    #[test]
    fn waits_double_and_differ_between_bots() {
        for (tries, low, high) in [(1, 500, 1000), (2, 1000, 2000), (3, 2000, 4000), (99, 16_000, 32_000)] {
            for roll in [0, 1, 77_777, u64::MAX] {
                let pause = backoff(tries, roll).as_millis();
                assert!((low..=high).contains(&pause), "{tries} {roll}: {pause}");
            }
        }
        assert_ne!(backoff(3, 1), backoff(3, 2));
    }
}
