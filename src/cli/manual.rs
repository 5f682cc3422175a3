//! The manual: one page for the program and all its commands, in roff, out of what the command line says of itself.

use std::io::{self, Write};

use clap::{Arg, Command, CommandFactory};

use super::args::Cli;
use crate::exit::Exit;

/// Writes the page.
pub(super) fn page(out: &mut Vec<u8>) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let man = clap_mangen::Man::new(program.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    section(out, "SYNOPSIS")?;
    let commands: Vec<&Command> = program.get_subcommands().filter(|command| command.get_name() != "help").collect();
    for command in &commands {
        writeln!(out, "{}\n.br", roff(&usage(command)))?;
    }
    man.render_description_section(out)?;
    let mut options = Vec::new();
    man.render_options_section(&mut options)?;
    out.extend_from_slice(&options);
    section(out, "COMMANDS")?;
    for command in &commands {
        describe(out, command)?;
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            describe(out, inner)?;
        }
    }
    section(out, "EXIT STATUS")?;
    for exit in Exit::ALL {
        writeln!(out, ".TP\n{}\n{}", exit.code(), roff(exit.summary()))?;
    }
    Ok(())
}

fn section(out: &mut Vec<u8>, title: &str) -> io::Result<()> {
    writeln!(out, ".SH \"{title}\"")
}

/// A command: how it is called, what it does, and the options that are its own.
fn describe(out: &mut Vec<u8>, command: &Command) -> io::Result<()> {
    writeln!(out, ".SS \"{}\"", roff(&usage(command)))?;
    writeln!(out, "{}", roff(&command.get_about().map(ToString::to_string).unwrap_or_default()))?;
    let own = command.get_arguments().filter(|argument| !argument.is_global_set() && argument.get_id() != "help");
    for argument in own {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(out, ".TP\n\\fB{}\\fR\n{}", roff(&spelling(argument)), roff(&(help + &default(argument))))?;
    }
    Ok(())
}

/// `-n, --dry-run`, `--retry [PATH]`, `BRANCH`
fn spelling(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    if !argument.get_action().takes_values() {
        return names.join(", ");
    }
    let values: Vec<&str> = argument.get_value_names().into_iter().flatten().map(|name| name.as_str()).collect();
    let optional = argument.get_num_args().is_some_and(|count| count.min_values() == 0);
    let values = if optional { format!("[{}]", values.join(" ")) } else { values.join(" ") };
    format!("{} {values}", names.join(", ")).trim_start().to_owned()
}

/// What holds if the option is not given, where its help does not say.
fn default(argument: &Arg) -> String {
    let values = argument.get_default_values().iter().map(|value| value.to_string_lossy());
    let values: Vec<_> = values.filter(|_| argument.get_action().takes_values()).collect();
    if values.is_empty() { String::new() } else { format!(" [default: {}]", values.join(" ")) }
}

/// `hhgit sync [OPTIONS] [BRANCH]`
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").to_owned()
}

/// Text as roff takes it: hyphens that stay hyphens, no backslash and no line that starts as a request would.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\n', " ");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
