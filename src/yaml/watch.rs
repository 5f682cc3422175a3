//! Looking on as a document is read, so that it can be judged without being kept.

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'t> {
    /// The text that its JSON form has.
    pub name: &'t str,
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

/// Two who look on side by side.
impl<'t, A: Watch<'t>, B: Watch<'t>> Watch<'t> for (A, B) {
    type Place = (A::Place, B::Place);

    fn root(&self) -> Self::Place {
        (self.0.root(), self.1.root())
    }

    fn cares(&self, place: Self::Place) -> bool {
        self.0.cares(place.0) || self.1.cares(place.1)
    }

    fn key(&mut self, holder: Self::Place, key: &str) -> Self::Place {
        (self.0.key(holder.0, key), self.1.key(holder.1, key))
    }

    fn item(&mut self, holder: Self::Place) -> Self::Place {
        (self.0.item(holder.0), self.1.item(holder.1))
    }

    fn text(&mut self, place: Self::Place, text: &'t str) {
        self.0.text(place.0, text);
        self.1.text(place.1, text);
    }

    fn scalar(&mut self, place: Self::Place, value: &Value) {
        self.0.scalar(place.0, value);
        self.1.scalar(place.1, value);
    }

    fn mapping(&mut self, place: Self::Place, keys: &[Key<'_>]) {
        self.0.mapping(place.0, keys);
        self.1.mapping(place.1, keys);
    }

    fn list(&mut self, place: Self::Place, count: usize) {
        self.0.list(place.0, count);
        self.1.list(place.1, count);
    }
}
