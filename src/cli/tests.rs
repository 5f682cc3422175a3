//! Command lines and what becomes of them: options, answers, exit codes, and the words of each refusal.

use super::*;
use crate::options::Identities;
use crate::render::sample;
use crate::snapshot::Time;

fn around() -> Surroundings {
    Surroundings {
        terminal: Terminal::default(),
        width: None,
        colors: true,
        dumb: false,
        identities: Identities::default(),
        forges: options::propose::Ci::default(),
        now: Time { seconds: 1_700_000_000, offset: 0 },
        path: Vec::new(),
        hook: Default::default(),
    }
}

fn run_in(line: &str, around: &Surroundings) -> (u8, String, String) {
    let args = std::iter::once("hhgit").chain(line.split_whitespace()).map(OsString::from);
    let answer = run(args, around, &mut crate::modes::talk::Alone);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (answer.exit.code(), text(answer.stdout), text(answer.stderr))
}

fn run_line(line: &str) -> (u8, String, String) {
    run_in(line, &around())
}

fn sync_of(line: &str) -> (options::Sync, FailOn) {
    let words = ["hhgit", "sync"].into_iter().chain(line.split_whitespace());
    match Cli::try_parse_from(words).expect("a good command line").command {
        Command::Sync(args) => {
            let fail_on = fail_on(args.fail_on);
            (sync_options(args, &around()).expect("options that agree"), fail_on)
        }
        other => panic!("not a sync: {other:?}"),
    }
}

#[test]
fn a_bare_sync_has_these_defaults() {
    let expected = options::Sync {
        branch: None,
        dry_run: false,
        diff: false,
        adopt: false,
        repair: false,
        retry: Retry::Nothing,
        expect: None,
        max_deletions: None,
        yes: false,
        sign: false,
        max_file_size: 16_777_216,
        threads: None,
        remote: None,
        brief: false,
    };
    assert_eq!(sync_of(""), (expected, FailOn::Never));
}

#[test]
fn every_flag_of_sync_reaches_its_option() {
    let line = "main --dry-run --diff --adopt --repair --retry f/unmanaged/x.yaml --expect abc --max-deletions 3 \
                --fail-on error --yes --sign --max-file-size 100 --threads 2";
    let expected = options::Sync {
        branch: Some("main".into()),
        dry_run: true,
        diff: true,
        adopt: true,
        repair: true,
        retry: Retry::Below(sample::path("f/unmanaged/x.yaml")),
        expect: Some("abc".into()),
        max_deletions: Some(3),
        yes: true,
        sign: true,
        max_file_size: 100,
        threads: std::num::NonZeroUsize::new(2),
        remote: None,
        brief: false,
    };
    assert_eq!(sync_of(line), (expected, FailOn::Error));
    assert_eq!(sync_of("main --retry").0.retry, Retry::All);
}

#[test]
fn a_proposal_is_asked_for_with_a_remote_and_an_api_with_its_forge() {
    let propose = |line: &str| sync_of(line).0.remote.expect("a remote").propose.map(|propose| propose.asked);
    let asked = |forge, api: Option<&str>| Some(options::propose::Asked { forge, api: api.map(str::to_owned) });
    assert_eq!(propose("--remote origin"), None);
    assert_eq!(propose("--remote origin --propose"), asked(None, None));
    assert_eq!(
        propose("--remote origin --propose --forge gitea --api https://h/api/v1"),
        asked(Some(options::remote::Forge::Gitea), Some("https://h/api/v1"))
    );
    for bad in [
        "--propose",
        "--remote o --forge gitea",
        "--remote o --propose --api https://h",
        "--remote o --propose --forge x",
    ] {
        let line = ["hhgit", "sync"].into_iter().chain(bad.split_whitespace());
        assert!(Cli::try_parse_from(line).is_err(), "{bad}");
    }
}

#[test]
fn global_flags_are_taken_before_and_after_the_command() {
    let read = |line: &str| {
        let global = Cli::try_parse_from(line.split_whitespace()).expect("a good command line").global;
        (global.directory, global.fabrics, global.outputs.len())
    };
    let expected = ("d".into(), vec![sample::path("a"), RepoPath::root()], 2);
    assert_eq!(read("hhgit -C d --fabric a --fabric . --output human --output json=f sync"), expected);
    assert_eq!(read("hhgit sync -C d --fabric a --fabric . --output human --output json=f"), expected);
}

