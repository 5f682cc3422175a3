//! One request open in the end, whatever a forge does: found, opened, reworded; failures waited for, asked again or told.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod forge;

use std::error::Error;
use std::time::Duration;

use forge::{Fault, Forge, Kind, NAME, Reply, TOKEN};
use hhgit::forge::address::Api;
use hhgit::forge::client::{Became, Client};
use hhgit::forge::failure::ForgeError;
use hhgit::forge::http::{Http, Timeouts};
use hhgit::forge::{Access, Branches, Project, Words};
use hhgit::secret::Secret;

const ALL: [Kind; 3] = [Kind::GitHub, Kind::GitLab, Kind::Gitea];
const QUICK: Timeouts =
    Timeouts { connect: Duration::from_secs(5), read: Duration::from_millis(500), total: Duration::from_secs(10) };

fn access(forge: &Forge) -> Access {
    let api = Api::parse(&forge.api()).unwrap();
    let kind = forge.state().kind;
    Access { project: Project { kind, api, name: NAME.to_owned() }, token: Secret::new(TOKEN).unwrap() }
}

fn branches() -> Branches {
    Branches { source: "hhgit/sync/main".to_owned(), target: "main".to_owned() }
}

fn words(message: &str) -> Words {
    hhgit::forge::words::of_commit(Kind::GitHub, message, &branches())
}

/// How a conversation about one proposal ended, and how long it would have waited in all.
fn settle(access: &Access, words: &Words) -> (Result<(Became, u64), ForgeError>, Duration) {
    settle_within(Timeouts::default(), access, words)
}

fn settle_within(timeouts: Timeouts, access: &Access, words: &Words) -> (Result<(Became, u64), ForgeError>, Duration) {
    let mut waited = Duration::ZERO;
    let mut wait = |length| waited += length;
    let mut http = Http::new(access, timeouts);
    let ended = Client::new(&access.project, &mut http, &mut wait).settle(&branches(), words);
    (ended.map(|(became, pull)| (became, pull.number)), waited)
}

fn settled(forge: &Forge, message: &str) -> (Became, u64) {
    settle(&access(forge), &words(message)).0.unwrap()
}

/// The error and its causes, as people read them.
fn told(forge: &Forge) -> String {
    let timeouts = if forge.is_silent() { QUICK } else { Timeouts::default() };
    let error = settle_within(timeouts, &access(forge), &words("a\n")).0.unwrap_err();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" <- {cause}"));
        source = cause.source();
    }
    assert!(!format!("{text}{error:?}").contains(TOKEN), "{text}");
    text.replace(&forge.server(), "http://forge")
}

#[test]
fn a_request_is_opened_once_and_reworded_only_where_it_differs() {
    for kind in ALL {
        let forge = Forge::start(kind);
        assert_eq!(settled(&forge, "one\n\nfirst\n"), (Became::Opened, 1), "{kind:?}");
        assert_eq!(settled(&forge, "one\n\nfirst\n"), (Became::Left, 1), "{kind:?}");
        assert_eq!(settled(&forge, "two\n\nsecond\n"), (Became::Reworded, 1), "{kind:?}");
        let open = forge.open();
        assert_eq!((open.len(), open[0].title.as_str()), (1, "two"));
        assert_eq!(open[0].text, words("two\n\nsecond\n").text);
        let change = if kind == Kind::GitLab { "PUT 200" } else { "PATCH 200" };
        let change = if kind == Kind::Gitea { "PATCH 201" } else { change };
        assert_eq!(forge.asked(), ["GET 200", "POST 201", "GET 200", "GET 200", change], "{kind:?}");
    }
}

#[test]
fn what_people_wrote_into_a_request_stays() {
    for kind in ALL {
        let forge = Forge::start(kind);
        settled(&forge, "one\n");
        forge.state().pulls[0].text.push_str("\r\nReviewed, ok.\r\n");
        assert_eq!(settled(&forge, "two\n"), (Became::Reworded, 1));
        assert!(forge.open()[0].text.ends_with("keeps it -->\n\nReviewed, ok.\n"), "{:?}", forge.open());
        forge.state().pulls[0].text = "All my own.".to_owned();
        assert_eq!(settled(&forge, "three\n"), (Became::Left, 1));
        assert_eq!(forge.open()[0].text, "All my own.");
    }
}

#[test]
fn requests_of_forks_and_of_other_branches_are_not_taken_for_hhgits() {
    for kind in ALL {
        let forge = Forge::start(kind);
        forge.seed("hhgit/sync/main", "main", true);
        forge.seed("hhgit/sync/main", "release", false);
        forge.seed("hhgit/sync/main2", "main", false);
        assert_eq!(settled(&forge, "one\n"), (Became::Opened, 4), "{kind:?}");
    }
}

