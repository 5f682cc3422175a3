//! Events to one document's raw nodes: no value is resolved yet, aliases point at what they name.

use std::collections::BTreeMap;

use super::events::{Event, EventKind, Events, Scalar, Stopped, Style};
use super::fault::{Fault, FaultKind, shown};
use super::problem;
use super::{Limits, Span};

/// A node's place in [`Document::nodes`].
pub(super) type Id = usize;

/// A node as written.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) span: Span,
    /// Whether an alias may name it, so that its text is needed more than once.
    pub(super) anchored: bool,
    pub(super) kind: RawKind,
}

/// What is written.
#[derive(Debug)]
pub(super) enum RawKind {
    Scalar(Scalar),
    Alias(Id),
    Sequence(Vec<Id>),
    /// Keys and values in turn.
    Mapping(Vec<Id>),
}

/// The first document of an input; spans count from the input's start.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) nodes: Vec<Raw>,
    /// Absent where the parser, without error, finds nothing.
    pub(super) root: Option<Id>,
    /// The offset after the last byte of content.
    pub(super) content_end: usize,
    /// The offset after the `...` that ends the document, if there is one.
    pub(super) marker_end: Option<usize>,
    /// Where something follows the document's end.
    pub(super) trailing: Option<usize>,
}

/// Reads the first document of an input, and looks at whether anything follows.
pub(super) fn compose(input: &[u8], limits: &Limits) -> Result<Document, Fault> {
    let mut events = Events::new(input);
    let mut composer = Composer::new(input, limits.depth_in_force());
    while !composer.done {
        match events.next() {
            Some(Ok(event)) => composer.take(event)?,
            Some(Err(stopped)) => return Err(syntax(input, &stopped)),
            None => break,
        }
    }
    let mut document = composer.document;
    document.trailing = match events.next() {
        Some(Ok(event)) if event.kind != EventKind::StreamEnd => Some(event.start),
        Some(Err(stopped)) => Some(stopped.at),
        _ => None,
    };
    Ok(document)
}

/// The parser's error as a fault, from where it stopped to the end of that line.
fn syntax(input: &[u8], stopped: &Stopped) -> Fault {
    let start = stopped.at.min(input.len());
    let rest = input.get(start..).unwrap_or_default();
    let end = start + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    let mut fault = Fault::invalid(Span { start, end }, problem::in_own_words(&stopped.problem));
    fault.related = stopped.context.filter(|context| *context < start).map(|start| Span { start, end: start });
    fault
}

/// A list or mapping whose end has not come yet.
struct Open {
    id: Id,
    flow: bool,
}

struct Composer<'input> {
    input: &'input [u8],
    depth: usize,
    document: Document,
    anchors: BTreeMap<String, Id>,
    open: Vec<Open>,
    /// How many of `open` stand in brackets.
    flow: usize,
    done: bool,
}