#[test]
fn usage_errors_end_with_2_and_say_what_to_do() {
    let (code, out, err) = run_line("sync --output xml");
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "error: invalid value 'xml' for '--output <FORMAT[=FILE]>': the formats are human, json, sarif, github and junit\n\n\
         For more information, try '--help'.\n"
    );
    let (code, _, err) = run_line("sync --output human --output json");
    let help = "Give all but one of them a file of its own: --output json=report.json.";
    assert_eq!((code, err), (2, format!("error: two outputs go to standard output\nhelp: {help}\n")));
    for format in ["sarif", "github", "junit"] {
        let (code, out, err) = run_line(&format!("status --output {format}=no/such/folder/report"));
        let help = "Take human or json, or ask hhgit sync --dry-run for findings.";
        let said = format!(
            "error: {format} is a format for findings, and this command makes no report of them\nhelp: {help}\n"
        );
        assert_eq!((code, out, err), (2, String::new(), said));
    }
    let (code, _, err) = run_line("sync --fabric a/b --fabric a");
    let help = "Name fabric directories that do not lie in each other.";
    assert_eq!((code, err), (2, format!("error: --fabric a and --fabric a/b overlap\nhelp: {help}\n")));
    let (code, _, err) = run_line("kinds --output json");
    assert_eq!((code, err.lines().next()), (2, Some("error: hhgit kinds makes no report that --output could write")));
}

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_ends_with_3_before_anything_is_done() {
    let (code, out, err) = run_line("sync --output json=no/such/folder/report.json");
    assert_eq!((code, out.as_str()), (3, ""));
    assert_eq!(
        err,
        "error: the report file no/such/folder/report.json cannot be written\n  \
         cause: No such file or directory (os error 2)\n\
         help: Name a file in a folder that exists and that you may write to.\n"
    );
}

#[test]
fn a_misspelt_code_or_command_is_answered_with_the_nearest() {
    let (code, _, err) = run_line("explain unknown-kid");
    assert!(code == 2 && err.contains("a similar value exists: 'unknown-kind'"), "{err}");
    let (code, _, err) = run_line("snyc");
    assert!(code == 2 && err.contains("a similar subcommand exists: 'sync'"), "{err}");
}

#[test]
fn no_command_prints_the_help_and_is_a_usage_error() {
    let (code, out, err) = run_line("");
    assert!(code == 2 && out.is_empty() && err.contains("Usage: hhgit"), "{err}");
    let (code, out, _) = run_line("--help");
    assert!(code == 0 && out.contains("Usage: hhgit"), "{out}");
    let (code, out, _) = run_line("--version");
    assert_eq!((code, out), (0, format!("hhgit {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn explain_answers_every_code() {
    for code in crate::verdict::code::Code::ALL {
        let (exit, out, _) = run_line(&format!("explain {code}"));
        assert!(exit == 0 && out.starts_with(&format!("{code} (")) && out.contains(code.help()), "{out}");
    }
}

#[test]
fn explain_without_a_code_lists_all() {
    let (exit, out, _) = run_line("explain");
    let listed: Vec<&str> = out.lines().filter_map(|line| line.split(' ').next()).collect();
    let codes: Vec<&str> = crate::verdict::code::Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!((exit, listed), (0, codes));
}

#[test]
fn everything_that_can_be_generated_is() {
    for (what, holds) in [
        ("completions bash", "_hhgit()"),
        ("completions zsh", "#compdef hhgit"),
        ("completions fish", "complete -c hhgit"),
        ("man", ".SS \"hhgit sync [OPTIONS] [BRANCH]\""),
        ("schema", "\"title\": \"hhgit.report/1\""),
    ] {
        let (code, out, err) = run_line(&format!("generate {what}"));
        assert!(code == 0 && err.is_empty() && out.contains(holds), "{what}: {err}{out}");
    }
    for format in crate::render::formats::Format::ALL {
        let (code, out, err) = run_line(&format!("generate schema {}", format.as_str()));
        let holds = format!("\"title\": \"hhgit.{}/1\"", format.as_str());
        assert!(code == 0 && err.is_empty() && out.contains(&holds), "{holds}: {err}{out}");
    }
}

#[test]
fn colours_follow_the_terminal_unless_told_otherwise() {
    let at = |stdout, colors| Surroundings { colors, terminal: Terminal { stdout, ..Terminal::default() }, ..around() };
    let coloured = |line: &str, around: &Surroundings| run_in(line, around).1.contains('\u{1b}');
    assert!(coloured("kinds", &at(true, true)));
    assert!(!coloured("kinds", &at(false, true)), "no terminal");
    assert!(!coloured("kinds", &at(true, false)), "NO_COLOR");
    assert!(coloured("kinds --color always", &at(false, false)));
    assert!(!coloured("kinds --color never", &at(true, true)));
}

#[test]
fn a_report_decides_the_exit_code() {
    let global = Cli::try_parse_from(["hhgit", "status"]).expect("a good command line").global;
    let exit = |report: Report, fail_on| {
        let answer = reported(&global, Style::default(), fail_on, || Ok(report));
        answer.map(|answer| answer.exit).map_err(|failure| failure.exit)
    };
    let mut warned = sample::full();
    warned.findings.remove(0);
    let mut alone = sample::quiet();
    alone.fabrics[0].left_alone = true;
    let refused = Report { outcome: crate::report::Outcome::Refused, ..sample::quiet() };
    assert_eq!(exit(sample::full(), FailOn::Never), Ok(Exit::Done));
    assert_eq!(exit(sample::full(), FailOn::Unmanaged), Ok(Exit::Findings));
    assert_eq!(exit(sample::full(), FailOn::Error), Ok(Exit::Findings));
    assert_eq!(exit(warned.clone(), FailOn::Error), Ok(Exit::Done));
    assert_eq!(exit(warned, FailOn::Warning), Ok(Exit::Findings));
    assert_eq!(exit(sample::quiet(), FailOn::Unmanaged), Ok(Exit::Done));
    assert_eq!(exit(alone, FailOn::Never), Ok(Exit::Findings));
    assert_eq!(exit(refused, FailOn::Never), Ok(Exit::CouldNot));
}
