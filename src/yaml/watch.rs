//! Looking on as a document is read, so that it can be judged without being kept.

use std::borrow::Cow;

use super::Value;

/// Somebody who looks on. What is looked on at may yet turn out to be none that can be read so; then it counts for nothing.
pub trait Watch<'t> {
    /// What is known of a value before it is read.
    type Place: Copy;

    /// The place of the document itself.
    fn root(&self) -> Self::Place;

    /// Whether anything is to be said of a value here.
    fn cares(&self, place: Self::Place) -> bool;

    /// The place of a key's value; the key may yet turn out to be there twice.
    fn key(&mut self, holder: Self::Place, key: &str) -> Self::Place;

    /// The place of a list's items.
    fn item(&mut self, holder: Self::Place) -> Self::Place;

    /// A text was read here.
    fn text(&mut self, place: Self::Place, text: &'t str);

    /// A null, a boolean or a number was read here.
    fn scalar(&mut self, place: Self::Place, value: &Value);

    /// A mapping was read here, with these keys.
    fn mapping(&mut self, place: Self::Place, keys: &[Key<'_>]);

    /// A list of so many items was read here.
    fn list(&mut self, place: Self::Place, count: usize);
}

/// A key of a mapping that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key<'t> {
    /// The text that its JSON form has.
    pub name: Cow<'t, str>,
    /// Whether its value is null.
    pub is_null: bool,
}

/// Nobody looks on.
impl<'t> Watch<'t> for () {
    type Place = ();
    fn root(&self) {}
    fn cares(&self, (): ()) -> bool {
        false
    }
    fn key(&mut self, (): (), _: &str) {}
    fn item(&mut self, (): ()) {}
    fn text(&mut self, (): (), _: &'t str) {}
    fn scalar(&mut self, (): (), _: &Value) {}
    fn mapping(&mut self, (): (), _: &[Key<'_>]) {}
    fn list(&mut self, (): (), _: usize) {}
}
