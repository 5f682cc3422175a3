//! Whatever documents and file names say, every format stays whole, and no byte of it steers a terminal.

use proptest::prelude::*;

use crate::finding::{Finding, ObjectRef, Place, Related};
use crate::path::{RepoPath, is_unprintable};
use crate::render::{Show, Style, github, junit, sample, sarif};
use crate::report::Report;
use crate::verdict::code::Code;

/// Text of what formats stumble over.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("::error file=x::y"),
        Just("##[stop-commands]x"),
        Just("]]>"),
        Just("</failure><!--"),
        Just("%0A%"),
        Just("[a](http://b)"),
        Just("{0}"),
        Just("&amp;\"'"),
        Just("\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{feff}"),
        Just("\r\n\t\0\u{b}\u{85}\u{2028}"),
        Just("\u{fffe}\u{ffff}\u{10ffff}\u{e000}"),
        Just("日本 e\u{301} 👩\u{200d}🔧 ä"),
        Just(", : ;"),
        Just(""),
    ];
    let any = any::<String>();
    prop::collection::vec(prop_oneof![piece.prop_map(str::to_owned), any], 0..4).prop_map(|parts| parts.concat())
}

fn path() -> impl Strategy<Value = RepoPath> {
    let name = prop_oneof![text().prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..9)];
    (any::<bool>(), name).prop_map(|(inside, name)| {
        let folder = if inside { sample::path("gitops/fabric-1/raw") } else { RepoPath::root() };
        let name: Vec<u8> = name.into_iter().filter(|byte| !matches!(byte, 0 | b'/')).collect();
        folder.join(&name).unwrap_or(folder)
    })
}

/// A place, most of the time one that may lie in an excerpt.
fn place() -> impl Strategy<Value = Place> {
    let number = || prop_oneof![8 => 1_u32..30, 1 => any::<u32>().prop_map(|n| n.max(1))];
    (number(), number(), 0_u32..3, number()).prop_map(|(line, column, lines, end_column)| {
        let end_line = line.saturating_add(lines);
        let end_column = if end_line == line { end_column.max(column) } else { end_column };
        Place { line, column, end_line, end_column }
    })
}

fn related() -> impl Strategy<Value = Option<Related>> {
    let parts = (path(), place(), text(), prop::option::of(text()));
    prop::option::of(parts.prop_map(|(path, place, message, excerpt)| Related { path, place, message, excerpt }))
}

fn finding() -> impl Strategy<Value = Finding> {
    let code = prop::sample::select(Code::ALL);
    let parts = (path(), text(), text(), prop::option::of(place()), prop::option::of(text()), related());
    (code, parts, any::<bool>()).prop_map(|(code, (path, message, help, place, excerpt, related), own)| {
        let object = ObjectRef { name: message.clone(), ..ObjectRef::default() };
        let finding = Finding { place, excerpt, related, object: Some(object), ..Finding::new(code, path, message) };
        if own { Finding { help, ..finding } } else { finding }
    })
}

fn report() -> impl Strategy<Value = Report> {
    (prop::collection::vec(finding(), 0..15), text(), prop::collection::vec(text(), 0..2)).prop_map(
        |(findings, name, notes)| {
            let mut report = Report { findings, notes, ..sample::checked() };
            report.fabrics[0].name = name;
            report
        },
    )
}

/// What is written, after seeing that no character of it steers a terminal.
fn clean(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("text");
    assert!(!text.chars().any(|c| c != '\n' && is_unprintable(c)), "{text:?}");
    text
}

fn sarif_schema() -> jsonschema::Validator {
    let schema = serde_json::from_str(include_str!("sarif_schema.json")).expect("JSON");
    jsonschema::validator_for(&schema).expect("a sound schema")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_for_people_is_clean_and_tells_every_finding(report in report(), width in prop::option::of(0_usize..120)) {
        let told = clean(|out| report.human(out, Style { verbose: true, width, ..Style::default() }));
        let heads = told.lines().filter(|line| report.findings.iter().any(|f| line.contains(&format!("[{}]:", f.code))));
        prop_assert!(heads.count() >= report.findings.len(), "{told}");
    }

    #[test]
    fn sarif_obeys_its_schema_and_holds_every_finding(report in report()) {
        let log = serde_json::from_str(&clean(|out| sarif::report(out, &report))).expect("JSON");
        let errors: Vec<String> = sarif_schema().iter_errors(&log).map(|error| format!("{error} {}", error.instance_path())).collect();
        prop_assert_eq!(errors, Vec::<String>::new());
        let results = log["runs"][0]["results"].as_array().expect("results");
        prop_assert_eq!(results.len(), report.findings.len());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("a small number");
            prop_assert_eq!(&log["runs"][0]["tool"]["driver"]["rules"][index]["id"], &result["ruleId"]);
            prop_assert!(!result["message"]["text"].as_str().expect("text").contains("]("));
        }
    }

    #[test]
    fn junit_is_xml_that_counts_right(report in report()) {
        let text = clean(|out| junit::report(out, &report));
        let xml = roxmltree::Document::parse(&text).expect("XML");
        for suite in xml.descendants().filter(|node| node.has_tag_name("testsuite")) {
            let count = |tag| suite.descendants().filter(|node| node.has_tag_name(tag)).count().to_string();
            prop_assert_eq!(suite.attribute("tests").unwrap_or_default(), count("testcase"));
            prop_assert_eq!(suite.attribute("failures").unwrap_or_default(), count("failure"));
        }
        let lines = xml.descendants().filter(|node| node.is_text()).filter_map(|node| node.text());
        let helps: usize = lines.map(|text| text.lines().filter(|line| line.starts_with("  help: ")).count()).sum();
        prop_assert_eq!(helps, report.findings.len());
    }

    #[test]
    fn workflow_commands_are_a_line_each_and_read_back(report in report()) {
        let text = clean(|out| github::report(out, &report));
        let (commands, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("::"));
        prop_assert_eq!(commands.len(), report.findings.len().min(10));
        prop_assert!(rest.len() <= 1 && rest.iter().all(|line| !line.contains("##[")), "{text}");
        for command in commands {
            let (head, message) = command[2..].split_once("::").expect("an end of the properties");
            let (kind, properties) = head.split_once(' ').expect("a kind");
            prop_assert!(["error", "warning", "notice"].contains(&kind));
            for property in properties.split(',') {
                let (key, value) = property.split_once('=').expect("a value");
                prop_assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&key), "{command}");
                prop_assert!(!value.contains(':') && only_escapes(value), "{command}");
            }
            prop_assert!(only_escapes(message), "{command}");
        }
    }
}

/// Whether every % starts one of GitHub's own escapes.
fn only_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| ["25", "0D", "0A", "3A", "2C"].iter().any(|code| rest.starts_with(code)))
}

#[test]
fn the_schema_refuses_what_is_no_sarif() {
    let good: serde_json::Value =
        serde_json::from_str(&clean(|out| sarif::report(out, &sample::checked()))).expect("JSON");
    assert!(sarif_schema().is_valid(&good));
    let mut bad = good.clone();
    bad["runs"][0]["results"][0]["locations"] = serde_json::json!([]);
    assert!(!sarif_schema().is_valid(&bad), "a result that is nowhere was taken");
    let mut bad = good;
    bad["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b".into();
    assert!(!sarif_schema().is_valid(&bad), "a path that is no URI was taken");
}
