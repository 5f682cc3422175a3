//! The second parser's events made values, as Kubernetes would: YAML 1.1's words, merge keys, aliases; nothing of hhgit's is used.

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

/// A value, as far as it can be said without knowing go-yaml's every corner.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// No document at all.
    Nothing,
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// Another number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Reading>),
    /// A mapping.
    Map(Vec<(Reading, Reading)>),
    /// Something whose value is not looked at: it has a tag, or is a number only to go-yaml.
    Unsure,
}

impl Reading {
    /// Whether a key of JSON can stand for this.
    pub fn is_called(&self, key: &str) -> bool {
        match self {
            Self::Text(text) => text == key,
            Self::Bool(truth) => truth.to_string() == key,
            Self::Int(int) => int.to_string() == key,
            Self::Float(_) | Self::Unsure => true,
            _ => false,
        }
    }
}

/// A node with the anchors that were seen, by their numbers.
struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: Vec<(usize, Reading)>,
    /// How many nodes were made, so that aliases of aliases end.
    made: usize,
}

/// The value of a text that is one document; none if it is not, or the parser refuses it.
pub fn read(text: &str) -> Option<Reading> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: Vec::new(), made: 0 };
    let mut found = Reading::Nothing;
    loop {
        match reader.next()? {
            Event::StreamEnd => return Some(found),
            Event::DocumentStart(_) if found != Reading::Nothing => return None,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            first => found = reader.node(first, 0)?,
        }
    }
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<Event<'t>> {
        self.parser.next_event()?.ok().map(|(event, _)| event)
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Option<Reading> {
        self.made += 1;
        if depth > 100 || self.made > 20_000 {
            return None;
        }
        let (anchor, node) = match event {
            Event::Alias(number) => {
                let named = self.anchors.iter().rev().find(|(anchor, _)| *anchor == number)?;
                self.made += size(&named.1);
                return Some(named.1.clone());
            }
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag.as_deref())),
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        item => items.push(self.node(item, depth + 1)?),
                    }
                }
                (anchor, Reading::List(items))
            }
            Event::MappingStart(anchor, _) => (anchor, self.mapping(depth)?),
            _ => return None,
        };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        Some(node)
    }

    fn mapping(&mut self, depth: usize) -> Option<Reading> {
        let mut pairs = Vec::new();
        loop {
            let event = self.next()?;
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            if event == Event::MappingEnd {
                return Some(Reading::Map(pairs));
            }
            let key = self.node(event, depth + 1)?;
            let value = self.next()?;
            match (merges, self.node(value, depth + 1)?) {
                (true, Reading::Map(merged)) => pairs.extend(merged),
                (true, Reading::List(all)) => all.into_iter().rev().for_each(|one| {
                    if let Reading::Map(merged) = one {
                        pairs.extend(merged);
                    }
                }),
                (true, _) => return None,
                (false, value) => pairs.push((key, value)),
            }
        }
    }
}

fn size(reading: &Reading) -> usize {
    match reading {
        Reading::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Reading::Map(pairs) => 1 + pairs.iter().map(|(key, value)| size(key) + size(value)).sum::<usize>(),
        _ => 1,
    }
}

/// What a scalar is: only what is written plain and without a tag is looked into.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Reading {
    match (tag, style) {
        (Some(_), _) => Reading::Unsure,
        (None, ScalarStyle::Plain) => plain(text),
        (None, _) => Reading::Text(text.to_owned()),
    }
}

/// A plain text by YAML 1.1: its words in the spellings that go-yaml knows, decimal integers and floats.
fn plain(text: &str) -> Reading {
    const TRUE: [&str; 4] = ["y", "yes", "true", "on"];
    const FALSE: [&str; 4] = ["n", "no", "false", "off"];
    let lower = text.to_lowercase();
    let upper = text.to_uppercase();
    let capital = lower.get(..1).map(|first| first.to_uppercase() + &lower[1..]).unwrap_or_default();
    let is_spelled = text == lower || text == upper || text == capital;
    if matches!(text, "" | "~") || is_spelled && lower == "null" {
        return Reading::Null;
    }
    if is_spelled && (TRUE.contains(&lower.as_str()) || FALSE.contains(&lower.as_str())) {
        return Reading::Bool(TRUE.contains(&lower.as_str()));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_decimal = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if is_decimal && (unsigned.len() == 1 || !unsigned.starts_with('0')) && unsigned.len() < 19 {
        return text.trim_start_matches('+').parse().map_or(Reading::Unsure, Reading::Int);
    }
    // Octal, hexadecimal and binary numbers, underscores, signs in odd places and floats are go-yaml's own.
    let digits = if unsigned == text { text } else { unsigned.trim_start_matches('_') };
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let is_simple = unsigned.split_once('.').is_some_and(|(whole, rest)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole) && digits(rest) && whole.len() + rest.len() < 15
    });
    match (is_simple, starts) {
        (true, _) => text.parse().map_or(Reading::Unsure, Reading::Float),
        (false, true) => Reading::Unsure,
        (false, false) => Reading::Text(text.to_owned()),
    }
}