impl<'input> Composer<'input> {
    fn new(input: &'input [u8], depth: usize) -> Self {
        Self {
            input,
            depth,
            document: Document::default(),
            anchors: BTreeMap::new(),
            open: Vec::new(),
            flow: 0,
            done: false,
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Fault> {
        let span = Span { start: event.start, end: event.end };
        match event.kind {
            EventKind::StreamStart | EventKind::DocumentStart => {}
            EventKind::StreamEnd => self.done = true,
            EventKind::DocumentEnd { implicit } => {
                self.document.marker_end = (!implicit).then_some(event.end);
                self.done = true;
            }
            EventKind::Alias(name) => self.alias(&name, span)?,
            EventKind::Scalar(scalar) => self.scalar(scalar, span)?,
            EventKind::SequenceStart { anchor } => self.start(anchor, span, RawKind::Sequence(Vec::new()))?,
            EventKind::MappingStart { anchor } => self.start(anchor, span, RawKind::Mapping(Vec::new()))?,
            EventKind::SequenceEnd | EventKind::MappingEnd => self.end(span),
        }
        Ok(())
    }

    fn alias(&mut self, name: &str, span: Span) -> Result<(), Fault> {
        let Some(target) = self.anchors.get(name).copied() else {
            return Err(Fault::invalid(span, format!("the alias names an anchor that is not there: {}", shown(name))));
        };
        if self.open.iter().any(|open| open.id == target) {
            return Err(Fault::invalid(span, format!("the alias stands inside what it names: {}", shown(name))));
        }
        self.add(span, RawKind::Alias(target), false);
        Ok(())
    }

    fn scalar(&mut self, scalar: Scalar, span: Span) -> Result<(), Fault> {
        self.check_written(&scalar, span)?;
        let nothing = self.open.is_empty()
            && scalar.value.is_empty()
            && scalar.implicit
            && scalar.anchor.is_none()
            && scalar.tag.is_none();
        if nothing {
            return Ok(());
        }
        let anchor = scalar.anchor.clone();
        let id = self.add(span, RawKind::Scalar(scalar), anchor.is_some());
        self.name(anchor, id);
        Ok(())
    }

    /// Refuses spellings that libyaml reads and Kubernetes' parser does not.
    fn check_written(&self, scalar: &Scalar, span: Span) -> Result<(), Fault> {
        let written = self.input.get(span.start..span.end).unwrap_or_default();
        let plain_in_flow = scalar.style == Style::Plain && self.flow > 0;
        if plain_in_flow && scalar.value.contains('?') {
            return Err(Fault::invalid(span, "inside brackets a text with a question mark needs quotes"));
        }
        let next = self.input.get(span.end);
        if plain_in_flow && ends_with_a_tag(written) && matches!(next, Some(b',' | b'[' | b']')) {
            return Err(Fault::invalid(span, "inside brackets a tag needs a space after it"));
        }
        if scalar.style == Style::DoubleQuoted && escapes_a_slash(written) {
            return Err(Fault::invalid(span, "a slash needs no backslash before it, and Kubernetes reads none"));
        }
        Ok(())
    }

    fn start(&mut self, anchor: Option<String>, span: Span, kind: RawKind) -> Result<(), Fault> {
        if self.open.len() >= self.depth {
            return Err(Fault::new(FaultKind::TooDeep, span, format!("nested deeper than {} levels", self.depth)));
        }
        let flow = span.end > span.start && matches!(self.input.get(span.end.saturating_sub(1)), Some(b'[' | b'{'));
        let id = self.add(span, kind, anchor.is_some());
        self.name(anchor, id);
        self.flow += usize::from(flow);
        self.open.push(Open { id, flow });
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        if open.flow {
            self.flow -= 1;
            self.document.content_end = self.document.content_end.max(span.end);
        }
        let end = self.document.content_end;
        let node = &mut self.document.nodes[open.id];
        node.span.end = end.max(node.span.start);
    }

    fn name(&mut self, anchor: Option<String>, id: Id) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
    }

    fn add(&mut self, span: Span, kind: RawKind, anchored: bool) -> Id {
        let id = self.document.nodes.len();
        self.document.content_end = self.document.content_end.max(span.end);
        self.document.nodes.push(Raw { span, anchored, kind });
        match self.open.last() {
            Some(parent) => {
                if let RawKind::Sequence(children) | RawKind::Mapping(children) =
                    &mut self.document.nodes[parent.id].kind
                {
                    children.push(id);
                }
            }
            None => self.document.root = Some(id),
        }
        id
    }
}

/// Whether the last word is a tag, with nothing that it stands before.
fn ends_with_a_tag(written: &[u8]) -> bool {
    written.rsplit(u8::is_ascii_whitespace).next().is_some_and(|word| word.starts_with(b"!"))
}

/// Whether a text in double quotes holds `\/`.
fn escapes_a_slash(written: &[u8]) -> bool {
    let mut bytes = written.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' && bytes.next() == Some(&b'/') {
            return true;
        }
    }
    false
}
