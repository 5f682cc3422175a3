//! A tree as a folder of plain files: names and content escaped, modes and links as the ends of names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use hhgit::fabric::kinds::Kinds;
use hhgit::path::is_unprintable;

/// The files of a tree, by their paths' bytes.
pub(crate) type Files = BTreeMap<Vec<u8>, File>;

/// One file: its mode as git prints it, and its content (a link's target, a submodule's commit).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// `100644`, `100755`, `120000` or `160000`.
    pub(crate) mode: &'static str,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

const PLAIN: &str = "100644";
/// What a name ends in for a mode that plain files do not show.
const MODES: [(&str, &str); 3] = [("%exec", "100755"), ("%link", "120000"), ("%submodule", "160000")];
/// What a name ends in whose content is escaped.
const ESCAPED: &str = "%escaped";

/// An empty fabric directory that lacks nothing, at each of these paths.
pub(crate) fn sound(fabrics: &[String]) -> Files {
    let mut files = Files::new();
    for fabric in fabrics {
        let base = if fabric == "." { String::new() } else { format!("{fabric}/") };
        let name = fabric.rsplit('/').next().filter(|name| *name != ".").unwrap_or("fabric");
        let mut put = |path: String, text: String| {
            files.insert(path.into_bytes(), File { mode: PLAIN, bytes: text.into_bytes() });
        };
        put(format!("{base}.hnp/manifest.yaml"), format!("version: '1.0'\nfabric_name: {name}\n"));
        put(format!("{base}raw/.gitkeep"), String::new());
        put(format!("{base}unmanaged/.gitkeep"), String::new());
        for plural in Kinds::builtin().user_plurals() {
            put(format!("{base}managed/{plural}/.gitkeep"), String::new());
        }
    }
    files
}

/// Reads a folder; one that is not there is empty.
pub(crate) fn read(folder: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    let mut open = vec![(folder.to_owned(), Vec::new())];
    while let Some((folder, base)) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.map(|entry| entry.unwrap()) {
            let shown = entry.file_name().into_string().map_err(|name| format!("{name:?} must be escaped"))?;
            let (name, ends) = ends_of(&shown);
            let mut path: Vec<u8> = base.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend(name_from(name).ok_or_else(|| format!("{shown:?} has a bad escape"))?);
            if entry.file_type().unwrap().is_dir() {
                open.push((entry.path(), path));
                continue;
            }
            let mode = MODES.iter().find(|(end, _)| ends.contains(end)).map_or(PLAIN, |(_, mode)| mode);
            let mut bytes = fs::read(entry.path()).unwrap();
            if ends.contains(&ESCAPED) {
                bytes = content_from(&bytes).ok_or_else(|| format!("{shown:?} holds a bad escape"))?;
            }
            files.insert(path, File { mode, bytes });
        }
    }
    Ok(files)
}

/// Writes a tree into a folder that then holds nothing else.
pub(crate) fn write(folder: &Path, files: &Files) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (shown, bytes) in shown(files) {
        let path = folder.join(shown);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The files as they lie in a folder: escaped names and contents.
pub(crate) fn shown(files: &Files) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(path, file)| show(path, file)).collect()
}

fn show(path: &[u8], file: &File) -> (String, Vec<u8>) {
    let mut shown: Vec<String> = path.split(|b| *b == b'/').map(name_to).collect();
    let name = shown.last_mut().unwrap();
    if let Some((end, _)) = MODES.iter().find(|(_, mode)| *mode == file.mode) {
        name.push_str(end);
    }
    let plain = std::str::from_utf8(&file.bytes).is_ok_and(|text| text.chars().all(is_plain));
    let bytes = if plain { file.bytes.clone() } else { content_to(&file.bytes) };
    if !plain {
        name.push_str(ESCAPED);
    }
    (shown.join("/"), bytes)
}

fn is_plain(c: char) -> bool {
    c == '\n' || c == '\t' || !is_unprintable(c)
}

/// A shown name without its ends, and those.
fn ends_of(shown: &str) -> (&str, Vec<&'static str>) {
    let mut name = shown;
    let mut ends = Vec::new();
    let all = || MODES.iter().map(|(end, _)| *end).chain([ESCAPED]);
    while let Some(end) = all().find(|end| name.ends_with(end)) {
        name = &name[..name.len() - end.len()];
        ends.push(end);
    }
    (name, ends)
}

/// A path as case.toml and folders spell it: `%` and two hexadecimal digits are a byte.
pub(crate) fn name_from(shown: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = shown.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(after.get(..2)?).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    Some(bytes)
}

/// A name whose `%` and odd bytes are escaped, and its first dot where git would obey the file.
fn name_to(name: &[u8]) -> String {
    let escape = |bytes: &[u8]| bytes.iter().map(|b| format!("%{b:02x}")).collect::<String>();
    let (lead, rest) = if name.starts_with(b".git") { name.split_at(1) } else { (&[][..], name) };
    let mut shown = escape(lead);
    for chunk in rest.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '%' || is_unprintable(c) {
                shown.push_str(&escape(c.encode_utf8(&mut [0; 4]).as_bytes()));
            } else {
                shown.push(c);
            }
        }
        shown.push_str(&escape(chunk.invalid()));
    }
    shown
}

fn content_to(bytes: &[u8]) -> Vec<u8> {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => shown.push_str(r"\\"),
                '\r' => shown.push_str(r"\r"),
                c if is_plain(c) => shown.push(c),
                c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| shown.push_str(&format!(r"\x{b:02x}"))),
            }
        }
        chunk.invalid().iter().for_each(|b| shown.push_str(&format!(r"\x{b:02x}")));
    }
    shown.into_bytes()
}

fn content_from(shown: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = shown;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (kind, after) = rest.split_first()?;
        rest = after;
        match kind {
            b'\\' => bytes.push(b'\\'),
            b'r' => bytes.push(b'\r'),
            b'x' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(rest.get(..2)?).ok()?, 16).ok()?);
                rest = &rest[2..];
            }
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_folder_shows_reads_back_as_the_tree_it_came_from() {
        let dir = tempfile::tempdir().unwrap();
        let file = |mode, bytes: &[u8]| File { mode, bytes: bytes.to_vec() };
        let files = Files::from([
            (b".gitignore".to_vec(), file("100644", b"*.tmp\n")),
            (b"100%/a\nb\xff.yaml".to_vec(), file("100755", b"a: \\\r\n\0\xff\xef\xbb\xbf")),
            (b"link".to_vec(), file("120000", b"../x")),
            (b"module".to_vec(), file("160000", b"0123")),
        ]);
        write(dir.path(), &files);
        let names: Vec<String> = shown(&files).into_keys().collect();
        assert_eq!(names, ["%2egitignore", "100%25/a%0ab%ff.yaml%exec%escaped", "link%link", "module%submodule"]);
        assert!(read(dir.path()).unwrap() == files);
    }
}
