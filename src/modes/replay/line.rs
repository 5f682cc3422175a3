//! What is remembered of a commit's tally: one line, to and from.

use crate::report::replay::{Said, Tally};
use crate::verdict::code::{Code, Severity};

/// The severities, by their words.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// What was found of a commit as a line; nothing where it could not be judged, which another time it may be.
pub fn write(said: &Said) -> Option<String> {
    match said {
        Said::Unread(_) => None,
        Said::NoFabric => Some("none".to_owned()),
        Said::Judged(tally) => {
            let Tally { fabrics, left_alone, objects, managed, unmanaged, kept, .. } = tally;
            let changes = u8::from(tally.changes);
            let mut line = format!("{fabrics} {left_alone} {objects} {managed} {unmanaged} {kept} {changes}");
            for ((code, severity), number) in &tally.findings {
                line.push_str(&format!(" {}:{code}={number}", severity.as_str()));
            }
            Some(line)
        }
    }
}

/// Reads a line; nothing if it is none that [`write()`] makes.
pub fn read(line: &str) -> Option<Said> {
    if line == "none" {
        return Some(Said::NoFabric);
    }
    let mut words = line.split(' ');
    let mut number = || words.next()?.parse::<usize>().ok();
    let mut tally = Tally {
        fabrics: number()?,
        left_alone: number()?,
        objects: number()?,
        managed: number()?,
        unmanaged: number()?,
        kept: number()?,
        changes: number()? == 1,
        ..Tally::default()
    };
    for word in words {
        let (severity, rest) = word.split_once(':')?;
        let (code, number) = rest.split_once('=')?;
        let severity = SEVERITIES.into_iter().find(|known| known.as_str() == severity)?;
        tally.findings.insert((Code::parse(code)?, severity), number.parse().ok()?);
    }
    Some(Said::Judged(tally))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let findings = [((Code::MissingReference, Severity::Error), 7), ((Code::Empty, Severity::Info), 1)];
        let (fabrics, objects, unmanaged, changes) = (2, 46, 3, true);
        let tally = Tally {
            fabrics,
            objects,
            unmanaged,
            changes,
            findings: findings.into_iter().collect(),
            ..Tally::default()
        };
        for said in [Said::Judged(tally), Said::Judged(Tally::default()), Said::NoFabric] {
            assert_eq!(write(&said).as_deref().and_then(read), Some(said));
        }
        assert_eq!(write(&Said::Unread("gone".to_owned())), None);
    }

    #[test]
    fn a_line_that_means_nothing_is_refused() {
        for bad in ["", "1 2", "1 0 0 0 0 0 0 error:no-such-code=1", "1 0 0 0 0 0 0 error", "a b c d e f g"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