#[test]
fn a_request_on_a_late_page_is_found_and_the_pages_come_to_an_end() {
    let forge = Forge::start(Kind::Gitea);
    (0..120).for_each(|number| forge.seed(&format!("other-{number}"), "main", false));
    settled(&forge, "one\n");
    assert_eq!(forge.asked(), ["GET 200", "GET 200", "GET 200", "POST 201"]);
    assert_eq!(settled(&forge, "one\n"), (Became::Left, 121));
    let endless = Forge::start(Kind::Gitea);
    (0..2100).for_each(|number| endless.seed(&format!("other-{number}"), "main", false));
    assert_eq!(
        told(&endless),
        "GET http://forge/api/v1/repos/acme/net/pulls: there are more than 2000 open requests, and hhgit's is not among those; \
         close old ones"
    );
    assert_eq!(endless.asked().len(), 40);
}

#[test]
fn two_bots_that_open_at_once_end_with_one_request() {
    for kind in ALL {
        let forge = Forge::start(kind);
        forge.fail("POST", Fault::Together);
        forge.fail("POST", Fault::Together);
        let both = std::thread::scope(|scope| {
            let bots = [scope.spawn(|| settled(&forge, "one\n")), scope.spawn(|| settled(&forge, "one\n"))];
            bots.map(|bot| bot.join().unwrap())
        });
        assert_eq!(forge.open().len(), 1, "{kind:?}");
        assert!(both.contains(&(Became::Opened, 1)) && both.contains(&(Became::Left, 1)), "{both:?}");
    }
}

#[test]
fn a_request_that_was_opened_while_the_connection_broke_is_not_opened_twice() {
    for kind in ALL {
        for fault in [Fault::DoneAndHangup, Fault::CutShort] {
            let forge = Forge::start(kind);
            forge.fail("POST", fault.clone());
            assert_eq!(settled(&forge, "one\n"), (Became::Opened, 1), "{kind:?} {fault:?}");
            assert_eq!(forge.open().len(), 1);
            assert_eq!(forge.asked().len(), 3);
        }
        for fault in [Fault::Hangup, Fault::Silence, Fault::Answer(Reply::new(502, "<html>"))] {
            let forge = Forge::start(kind);
            forge.fail("POST", fault.clone());
            let (ended, _) = settle_within(QUICK, &access(&forge), &words("one\n"));
            assert_eq!(ended.unwrap(), (Became::Opened, 1), "{kind:?} {fault:?}");
            let methods: Vec<String> = forge.asked().iter().map(|asked| asked[..4].trim().to_owned()).collect();
            assert_eq!(methods, ["GET", "POST", "GET", "POST"], "{kind:?} {fault:?}");
        }
    }
}

#[test]
fn a_forge_that_stays_silent_is_given_up_on() {
    let forge = Forge::start(Kind::GitHub);
    (0..5).for_each(|_| forge.fail("GET", Fault::Silence));
    let text = told(&forge);
    assert!(
        text.starts_with("GET http://forge/api/v3/repos/acme/net/pulls had no answer after 5 tries; look at"),
        "{text}"
    );
    assert!(text.contains("<- no answer in time"), "{text}");
    let gone = access(&forge);
    drop(forge);
    let (ended, waited) = settle(&gone, &words("a\n"));
    assert!(matches!(ended, Err(ForgeError::NoAnswer { tries: 5, .. })), "{ended:?}");
    assert!((Duration::from_secs(7)..Duration::from_secs(16)).contains(&waited), "{waited:?}");
}

