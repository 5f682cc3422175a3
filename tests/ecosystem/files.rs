//! The project's own files that other tools read, and the YAML in them.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_yaml::Value;

/// The project's top.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project as text.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents of a YAML file of the project, without those that hold nothing.
pub(crate) fn documents(path: &str) -> Vec<Value> {
    let text = text(path);
    let read = serde_yaml::Deserializer::from_str(&text).map(Value::deserialize);
    let all: Vec<Value> = read.map(|document| document.unwrap_or_else(|error| panic!("{path}: {error}"))).collect();
    all.into_iter().filter(|document| !document.is_null()).collect()
}

/// The one document of a YAML file of the project.
pub(crate) fn document(path: &str) -> Value {
    let mut all = documents(path);
    assert_eq!(all.len(), 1, "{path} is one document");
    all.remove(0)
}

/// A text below a mapping, which must be there.
pub(crate) fn string(value: &Value, path: &[&str]) -> String {
    let found = path.iter().fold(value, |value, key| &value[*key]);
    found.as_str().unwrap_or_else(|| panic!("{} is no text in {value:?}", path.join("."))).to_owned()
}

/// The files of a folder of the project, by their paths from the top, in order.
pub(crate) fn folder(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.iter().map(|file| format!("{path}/{}", file.file_name().unwrap().to_string_lossy())).collect()
}
