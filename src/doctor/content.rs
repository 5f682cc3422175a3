//! What is judged of a branch's content: fabric directories, what waits in them, and what a checkout makes of their files.

use crate::path::{quote, unquote};

use super::facts::{Content, Fabric, Git, Repository};
use super::{Check, Rows, Told, Trouble};

/// How many fabric directories are named.
const NAMED: usize = 5;

pub(super) fn judge(found: &Repository, git: &Git, rows: &mut Rows) {
    let dir = ("dir", found.dir.as_str());
    match &found.content {
        None => {}
        Some(Err(words)) => {
            let branch = match &found.head {
                super::facts::Head::Branch { name, .. } => name,
                _ => "HEAD",
            };
            let told = Trouble::TipUnreadable.told(&[dir, ("branch", branch), ("words", words)]);
            rows.push(Check::Fabrics, "", vec![told]);
        }
        Some(Ok(content)) => {
            fabrics(content, dir, rows);
            attributes(found, content, git, rows);
        }
    }
    if !found.bare {
        work_tree(found, rows);
    }
}

fn files(number: usize) -> String {
    if number == 1 { "1 file".to_owned() } else { format!("{number} files") }
}

fn fabrics(content: &Content, dir: (&str, &str), rows: &mut Rows) {
    if content.fabrics.is_empty() {
        let told = Trouble::NoFabric.told(&[dir, ("branch", &content.branch)]);
        return rows.push(Check::Fabrics, "", vec![told]);
    }
    let broken = content.fabrics.iter().filter_map(|fabric| {
        let (code, words) = fabric.broken.as_ref()?;
        Some(Trouble::FabricLeftAlone.told(&[("fabric", &fabric.path), ("code", code), ("words", words)]))
    });
    let names: Vec<&str> = content.fabrics.iter().map(|fabric| fabric.path.as_str()).collect();
    let well = match names.as_slice() {
        [first, .., last] if names.len() > NAMED => format!("{} from {first} to {last}", names.len()),
        names => names.join(", "),
    };
    rows.push(Check::Fabrics, well, broken.collect());
    let waiting = |fabric: &Fabric| {
        let tell = |trouble: Trouble, number: usize| {
            (number > 0).then(|| trouble.told(&[dir, ("fabric", &fabric.path), ("files", &files(number))]))
        };
        [tell(Trouble::RawWaits, fabric.waiting), tell(Trouble::UnmanagedWaits, fabric.unmanaged)]
    };
    let told = content.fabrics.iter().flat_map(waiting).flatten().collect();
    rows.push(Check::Documents, "nothing waits in raw/ or lies in unmanaged/", told);
}

fn attributes(found: &Repository, content: &Content, git: &Git, rows: &mut Rows) {
    let told: Vec<Told> = match (&content.attributes, git) {
        (Ok(changed), _) => {
            let tell = |(folder, path, attribute): &(String, String, String)| {
                let trouble = if attribute == "filter=lfs" { Trouble::AttributeLfs } else { Trouble::AttributeChanges };
                trouble.told(&[
                    ("folder", folder),
                    ("line", &pattern(folder)),
                    ("path", path),
                    ("attribute", attribute),
                ])
            };
            changed.iter().map(tell).collect()
        }
        // The rest of this is said by the check of git.
        (Err(_), Git::Missing) => return,
        (Err(_), Git::Found(words)) if super::version(words) < super::GIT_ATTRIBUTES => {
            vec![Trouble::AttributesGitOld.told(&[("version", words)])]
        }
        (Err(words), Git::Found(_)) => {
            let (dir, index) = (("dir", found.dir.as_str()), ("index", found.index.as_str()));
            vec![Trouble::AttributesUnasked.told(&[dir, index, ("words", words)])]
        }
    };
    rows.push(Check::Attributes, "a checkout has the bytes of the commit", told);
}

/// The pattern in .gitattributes for all that lies in a folder.
fn pattern(folder: &str) -> String {
    let mut pattern = Vec::new();
    for byte in unquote(folder).unwrap_or_default() {
        let is_special = b"*?[\\".contains(&byte) || pattern.is_empty() && b"!#".contains(&byte);
        pattern.extend(is_special.then_some(b'\\'));
        pattern.push(byte);
    }
    pattern.extend_from_slice(b"/**");
    let shown = quote(&pattern);
    // A space ends a pattern that is not quoted.
    let is_plain = shown.starts_with('"') || !shown.contains(char::is_whitespace) && !shown.contains('\\');
    if is_plain { shown } else { format!("\"{}\"", shown.replace('\\', "\\\\")) }
}

fn work_tree(found: &Repository, rows: &mut Rows) {
    let (dir, config) = (("dir", found.dir.as_str()), &found.config);
    let mut told: Vec<Told> = Vec::new();
    for (key, bad, better) in [("core.autocrlf", ["true", "input"], "false"), ("core.eol", ["crlf", "crlf"], "lf")] {
        if let Some(value) = config.last(key).filter(|value| bad.contains(&value.to_ascii_lowercase().as_str())) {
            let config = super::settings::setting(&found.dir, config.found(key));
            let words = [("config", &*config), ("key", key), ("value", &*quote(value.as_bytes())), ("better", better)];
            told.push(Trouble::LineEndings.told(&words));
        }
    }
    if config.yes("core.sparseCheckout") {
        told.push(Trouble::Sparse.told(&[dir]));
    }
    rows.push(Check::WorkTree, "shows all of the commit, byte for byte", told);
}
