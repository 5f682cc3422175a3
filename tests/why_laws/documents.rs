//! What a test knows of a file by itself: the tokens of its lines, and which document each line belongs to.

/// The token of a line.
pub fn token(line: &str) -> Option<u32> {
    line.rsplit_once("# t")?.1.trim_end().parse().ok()
}

/// The number of the document that each line belongs to, told by hand: comments go with what is below the separator after
/// them, unless nothing is or what is above them is broken; separators too go with what is below them.
pub fn documents(text: &str) -> Vec<u32> {
    let is_content = |line: &&str| !line.trim_start().starts_with('#') && !line.starts_with("---") && !line.is_empty();
    let mut chunks: Vec<(Vec<usize>, usize, bool)> = vec![(Vec::new(), 0, false)];
    let all: Vec<&str> = text.lines().collect();
    for (at, line) in all.iter().enumerate() {
        if line.starts_with("---") && at > 0 {
            chunks.push((vec![at], 0, false));
            continue;
        }
        let chunk = chunks.last_mut().unwrap();
        chunk.0.push(at);
        if is_content(line) {
            chunk.1 = at + 1;
            chunk.2 |= line.starts_with("broken: [");
        }
    }
    let mut numbers = vec![0; all.len()];
    let last = chunks.iter().rposition(|chunk| chunk.1 > 0).unwrap_or(0);
    for (index, (lines, content_end, broken)) in chunks.iter().enumerate() {
        for at in lines {
            let travels = at >= content_end && !broken || *content_end == 0;
            let next = (index + 1..chunks.len()).find(|next| chunks[*next].1 > 0);
            let own = if travels { next.unwrap_or(last) } else { index };
            numbers[*at] = u32::try_from(own + 1).unwrap();
        }
    }
    numbers
}