#[test]
fn a_servers_fault_is_waited_out() {
    for status in [500, 502, 503, 504] {
        let forge = Forge::start(Kind::GitLab);
        forge.fail("GET", Fault::Answer(Reply::new(status, "<html>oops")));
        forge.fail("GET", Fault::Answer(Reply::new(status, "<html>oops")));
        let (ended, waited) = settle(&access(&forge), &words("a\n"));
        assert_eq!(ended.unwrap(), (Became::Opened, 1));
        assert!((Duration::from_millis(1500)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
    }
    let forge = Forge::start(Kind::GitLab);
    (0..5).for_each(|_| forge.fail("GET", Fault::Answer(Reply::new(502, "<html>oops"))));
    assert_eq!(
        told(&forge),
        "GET http://forge/api/v4/projects/acme%2Fnet/merge_requests was answered with 502 (a page of HTML); GitLab has a fault of its \
         own: look at its status page, and run again later"
    );
}

#[test]
fn limits_are_waited_for_within_bounds() {
    let forge = Forge::start(Kind::GitHub);
    let secondary =
        r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}"#;
    forge.fail("GET", Fault::Answer(Reply::new(403, secondary).header("Retry-After", "30")));
    forge.fail("POST", Fault::Answer(Reply::new(429, "{}").header("Retry-After", "2")));
    let (ended, waited) = settle(&access(&forge), &words("a\n"));
    assert_eq!(ended.unwrap(), (Became::Opened, 1));
    assert_eq!(waited, Duration::from_secs(32));
    let spent = Reply::new(403, r#"{"message":"API rate limit exceeded for user ID 1."}"#)
        .header("Date", "Mon, 23 Nov 2026 10:00:00 GMT")
        .header("X-RateLimit-Remaining", "0")
        .header("X-RateLimit-Reset", "1795431600");
    forge.fail("GET", Fault::Answer(spent));
    assert_eq!(
        told(&forge),
        "GET http://forge/api/v3/repos/acme/net/pulls: the rate limit is used up until 2026-11-23T11:00:01Z; run again then"
    );
}

#[test]
fn a_refusal_says_what_was_asked_what_came_back_and_what_to_do() {
    let forge = Forge::start(Kind::GitHub);
    let refuse = |method, status, body: &str| forge.fail(method, Fault::Answer(Reply::new(status, body)));
    refuse("GET", 401, r#"{"message":"Bad credentials"}"#);
    assert_eq!(
        told(&forge),
        "GET http://forge/api/v3/repos/acme/net/pulls was answered with 401 (Bad credentials); the token is wrong or expired: make a \
         new one, and set GITHUB_TOKEN to it"
    );
    refuse("POST", 403, r#"{"message":"Resource not accessible by integration"}"#);
    assert!(
        told(&forge)
            .contains("403 (Resource not accessible by integration); the token needs the permissions contents: write")
    );
    refuse("GET", 404, r#"{"message":"Not Found"}"#);
    assert!(told(&forge).contains("404 (Not Found); there is no such repository, or the token may not see it"));
    refuse("POST", 422, r#"{"message":"Validation Failed","errors":[{"message":"No commits between main and x"}]}"#);
    assert!(told(&forge).contains("422 (Validation Failed; No commits between main and x); look at the branches"));
    refuse("GET", 418, "\u{1b}[2Jteapot\r\n");
    assert!(told(&forge).contains("418 (\u{fffd}[2Jteapot); look at --forge and --api"));
    assert_eq!(forge.open(), []);
}

#[test]
fn the_token_of_another_is_refused_by_each_forge() {
    for kind in ALL {
        let forge = Forge::start(kind);
        let stranger = Access { token: Secret::new("wrong").unwrap(), ..access(&forge) };
        let error = settle(&stranger, &words("a\n")).0.unwrap_err().to_string();
        assert!(error.contains("was answered with 401 ("), "{error}");
        assert_eq!(forge.asked(), ["GET 401"]);
    }
}

#[test]
fn a_redirect_is_told_and_never_followed() {
    let (forge, other) = (Forge::start(Kind::Gitea), Forge::start(Kind::Gitea));
    for (method, status) in [("GET", 301), ("GET", 302), ("POST", 307), ("POST", 308)] {
        let to = format!("{}/api/v1/repos/acme/net/pulls?token=x", other.server());
        forge.fail(method, Fault::Answer(Reply::new(status, "").header("Location", &to)));
        let text = told(&forge);
        assert!(text.contains(&format!(
            "leads to {}/api/v1/repos/acme/net/pulls; a token is never taken along",
            other.server()
        )));
    }
    assert_eq!(other.asked(), Vec::<String>::new());
}

#[test]
fn what_is_no_answer_of_the_api_is_told() {
    let forge = Forge::start(Kind::Gitea);
    forge.fail("GET", Fault::Answer(Reply::new(200, "<html>Sign in</html>")));
    let text = told(&forge);
    assert!(
        text.contains(
            "was answered by something that is no Gitea or Forgejo API; look at --forge and --api <- the answer is"
        ),
        "{text}"
    );
    forge.fail("GET", Fault::Answer(Reply::new(200, vec![b' '; 9 << 20])));
    assert!(told(&forge).ends_with("<- the answer is larger than 8388608 bytes"));
    forge.fail("GET", Fault::Answer(Reply::new(200, "[]").header("X-Long", &"x".repeat(100_000))));
    assert!(told(&forge).contains("<- "));
    forge.fail("POST", Fault::Answer(Reply::new(201, "{\"number\":")));
    assert!(
        told(&forge).contains("POST http://forge/api/v1/repos/acme/net/pulls was answered by something that is no")
    );
    assert_eq!(forge.open(), []);
}

#[test]
fn a_token_that_a_server_repeats_is_not_shown() {
    let forge = Forge::start(Kind::GitHub);
    let echo = format!(r#"{{"message":"who is Bearer {TOKEN}?"}}"#);
    forge.fail("GET", Fault::Answer(Reply::new(400, echo)));
    assert!(told(&forge).contains("400 (who is Bearer ***?)"));
    forge.fail("GET", Fault::Answer(Reply::new(302, "").header("Location", &format!("https://h/{TOKEN}"))));
    assert!(told(&forge).contains("leads to https://h/***;"));
    assert!(!format!("{:?} {:?}", access(&forge), Http::new(&access(&forge), QUICK)).contains(TOKEN));
}
