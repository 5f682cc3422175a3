//! Raw nodes to the value that Kubernetes sees: scalars resolved, aliases and merge keys followed, keys made texts.
//!
//! The recursion goes no deeper than [`Limits::depth`], counted along aliases and merge keys too; what aliases stand for
//! is bounded by the limits and by go-yaml's own measure of how much of a document may come from them.

use super::compose::{Document, Id, RawKind};
use super::fault::{Fault, FaultKind, shown};
use super::scalar::{self, is_merge};
use super::{Limits, Node, Pair, Span, Value};

/// The value of a document's root.
pub(super) fn resolve(document: &mut Document, root: Id, limits: &Limits) -> Result<Node, Fault> {
    // The document itself is the first thing that go-yaml counts.
    let mut resolver = Resolver { document, limits, outer: None, decoded: 1, aliased: 0, bytes: 0 };
    resolver.node(root, Way { depth: 0, keep: false })
}

/// How a node is come to.
#[derive(Clone, Copy)]
struct Way {
    /// How many lists, mappings and merge keys are around it.
    depth: usize,
    /// Whether its text is needed again.
    keep: bool,
}

impl Way {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

struct Resolver<'document> {
    document: &'document mut Document,
    limits: &'document Limits,
    /// The outermost alias that is being followed.
    outer: Option<Span>,
    /// How many nodes were resolved, and how many of them by aliases, as go-yaml counts.
    decoded: usize,
    aliased: usize,
    /// How many bytes of text came by aliases.
    bytes: usize,
}

