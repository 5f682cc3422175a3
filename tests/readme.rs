//! README.md tells what the program tells: its generated tables are made again and compared.

use std::fs;
use std::path::Path;

use hhgit::render::table;

/// A writer of one table.
type Table = fn(&mut dyn std::io::Write) -> std::io::Result<()>;

/// The tables, by the name in their markers.
const TABLES: &[(&str, Table)] = &[("codes", table::codes), ("exits", table::exits)];

/// README.md with the text between a table's markers made anew.
fn renewed(readme: &str, name: &str, table: Table) -> String {
    let (start, end) = (format!("<!-- {name}: made by tests/readme.rs -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = readme.split_once(&start).unwrap_or_else(|| panic!("README.md lacks the marker {start}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("README.md lacks the marker {end}"));
    let mut made = Vec::new();
    table(&mut made).expect("a Vec takes all");
    let made = String::from_utf8(made).expect("a table is text");
    format!("{before}{start}{made}{end}{after}")
}

#[test]
fn the_tables_are_those_of_the_program() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&file).expect("README.md");
    let made = TABLES.iter().fold(readme.clone(), |text, (name, table)| renewed(&text, name, *table));
    if std::env::var_os("HHGIT_BLESS").is_some() {
        fs::write(&file, made).expect("README.md is writable");
    } else {
        assert!(
            made == readme,
            "README.md's tables are old: make them anew with HHGIT_BLESS=1 cargo test --test readme"
        );
    }
}

#[test]
fn every_option_of_sync_is_in_the_readme() {
    use clap::CommandFactory;
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let mut command = hhgit::cli::args::Cli::command();
    command.build();
    let sync = command.find_subcommand("sync").expect("sync is a command");
    for option in sync.get_arguments().filter_map(|argument| argument.get_long()) {
        assert!(readme.contains(&format!("`--{option}")) || option == "help", "README.md does not tell of --{option}");
    }
}
