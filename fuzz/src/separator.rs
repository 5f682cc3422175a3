//! How a file is cut at `---`: held against a reader that goes line by line with nothing remembered but the lines so far.

use hhgit::yaml::{Chunk, chunks, separator_comment, split};

/// A chunk as the plain reader sees it: its lines, which of them begins with `---` and is no good separator, and the line that ended it.
#[derive(Default)]
struct Plain {
    lines: Vec<Vec<u8>>,
    bad: Option<usize>,
    ended_by: Option<Vec<u8>>,
}

/// Whether a line is a separator to Kubernetes' reader; nothing if it makes that give up.
fn is_separator(line: &[u8]) -> Option<bool> {
    let Some(rest) = line.strip_prefix(b"---") else { return Some(false) };
    let text = String::from_utf8_lossy(rest).into_owned();
    let first = text.chars().find(|c| !c.is_whitespace());
    if matches!(first, None | Some('#')) { Some(true) } else { None }
}

/// What Kubernetes' reader makes of a file: a separator with nothing before it is the first line of the chunk it begins.
fn plainly(data: &[u8]) -> Vec<Plain> {
    let mut all = Vec::new();
    let mut open = Plain::default();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        match is_separator(line) {
            Some(true) if !open.lines.is_empty() => {
                open.ended_by = Some(line.to_vec());
                all.push(std::mem::take(&mut open));
                continue;
            }
            None if open.bad.is_none() => open.bad = Some(open.lines.iter().map(Vec::len).sum()),
            _ => {}
        }
        open.lines.push(line.to_vec());
    }
    if !open.lines.is_empty() {
        all.push(open);
    }
    all
}

/// Cuts a file both ways.
pub fn check(data: &[u8]) {
    let cut = split(data);
    assert_eq!(cut, chunks(data).collect::<Vec<Chunk>>());
    let plain = plainly(data);
    assert_eq!(cut.len(), plain.len(), "{cut:?}");
    let mut at = 0;
    for (number, (chunk, plain)) in (1..).zip(cut.iter().zip(&plain)) {
        assert_eq!(chunk.number, number);
        assert_eq!(chunk.whole().start, at, "{chunk:?} does not begin where the one before ends");
        at = chunk.whole().end;
        let content = &data[chunk.content().start..chunk.content().end];
        assert_eq!(content, plain.lines.concat(), "{chunk:?}");
        assert_eq!(chunk.bad_separator.map(|bad| bad - chunk.content().start), plain.bad, "{chunk:?}");
        let separator = chunk.separator.map(|separator| data[separator.start..separator.end].to_vec());
        assert_eq!(separator, plain.ended_by, "{chunk:?}");
        for separator in [chunk.lead, chunk.separator].into_iter().flatten() {
            let line = String::from_utf8_lossy(&data[separator.start..separator.end]).into_owned();
            assert_eq!(separator_comment(data, separator), line.contains('#'), "{line:?}");
        }
    }
    assert_eq!(at, data.len(), "bytes are left over");
}
