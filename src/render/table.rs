//! The Markdown tables of README.md, made from the same source as the program's own answers.

use std::io::{self, Write};

use crate::exit::Exit;
use crate::verdict::code::Code;

/// Writes the verdict codes as a Markdown table.
pub fn codes(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| code | about | severity | what it means | what to do |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for code in Code::ALL {
        let (about, severity) = (code.subject().as_str(), code.severity().as_str());
        writeln!(out, "| `{code}` | {about} | {severity} | {} | {} |", cell(code.summary()), cell(code.help()))?;
    }
    Ok(())
}

/// Writes the exit codes as a Markdown table.
pub fn exits(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| exit code | when |")?;
    writeln!(out, "|---|---|")?;
    for exit in Exit::ALL {
        writeln!(out, "| {} | {} |", exit.code(), cell(exit.summary()))?;
    }
    Ok(())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_row_of_five_cells() {
        let mut out = Vec::new();
        codes(&mut out).expect("a Vec takes all");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.lines().count(), Code::ALL.len() + 2);
        for line in text.lines() {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
        }
    }

    #[test]
    fn the_exit_codes_are_a_table() {
        let mut out = Vec::new();
        exits(&mut out).expect("a Vec takes all");
        assert!(String::from_utf8_lossy(&out).contains("| 2 | the command line is wrong |\n"));
    }
}
