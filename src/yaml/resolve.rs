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
    resolver.node(root, Way { depth: 0, keep: false }).map_err(|fault| *fault)
}

/// A fault in a box, because each level of the recursion has room for one on the stack.
type Refused = Box<Fault>;

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
    /// A node's value. This and what it calls in turn is the recursion; each keeps little on the stack.
    fn node(&mut self, id: Id, way: Way) -> Result<Node, Refused> {
        self.count()?;
        let raw = &self.document.nodes[id];
        let way = Way { keep: way.keep || raw.anchored, ..way };
        match &raw.kind {
            RawKind::Alias(_) => self.alias(id, way),
            RawKind::Scalar(_) => self.leaf(id, way),
            RawKind::Sequence(_) => self.sequence(id, way),
            RawKind::Mapping(_) => self.mapping(id, way),
        }
    }

    fn alias(&mut self, id: Id, way: Way) -> Result<Node, Refused> {
        let raw = &self.document.nodes[id];
        let RawKind::Alias(target) = raw.kind else { return Ok(empty(raw.span)) };
        let span = raw.span;
        let before = self.follow(span);
        let node = self.node(target, Way { keep: true, ..way });
        self.outer = before;
        node.map(|node| Node { span, ..node })
    }

    fn leaf(&mut self, id: Id, way: Way) -> Result<Node, Refused> {
        let span = self.document.nodes[id].span;
        let value = self.scalar(id, way)?;
        match value {
            Value::Float(float) if !float.is_finite() => {
                Err(invalid(span, "JSON, and so Kubernetes, has no infinity and no 'not a number'"))
            }
            value => Ok(Node { span, value }),
        }
    }

    fn sequence(&mut self, id: Id, way: Way) -> Result<Node, Refused> {
        let (span, items) = self.children(id, way)?;
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            nodes.push(self.node(item, way.deeper())?);
        }
        Ok(Node { span, value: Value::Sequence(nodes) })
    }

    fn mapping(&mut self, id: Id, way: Way) -> Result<Node, Refused> {
        let mut pairs = Vec::new();
        self.entries(id, way, &mut pairs)?;
        unique(&pairs)?;
        Ok(Node { span: self.document.nodes[id].span, value: Value::Mapping(pairs) })
    }

    /// Appends the pairs of a mapping node, those that it merges included.
    fn entries(&mut self, id: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Refused> {
        let (_, entries) = self.children(id, way)?;
        pairs.reserve(entries.len() / 2);
        for entry in entries.chunks_exact(2) {
            self.entry(entry[0], entry[1], way.deeper(), pairs)?;
        }
        Ok(())
    }

    /// Appends the pair of a key and a value, or, for a merge key, the pairs that it takes in.
    fn entry(&mut self, key: Id, value: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Refused> {
        if matches!(&self.document.nodes[key].kind, RawKind::Scalar(scalar) if is_merge(scalar)) {
            return self.merge(value, way, pairs);
        }
        let (key, key_span) = self.key(key, way)?;
        let value = self.node(value, way)?;
        pairs.push(Pair { key, key_span, value });
        Ok(())
    }

    /// Appends what the value of a merge key holds: a mapping's pairs, or those of a list's mappings.
    fn merge(&mut self, id: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Refused> {
        let raw = &self.document.nodes[id];
        let way = Way { keep: way.keep || raw.anchored, ..way };
        if !matches!(raw.kind, RawKind::Sequence(_)) {
            return self.merge_one(id, way, pairs);
        }
        let (_, items) = self.children(id, way)?;
        for item in items.into_iter().rev() {
            self.merge_one(item, way, pairs)?;
        }
        Ok(())
    }

    /// Appends the pairs of one mapping, which an alias may stand for.
    fn merge_one(&mut self, id: Id, way: Way, pairs: &mut Vec<Pair>) -> Result<(), Refused> {
        self.count()?;
        let raw = &self.document.nodes[id];
        let span = raw.span;
        let (target, keep, before) = match raw.kind {
            RawKind::Alias(target) => (target, true, self.follow(span)),
            _ => (id, way.keep || raw.anchored, self.outer),
        };
        if target != id {
            self.count()?;
        }
        if !matches!(self.document.nodes[target].kind, RawKind::Mapping(_)) {
            return Err(invalid(span, "what a merge key takes in is no mapping"));
        }
        let done = self.entries(target, Way { keep, ..way }, pairs);
        self.outer = before;
        done
    }

    /// A list's or mapping's span and children, unless it is too deep: a copy of the list where it is needed again.
    fn children(&mut self, id: Id, way: Way) -> Result<(Span, Vec<Id>), Refused> {
        let depth = self.limits.depth_in_force();
        let raw = &mut self.document.nodes[id];
        if way.depth >= depth {
            let at = self.outer.unwrap_or(raw.span);
            let message = format!("nested deeper than {depth} levels, aliases followed");
            return Err(Box::new(Fault::new(FaultKind::TooDeep, at, message)));
        }
        let ids = match &mut raw.kind {
            RawKind::Sequence(ids) | RawKind::Mapping(ids) if way.keep => ids.clone(),
            RawKind::Sequence(ids) | RawKind::Mapping(ids) => std::mem::take(ids),
            _ => Vec::new(),
        };
        Ok((raw.span, ids))
    }

    /// The value of a scalar node, numbers that are none included.
    fn scalar(&mut self, id: Id, way: Way) -> Result<Value, Refused> {
        let raw = &mut self.document.nodes[id];
        let RawKind::Scalar(scalar) = &mut raw.kind else { return Ok(Value::Null) };
        let span = raw.span;
        let keep = way.keep || raw.anchored;
        let text = if keep { scalar.value.clone() } else { std::mem::take(&mut scalar.value) };
        let length = text.len();
        let value = scalar::resolve(text, scalar.tag.as_deref(), scalar.implicit);
        self.count_bytes(length)?;
        value.map_err(|problem| invalid(span, problem))
    }

    /// A key as text, and where it is written; this goes no deeper than one alias.
    fn key(&mut self, id: Id, way: Way) -> Result<(String, Span), Refused> {
        self.count()?;
        let raw = &self.document.nodes[id];
        let span = raw.span;
        let value = if let RawKind::Alias(target) = raw.kind {
            let before = self.follow(span);
            self.count()?;
            let value = self.key_value(target, Way { keep: true, ..way });
            self.outer = before;
            value?
        } else {
            self.key_value(id, way)?
        };
        scalar::key(value)
            .map(|key| (key, span))
            .map_err(|what| invalid(span, format!("a key must be a text, a number or a boolean; this is {what}")))
    }

    /// The value of a key, in which lists and mappings are left empty.
    fn key_value(&mut self, id: Id, way: Way) -> Result<Value, Refused> {
        match &self.document.nodes[id].kind {
            RawKind::Sequence(_) => Ok(Value::Sequence(Vec::new())),
            RawKind::Mapping(_) => Ok(Value::Mapping(Vec::new())),
            _ => self.scalar(id, way),
        }
    }

    /// Begins to follow an alias; says what was followed before, to be put back.
    fn follow(&mut self, alias: Span) -> Option<Span> {
        let before = self.outer;
        self.outer = before.or(Some(alias));
        before
    }

    /// Counts a node, and refuses it if too much has come by aliases.
    fn count(&mut self) -> Result<(), Refused> {
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
    fn count_bytes(&mut self, length: usize) -> Result<(), Refused> {
        let Some(alias) = self.outer else { return Ok(()) };
        self.bytes = self.bytes.saturating_add(length);
        if self.bytes > self.limits.expanded_bytes {
            return Err(expansion(alias, "the aliases stand for more text than the limit"));
        }
        Ok(())
    }
}

fn invalid(at: Span, message: impl Into<String>) -> Refused {
    Box::new(Fault::invalid(at, message))
}

fn expansion(alias: Span, message: &str) -> Refused {
    Box::new(Fault::new(FaultKind::AliasExpansion, alias, message))
}

/// A node of nothing.
fn empty(span: Span) -> Node {
    Node { span, value: Value::Null }
}

/// Refuses a mapping with a key twice, as Go's strict decoder does; a merged key counts like one that is written.
fn unique(pairs: &[Pair]) -> Result<(), Refused> {
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
    Err(Box::new(fault))
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
