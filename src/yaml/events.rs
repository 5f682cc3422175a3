//! The one small unsafe wrapper: libyaml's parser as an iterator of owned events with byte offsets.
//!
//! The parser lives in one heap allocation that never moves and is deleted on drop; each event's text is copied out
//! and the event deleted before it is handed on, so nothing borrowed from C-like memory leaves this file.

#![allow(unsafe_code, reason = "libyaml-rs has an unsafe API; this file alone calls it")]

use std::ffi::CStr;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use libyaml_rs as sys;

/// One event, with the bytes of the input that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EventKind {
    StreamStart,
    StreamEnd,
    DocumentStart,
    /// Whether the document ends without a `...` line.
    DocumentEnd {
        implicit: bool,
    },
    Alias(String),
    Scalar(Scalar),
    SequenceStart {
        anchor: Option<String>,
    },
    SequenceEnd,
    MappingStart {
        anchor: Option<String>,
    },
    MappingEnd,
}

/// A scalar as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) anchor: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) value: String,
    /// Whether the value decides its type: it is plain and has no tag, or the tag is `!`.
    pub(super) implicit: bool,
    pub(super) style: Style,
}

/// How a scalar is written, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    DoubleQuoted,
    Other,
}

/// Why the parser stopped, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stopped {
    pub(super) at: usize,
    /// Where the construct began that the parser was in.
    pub(super) context: Option<usize>,
    pub(super) problem: String,
}

/// The events of an input, up to the first error or the end of the stream.
pub(super) struct Events<'input> {
    parser: NonNull<sys::yaml_parser_t>,
    /// How many bytes of the input the parser's marks do not count: a byte order mark's.
    skipped: usize,
    finished: bool,
    input: PhantomData<&'input [u8]>,
}

impl<'input> Events<'input> {
    pub(super) fn new(input: &'input [u8]) -> Self {
        let parser = Box::leak(Box::new(MaybeUninit::<sys::yaml_parser_t>::uninit())).as_mut_ptr();
        // SAFETY: `parser` points to writable memory of the right size and alignment, which `yaml_parser_initialize`
        // fills (it cannot fail: running out of memory aborts). The memory stays where it is until `drop`, as the read
        // handler needs, and the input outlives the parser by the lifetime `'input`.
        unsafe {
            let _ = sys::yaml_parser_initialize(parser);
            sys::yaml_parser_set_input_string(parser, input.as_ptr(), input.len() as u64);
        }
        let skipped = if input.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let parser = NonNull::new(parser).expect("a box is never at the null address");
        Self { parser, skipped, finished: false, input: PhantomData }
    }

    /// Why the parser stopped; called after it failed.
    fn stopped(&self) -> Stopped {
        // SAFETY: the parser was initialised in `new`, and nothing else refers to it now.
        let parser = unsafe { self.parser.as_ref() };
        let problem = if parser.problem.is_null() {
            String::new()
        } else {
            // SAFETY: every problem that libyaml sets is a literal that ends with a NUL.
            unsafe { CStr::from_ptr(parser.problem.cast()) }.to_string_lossy().into_owned()
        };
        let (at, context) = if parser.error == sys::YAML_READER_ERROR {
            (offset(parser.problem_offset), None)
        } else {
            let context = (!parser.context.is_null()).then(|| offset(parser.context_mark.index) + self.skipped);
            (offset(parser.problem_mark.index) + self.skipped, context)
        };
        Stopped { at, context, problem }
    }

    /// An event as an owned value.
    fn owned_event(&self, event: &sys::yaml_event_t) -> Event {
        // SAFETY: the event was filled by the parser and is not deleted yet. Of the union `data` only the member that
        // the type names is read, and its texts are NUL-ended or null, the scalar's value of the length given.
        let kind = unsafe {
            match event.type_ {
                sys::YAML_STREAM_START_EVENT => EventKind::StreamStart,
                sys::YAML_DOCUMENT_START_EVENT => EventKind::DocumentStart,
                sys::YAML_DOCUMENT_END_EVENT => EventKind::DocumentEnd { implicit: event.data.document_end.implicit },
                sys::YAML_ALIAS_EVENT => EventKind::Alias(text(event.data.alias.anchor).unwrap_or_default()),
                sys::YAML_SCALAR_EVENT => EventKind::Scalar(scalar(event)),
                sys::YAML_SEQUENCE_START_EVENT => {
                    EventKind::SequenceStart { anchor: text(event.data.sequence_start.anchor) }
                }
                sys::YAML_SEQUENCE_END_EVENT => EventKind::SequenceEnd,
                sys::YAML_MAPPING_START_EVENT => {
                    EventKind::MappingStart { anchor: text(event.data.mapping_start.anchor) }
                }
                sys::YAML_MAPPING_END_EVENT => EventKind::MappingEnd,
                // The stream's end; after it, and after an error, libyaml makes events without a type.
                _ => EventKind::StreamEnd,
            }
        };
        let start = offset(event.start_mark.index) + self.skipped;
        let end = offset(event.end_mark.index) + self.skipped;
        Event { start, end: end.max(start), kind }
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, Stopped>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let mut event = MaybeUninit::<sys::yaml_event_t>::uninit();
        // SAFETY: the parser was initialised in `new` and has its input; `yaml_parser_parse` first zeroes the event,
        // and all zeroes is an event (of no type, with null pointers), so it is initialised even where parsing fails.
        let (good, event) = unsafe {
            let good = sys::yaml_parser_parse(self.parser.as_ptr(), event.as_mut_ptr()).ok;
            (good, event.assume_init_mut())
        };
        let item = if good { Ok(self.owned_event(event)) } else { Err(self.stopped()) };
        if good {
            // SAFETY: the parser filled the event, its texts were copied, and it is deleted this once.
            unsafe { sys::yaml_event_delete(ptr::from_mut(event)) };
        }
        self.finished = !matches!(&item, Ok(event) if event.kind != EventKind::StreamEnd);
        Some(item)
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        // SAFETY: the parser was initialised in `new` and is deleted this once; its memory came from a box of the same
        // type, which nothing else frees.
        unsafe {
            sys::yaml_parser_delete(self.parser.as_ptr());
            drop(Box::from_raw(self.parser.as_ptr().cast::<MaybeUninit<sys::yaml_parser_t>>()));
        }
    }
}

