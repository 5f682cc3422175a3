//! A finding with the line it is about under it, as compilers show theirs; nothing where there is no line to show.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Role, Style, human, other_place, sanitize};
use crate::finding::{Finding, Place, Related};
use crate::path::{RepoPath, is_unprintable};
use crate::verdict::code::Severity;

/// How wide lines may be where the terminal's width is not known.
const WIDTH: usize = 140;
/// How many characters of a line are looked at: what is about a later one is told without its line.
const LOOK: usize = 2000;

/// A finding's text, to which help and notes can be added.
pub(super) struct Told {
    /// The lines, without the last one's end.
    pub(super) text: String,
    /// The columns before the gutter, if there is one.
    gutter: Option<usize>,
    /// Whether something follows the finding already.
    followed: bool,
}

impl Told {
    /// Adds a help or note below the finding.
    pub(super) fn add(&mut self, label: &str, text: &str, style: Style) {
        let added = match self.gutter {
            None => style.labelled(2, label, text),
            Some(gutter) => {
                if !self.followed {
                    self.text.push_str(&format!("\n{:gutter$} {}", "", style.paint(Role::Strong, "|")));
                }
                let lead = format!("{:gutter$} = {}: ", "", style.paint(Role::Strong, label));
                let hang = gutter + 3 + label.chars().count() + 2;
                style.flow(lead, hang, hang, text)
            }
        };
        self.followed = true;
        self.text.push('\n');
        self.text.push_str(&added);
    }
}

/// The finding with its line, or in one line where that is not to be seen.
pub(super) fn told(finding: &Finding, style: Style) -> Told {
    let line = finding.place.zip(finding.excerpt.as_deref());
    let line = line.and_then(|(place, excerpt)| Line::new(&finding.path, place, excerpt));
    let mut told = match &line {
        None => Told { text: human::line(finding, style), gutter: None, followed: false },
        Some(line) => with_line(finding, line, style),
    };
    if let Some(related) = &finding.related
        && (line.is_none() || Line::of(related).is_none())
    {
        told.add("note", &other_place(related), style);
    }
    told
}

fn with_line(finding: &Finding, line: &Line, style: Style) -> Told {
    let severity = finding.severity.as_str();
    let used = severity.len() + finding.code.as_str().len() + 4;
    let lead = format!("{}[{}]: ", style.paint(human::role(finding.severity), severity), finding.code);
    let mut text = style.flow(lead, used, 4, &finding.message);
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let other = finding.related.as_ref().and_then(|related| Some((Line::of(related)?, sanitize(&related.message))));
    let mut snippet = line.snippet().annotation(line.mark(AnnotationKind::Primary));
    let mut group = Group::with_level(level);
    let last = other.as_ref().map_or(line.number, |(other, _)| other.number.max(line.number));
    match &other {
        None => group = group.element(snippet),
        Some((other, message)) => {
            let mark = other.mark(AnnotationKind::Context).label(message.as_ref());
            if (&other.path, other.number, &other.text) == (&line.path, line.number, &line.text) {
                snippet = snippet.annotation(mark);
                group = group.element(snippet);
            } else {
                group = group.element(snippet).element(other.snippet().annotation(mark));
            }
        }
    }
    text.push('\n');
    text.push_str(&renderer(style).render(&[group]));
    Told { text, gutter: Some(last.to_string().len()), followed: false }
}

fn renderer(style: Style) -> Renderer {
    let renderer = if style.color {
        Renderer::styled()
            .error(Role::Error.style())
            .warning(Role::Warning.style())
            .info(Role::Info.style())
            .context(Role::Info.style())
            .line_num(Role::Strong.style())
    } else {
        Renderer::plain()
    };
    renderer.decor_style(DecorStyle::Ascii).term_width(style.width.unwrap_or(WIDTH))
}

/// One line of a file and the stretch of it that is meant.
struct Line {
    path: String,
    number: usize,
    text: String,
    /// The bytes of `text` that are meant.
    start: usize,
    end: usize,
}

impl Line {
    fn of(related: &Related) -> Option<Self> {
        Self::new(&related.path, related.place, related.excerpt.as_deref()?)
    }

    /// None where the place does not lie in the line, as when it is cut.
    fn new(path: &RepoPath, place: Place, excerpt: &str) -> Option<Self> {
        let shown = |c: char| if is_unprintable(c) && c != '\t' { char::REPLACEMENT_CHARACTER } else { c };
        let text: String = excerpt.chars().take(LOOK).map(shown).collect();
        let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let column = |column: u32| usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
        let start = *bytes.get(column(place.column))?;
        let end = if place.end_line > place.line {
            text.len()
        } else {
            *bytes.get(column(place.end_column)).unwrap_or(&text.len())
        };
        let number = usize::try_from(place.line).ok()?;
        Some(Self { path: path.to_string(), number, start, end: end.max(start), text })
    }

    fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        Snippet::source(self.text.as_str()).line_start(self.number).path(self.path.as_str())
    }

    fn mark(&self, kind: AnnotationKind) -> Annotation<'_> {
        kind.span(self.start..self.end)
    }
}
