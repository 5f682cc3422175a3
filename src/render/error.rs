//! A failure as a person reads it: what could not be done, why, and what to do.

use std::error::Error;
use std::io::{self, Write};

use super::{Role, Style, sanitize};

/// Writes an error, each of its causes once, and the help if there is one.
pub fn error(out: &mut dyn Write, error: &dyn Error, help: Option<&str>, style: Style) -> io::Result<()> {
    for (index, said) in words(error).iter().enumerate() {
        match index {
            0 => writeln!(out, "{}: {}", style.paint(Role::Error, "error"), sanitize(said))?,
            _ => writeln!(out, "{}", style.labelled(2, "cause", said))?,
        }
    }
    if let Some(help) = help {
        writeln!(out, "{}", style.labelled(0, "help", help))?;
    }
    Ok(())
}

/// What an error says, then each of its causes that says something new.
pub fn words(error: &dyn Error) -> Vec<String> {
    let mut said = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !words.is_empty() && !said.iter().any(|other| other.contains(&words)) {
            said.push(words);
        }
        source = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{said}")]
    struct Link {
        said: &'static str,
        #[source]
        cause: Option<Box<Link>>,
    }

    fn chain(texts: &[&'static str]) -> Option<Box<Link>> {
        let (said, rest) = texts.split_first()?;
        Some(Box::new(Link { said, cause: chain(rest) }))
    }

    fn told(texts: &[&'static str], help: Option<&str>) -> String {
        let mut out = Vec::new();
        error(&mut out, &*chain(texts).expect("a chain of at least one"), help, Style::default())
            .expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_error_comes_first_then_its_causes_then_the_help() {
        let told =
            told(&["writing report.json failed", "permission denied"], Some("Choose a folder you may write to."));
        assert_eq!(
            told,
            "error: writing report.json failed\n  cause: permission denied\nhelp: Choose a folder you may write to.\n"
        );
    }

    #[test]
    fn a_cause_that_was_said_already_is_not_said_again() {
        assert_eq!(told(&["no: because", "because", "because"], None), "error: no: because\n");
    }

    #[test]
    fn what_an_error_quotes_cannot_steer_the_terminal() {
        assert_eq!(told(&["no ref \u{1b}[2J"], None), "error: no ref \\u{1b}[2J\n");
    }
}
