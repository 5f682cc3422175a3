//! An object against its kind's schema as it is read, without being kept: whether it surely fits.
//!
//! What surely fits has no [`Violation`](super::Violation); a law holds the two against each other. Of the rest nothing is
//! said: it is read again as a value, and [`validate`](super::validate()) says what is wrong, or that nothing is.

use crate::yaml::{Key, Value, Watch};

use super::model::{Filled, GoType, KindSchema, Property, Schema, Type};
use super::scalar::{broken, is_of, limits, text_fits, whole, zero_fits};
use super::{Schemas, builtin, metadata};

/// A look at one object; if the object cannot be read so, it was in vain.
#[derive(Debug)]
pub struct Fit<'s, 't> {
    schemas: &'s Schemas,
    api_version: Option<&'t str>,
    kind: Option<&'t str>,
    /// What is known of the object's kind, once both of these were read.
    schema: Option<Option<&'s KindSchema>>,
    /// How many bytes the annotations have.
    annotations: usize,
    is_sure: bool,
}

/// A place in an object.
#[derive(Debug, Clone, Copy)]
pub enum At<'s> {
    /// The object itself.
    Root,
    /// `apiVersion`
    ApiVersion,
    /// `kind`
    Kind,
    /// `status`, which a create drops.
    Status,
    /// `metadata`
    Metadata,
    /// `metadata.labels`
    Labels,
    /// The value of a label.
    Label,
    /// `metadata.annotations`
    Annotations,
    /// The value of an annotation.
    Annotation,
    /// Where anything may stand.
    Any,
    /// A mapping's value of this schema, where null counts as absent.
    Field(&'s Schema),
    /// A list's item of this schema.
    Item(&'s Schema),
}

impl<'s> Fit<'s, '_> {
    /// Begins to look at an object.
    pub fn new(schemas: &'s Schemas) -> Self {
        Self { schemas, api_version: None, kind: None, schema: None, annotations: 0, is_sure: true }
    }

    /// Whether all that was seen surely fits.
    pub fn is_sure(&self) -> bool {
        self.is_sure && self.annotations <= metadata::MOST_ANNOTATIONS
    }

    fn must(&mut self, holds: bool) {
        self.is_sure &= holds;
    }

    fn unsure(&mut self) -> At<'s> {
        self.is_sure = false;
        At::Any
    }

    /// Looks the schema up as soon as the object has said what it is.
    fn find(&mut self) {
        if let (Some(api_version), Some(kind)) = (self.api_version, self.kind) {
            self.schema = Some(self.schemas.of(api_version, kind));
        }
    }

    /// A field of the object; its kind must be known by then.
    fn field(&mut self, name: &str) -> At<'s> {
        match (name, self.schema) {
            ("apiVersion", _) => At::ApiVersion,
            ("kind", _) => At::Kind,
            ("metadata", _) => At::Metadata,
            (_, None) => self.unsure(),
            (_, Some(None)) => At::Any,
            ("status", Some(Some(schema))) if schema.drops_status => At::Status,
            (_, Some(Some(schema))) => self.below(&schema.root, name),
        }
    }

    /// A field of a mapping.
    fn below(&mut self, holder: &'s Schema, name: &str) -> At<'s> {
        let property = holder.property(name).map(|property| &property.schema);
        match property.or(holder.values.as_deref()) {
            Some(schema) => At::Field(schema),
            None if holder.open || holder.kind == Type::Any => At::Any,
            None => self.unsure(),
        }
    }

    /// A mapping that was read to its end.
    fn whole(&mut self, schema: &Schema, keys: &[Key<'_>]) {
        let count = || keys.iter().filter(|key| !key.is_null).count() as u64;
        let is_counted = schema.count.least.is_some() || schema.count.most.is_some();
        self.must(matches!(schema.kind, Type::Object | Type::Any) && schema.allowed.is_empty());
        self.must(!is_counted || broken(&schema.count, count()).is_none());
        self.absences(schema, keys);
    }

    fn absences(&mut self, schema: &Schema, keys: &[Key<'_>]) {
        let webhook = matches!(self.schema, Some(Some(KindSchema { webhook: true, .. })));
        for property in &schema.properties {
            if !property.required && property.schema.filled == Filled::Never {
                continue;
            }
            let there = keys.iter().find(|key| key.name == property.name);
            if there.is_none_or(|key| key.is_null && !property.schema.nullable) {
                self.must(may_be_absent(property, webhook));
            }
        }
    }
}

impl<'s, 't> Watch<'t> for Fit<'s, 't> {
    type Place = At<'s>;

    fn root(&self) -> At<'s> {
        At::Root
    }

    fn cares(&self, place: At<'s>) -> bool {
        !matches!(place, At::Any)
    }

    fn key(&mut self, holder: At<'s>, key: &str) -> At<'s> {
        match holder {
            At::Root => self.field(key),
            At::Metadata if key == "labels" => At::Labels,
            At::Metadata if key == "annotations" => At::Annotations,
            At::Metadata => self.below(&builtin::metadata().root, key),
            At::Labels => {
                self.must(metadata::is_qualified(key));
                At::Label
            }
            At::Annotations => {
                self.must(metadata::is_qualified(&key.to_lowercase()));
                self.annotations += key.len();
                At::Annotation
            }
            At::Field(schema) | At::Item(schema) => self.below(schema, key),
            At::Any | At::Status | At::ApiVersion | At::Kind | At::Label | At::Annotation => At::Any,
        }
    }

    fn item(&mut self, holder: At<'s>) -> At<'s> {
        match holder {
            At::Field(schema) | At::Item(schema) => schema.items.as_deref().map_or(At::Any, At::Item),
            _ => At::Any,
        }
    }

    fn text(&mut self, place: At<'s>, text: &'t str) {
        match place {
            At::ApiVersion => {
                self.api_version = Some(text);
                self.find();
            }
            At::Kind => {
                self.kind = Some(text);
                self.find();
            }
            At::Label => self.must(text.is_empty() || metadata::is_name(text)),
            At::Annotation => self.annotations += text.len(),
            At::Field(schema) | At::Item(schema) => {
                let is_of = matches!(schema.kind, Type::String | Type::Any | Type::IntOrString);
                self.must(is_of && text_fits(schema, text));
            }
            At::Root | At::Status | At::Metadata | At::Labels | At::Annotations => self.is_sure = false,
            At::Any => {}
        }
    }

    fn scalar(&mut self, place: At<'s>, value: &Value) {
        match place {
            At::Any | At::ApiVersion | At::Kind => {}
            At::Item(schema) if *value == Value::Null => self.must(schema.nullable || schema.kind == Type::Any),
            _ if *value == Value::Null => {}
            At::Field(schema) | At::Item(schema) => self.must(scalar_fits(schema, value)),
            _ => self.is_sure = false,
        }
    }

    fn mapping(&mut self, place: At<'s>, keys: &[Key<'_>]) {
        match place {
            At::Any | At::ApiVersion | At::Kind | At::Status | At::Labels | At::Annotations => {}
            At::Root => {
                if let Some(Some(schema)) = self.schema {
                    self.absences(&schema.root, keys);
                }
            }
            At::Metadata => self.whole(&builtin::metadata().root, keys),
            At::Field(schema) | At::Item(schema) => self.whole(schema, keys),
            At::Label | At::Annotation => self.is_sure = false,
        }
    }

    fn list(&mut self, place: At<'s>, count: usize) {
        match place {
            At::Any | At::ApiVersion | At::Kind => {}
            At::Field(schema) | At::Item(schema) => {
                self.must(matches!(schema.kind, Type::Array | Type::Any) && schema.allowed.is_empty());
                self.must(broken(&schema.count, count as u64).is_none());
            }
            _ => self.is_sure = false,
        }
    }
}

/// Whether a boolean or a number surely fits.
fn scalar_fits(schema: &Schema, value: &Value) -> bool {
    if !is_of(schema.kind, value) || !schema.allowed.is_empty() || schema.go == Some(GoType::Time) {
        return false;
    }
    if schema.kind == Type::Number {
        return schema.range.least.is_none() && schema.range.most.is_none();
    }
    whole(value).is_none_or(|number| {
        let (least, most) = limits(schema);
        (least..=most).contains(&number)
    })
}

/// Whether nothing is said of a field that is not there, whatever else the object holds.
fn may_be_absent(property: &Property, webhook: bool) -> bool {
    let schema = &property.schema;
    let zero = || match schema.kind {
        Type::Object => schema.properties.iter().all(|property| may_be_absent(property, webhook)),
        _ => zero_fits(schema),
    };
    match schema.filled {
        _ if schema.default.is_some() => true,
        Filled::Always if webhook => zero(),
        Filled::OfTwoPeers => !property.required && zero(),
        Filled::Always | Filled::Never => !property.required,
    }
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