impl Resolver<'_> {
    fn node(&mut self, id: Id, way: Way) -> Result<Node, Fault> {
        self.count()?;
        let raw = &mut self.document.nodes[id];
        let (span, way) = (raw.span, Way { keep: way.keep || raw.anchored, ..way });
        let value = match &mut raw.kind {
            RawKind::Alias(target) => {
                let target = *target;
                let node = self.follow(span, |resolver| resolver.node(target, Way { keep: true, ..way }))?;
                return Ok(Node { span, ..node });
            }
            RawKind::Scalar(_) => finite(self.scalar(id, way)?, span)?,
            RawKind::Sequence(items) => {
                let items = children(items, way);
                self.enter(span, way)?;
                let items = items.into_iter().map(|item| self.node(item, way.deeper()));
                Value::Sequence(items.collect::<Result<_, _>>()?)
            }
            RawKind::Mapping(_) => {
                let mut pairs = Vec::new();
                self.mapping(id, way, &mut pairs)?;
                unique(&pairs)?;
                Value::Mapping(pairs)
            }
        };
        Ok(Node { span, value })
    }

    /// The value of a scalar node, numbers that are none included.
    fn scalar(&mut self, id: Id, way: Way) -> Result<Value, Fault> {
        let raw = &mut self.document.nodes[id];
        let RawKind::Scalar(scalar) = &mut raw.kind else { return Ok(Value::Null) };
        let span = raw.span;
        let keep = way.keep || raw.anchored;
        let text = if keep { scalar.value.clone() } else { std::mem::take(&mut scalar.value) };
        let length = text.len();
        let value = scalar::resolve(text, scalar.tag.as_deref(), scalar.implicit);
        self.count_bytes(length)?;
        value.map_err(|problem| Fault::invalid(span, problem))
    }

    /// Appends the pairs of a mapping node, those that it merges included.
    fn mapping(&mut self, id: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Fault> {
        let raw = &mut self.document.nodes[id];
        let (span, way) = (raw.span, Way { keep: way.keep || raw.anchored, ..way });
        let RawKind::Mapping(entries) = &mut raw.kind else {
            return Err(Fault::invalid(span, "what a merge key takes in is no mapping"));
        };
        let entries = children(entries, way);
        self.enter(span, way)?;
        pairs.reserve(entries.len() / 2);
        for entry in entries.chunks_exact(2) {
            let &[key, value] = entry else { continue };
            if matches!(&self.document.nodes[key].kind, RawKind::Scalar(scalar) if is_merge(scalar)) {
                self.merge(value, way.deeper(), pairs)?;
                continue;
            }
            let (key, key_span) = self.key(key, way.deeper())?;
            let value = self.node(value, way.deeper())?;
            pairs.push(Pair { key, key_span, value });
        }
        Ok(())
    }

    /// Appends what the value of a merge key holds: a mapping's pairs, or those of a list's mappings.
    fn merge(&mut self, id: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Fault> {
        let raw = &mut self.document.nodes[id];
        let way = Way { keep: way.keep || raw.anchored, ..way };
        let RawKind::Sequence(items) = &mut raw.kind else { return self.merge_one(id, way, pairs) };
        for item in children(items, way).into_iter().rev() {
            self.merge_one(item, way, pairs)?;
        }
        Ok(())
    }

    /// Appends the pairs of one mapping, which an alias may stand for.
    fn merge_one(&mut self, id: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Fault> {
        self.count()?;
        let raw = &self.document.nodes[id];
        let RawKind::Alias(target) = raw.kind else { return self.mapping(id, way, pairs) };
        self.follow(raw.span, |resolver| {
            resolver.count()?;
            resolver.mapping(target, Way { keep: true, ..way }, pairs)
        })
    }

    /// A key as text, and where it is written.
    fn key(&mut self, id: Id, way: Way) -> Result<(String, Span), Fault> {
        self.count()?;
        let raw = &self.document.nodes[id];
        let span = raw.span;
        let value = match raw.kind {
            RawKind::Alias(target) => self.follow(span, |resolver| {
                resolver.count()?;
                resolver.key_value(target, Way { keep: true, ..way })
            })?,
            _ => self.key_value(id, way)?,
        };
        scalar::key(value).map(|key| (key, span)).map_err(|what| {
            Fault::invalid(span, format!("a key must be a text, a number or a boolean; this is {what}"))
        })
    }

    /// The value of a key, in which lists and mappings are left empty.
    fn key_value(&mut self, id: Id, way: Way) -> Result<Value, Fault> {
        match &self.document.nodes[id].kind {
            RawKind::Sequence(_) => Ok(Value::Sequence(Vec::new())),
            RawKind::Mapping(_) => Ok(Value::Mapping(Vec::new())),
            _ => self.scalar(id, way),
        }
    }

    /// Does something on behalf of an alias.
    fn follow<T>(&mut self, alias: Span, act: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let before = self.outer;
        self.outer = before.or(Some(alias));
        let done = act(self);
        self.outer = before;
        done
    }

    /// Refuses to go into a list or mapping that is too deep.
    fn enter(&self, span: Span, way: Way) -> Result<(), Fault> {
        let depth = self.limits.depth();
        if way.depth < depth {
            return Ok(());
        }
        let at = self.outer.unwrap_or(span);
        Err(Fault::new(FaultKind::TooDeep, at, format!("nested deeper than {depth} levels, aliases followed")))
    }

    /// Counts a node, and refuses it if too much has come by aliases.
    fn count(&mut self) -> Result<(), Fault> {
        self.decoded += 1;
        let Some(alias) = self.outer else { return Ok(()) };
        self.aliased += 1;
        if self.aliased > self.limits.expanded_nodes {
            return Err(expansion(alias, "the aliases stand for more nodes than the limit"));
        }
        if self.aliased > 100 && self.decoded > 1_000 && ratio(self.aliased, self.decoded) > allowed(self.decoded) {
            return Err(expansion(alias, "too much of the document comes from aliases"));
        }
        Ok(())
    }

    /// Counts text, and refuses it if too much has come by aliases.
    fn count_bytes(&mut self, length: usize) -> Result<(), Fault> {
        let Some(alias) = self.outer else { return Ok(()) };
        self.bytes = self.bytes.saturating_add(length);
        if self.bytes > self.limits.expanded_bytes {
            return Err(expansion(alias, "the aliases stand for more text than the limit"));
        }
        Ok(())
    }
}

fn expansion(alias: Span, message: &str) -> Fault {
    Fault::new(FaultKind::AliasExpansion, alias, message)
}

/// The list of children: a copy where it is needed again.
fn children(ids: &mut Vec<Id>, way: Way) -> Vec<Id> {
    if way.keep { ids.clone() } else { std::mem::take(ids) }
}

/// A value as JSON can hold it.
fn finite(value: Value, span: Span) -> Result<Value, Fault> {
    match value {
        Value::Float(float) if !float.is_finite() => {
            Err(Fault::invalid(span, "JSON, and so Kubernetes, has no infinity and no 'not a number'"))
        }
        value => Ok(value),
    }
}

/// Refuses a mapping with a key twice, as Go's strict decoder does; a merged key counts like one that is written.
fn unique(pairs: &[Pair]) -> Result<(), Fault> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|left, right| pairs[*left].key.cmp(&pairs[*right].key));
    let doubled = order.windows(2).filter(|pair| pairs[pair[0]].key == pairs[pair[1]].key);
    let Some((first, second)) = doubled.map(|pair| (pair[0], pair[1])).min_by_key(|pair| pair.1) else {
        return Ok(());
    };
    let mut fault = Fault::new(
        FaultKind::DuplicateKey,
        pairs[second].key_span,
        format!("the key is there twice: {}", shown(&pairs[second].key)),
    );
    fault.related = Some(pairs[first].key_span);
    Err(fault)
}

#[allow(clippy::cast_precision_loss, reason = "as go-yaml does; the counts are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// How much of a document may come from aliases: nearly all of a small one, a tenth of a very large one.
fn allowed(decoded: usize) -> f64 {
    const LOW: usize = 400_000;
    const HIGH: usize = 4_000_000;
    match decoded {
        0..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ratio(decoded - LOW, HIGH - LOW),
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