/// How many events libyaml makes of an input, none if it refuses it. Nothing is copied out of them: what reading YAML costs at
/// least, which benchmarks hold the rest against.
pub fn count(input: &[u8]) -> Option<usize> {
    let events = Events::new(input);
    let mut count = 0;
    loop {
        let mut event = MaybeUninit::<sys::yaml_event_t>::uninit();
        // SAFETY: as in `next`: the parser was initialised and has its input, and the event is initialised even where parsing
        // fails. It is deleted this once, and not looked into after.
        let ended = unsafe {
            if !sys::yaml_parser_parse(events.parser.as_ptr(), event.as_mut_ptr()).ok {
                return None;
            }
            let ended = event.assume_init_ref().type_ == sys::YAML_STREAM_END_EVENT;
            sys::yaml_event_delete(event.as_mut_ptr());
            ended
        };
        count += 1;
        if ended {
            return Some(count);
        }
    }
}

/// A scalar event as an owned value; the caller says that the event is one and was filled by the parser.
unsafe fn scalar(event: &sys::yaml_event_t) -> Scalar {
    // SAFETY: the caller says that the event is a scalar's, so that `data.scalar` is the member that is filled.
    let data = unsafe { event.data.scalar };
    let value = if data.value.is_null() {
        String::new()
    } else {
        // SAFETY: the event owns `length` initialised bytes at `value`.
        owned(unsafe { std::slice::from_raw_parts(data.value, offset(data.length)) })
    };
    let style = match data.style {
        sys::YAML_PLAIN_SCALAR_STYLE => Style::Plain,
        sys::YAML_DOUBLE_QUOTED_SCALAR_STYLE => Style::DoubleQuoted,
        _ => Style::Other,
    };
    // SAFETY: the event owns both texts, NUL-ended or null.
    let (anchor, tag) = unsafe { (text(data.anchor), text(data.tag)) };
    Scalar { anchor, tag, value, implicit: data.plain_implicit, style }
}

/// The text at a pointer that is null or NUL-ended.
unsafe fn text(pointer: *const u8) -> Option<String> {
    // SAFETY: the caller says that the pointer is null or points to a text that ends with a NUL.
    (!pointer.is_null()).then(|| owned(unsafe { CStr::from_ptr(pointer.cast()) }.to_bytes()))
}

/// Bytes as text; only the escapes of a tag can make them anything but UTF-8.
fn owned(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A count of libyaml's as an index.
fn offset(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalars(input: &str) -> Vec<(usize, usize, String)> {
        Events::new(input.as_bytes())
            .filter_map(|event| match event {
                Ok(Event { start, end, kind: EventKind::Scalar(scalar) }) => Some((start, end, scalar.value)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn offsets_count_bytes_whatever_the_characters() {
        let input = "\u{feff}é: \"😀\"\r\nb: c\n";
        let cut: Vec<&str> = scalars(input).iter().map(|(start, end, _)| &input[*start..*end]).collect();
        assert_eq!(cut, ["é", "\"😀\"", "b", "c"]);
    }

    #[test]
    fn texts_are_owned_and_may_hold_nuls() {
        let values: Vec<String> = scalars("[\"a\\0b\", '', x]").into_iter().map(|(_, _, value)| value).collect();
        assert_eq!(values, ["a\0b", "", "x"]);
    }

    #[test]
    fn events_stop_for_good_at_the_end_and_at_an_error() {
        for (input, stopped) in [("a: 1\n", false), ("a: [\n", true), ("\0", true), ("", false)] {
            let mut events = Events::new(input.as_bytes());
            let last = events.by_ref().last();
            assert_eq!(matches!(last, Some(Err(_))), stopped, "{input:?}");
            assert!(events.next().is_none());
        }
    }

    #[test]
    fn events_may_be_dropped_at_any_point() {
        let input = "&a !t a: [*a, {b: |\n  c\n}]\n";
        for count in 0..12 {
            let mut events = Events::new(input.as_bytes());
            let taken = events.by_ref().take(count).count();
            assert!(taken <= count);
        }
    }

    #[test]
    fn an_error_says_where_it_is_and_where_its_construct_began() {
        let stopped = Events::new(b"a: 1\nb: [x\n").find_map(Result::err);
        let stopped = stopped.map(|stopped| (stopped.at, stopped.context, stopped.problem.is_empty()));
        assert_eq!(stopped, Some((11, Some(8), false)));
    }
}
