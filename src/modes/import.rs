//! `hhgit import`: what kubectl prints of a cluster's objects, into raw/ as files that people would have written.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::RAW;
use crate::options::{Common, Import};
use crate::path::RepoPath;
use crate::report::Report;
use crate::verdict::cluster::{Left, Printed, read};

use super::error::ModeError;
use super::offer::{Giver, Offer};
use super::talk::Talk;

/// Puts the objects into raw/ of the one fabric directory, in one commit.
pub fn import(common: &Common, options: &Import, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    let giver = Giver { command: "import", dry_run: options.dry_run, mends: None };
    giver.give(common, talk, |place| {
        let printed = printed(options, &place.survey.kinds)?;
        let raw = RepoPath::root().child(RAW);
        let notes = notes(&printed);
        let files = printed.files.into_iter().map(|(path, text)| (raw.join_path(&path), text.into_bytes())).collect();
        Ok(Offer { files, subject: |n| format!("import {} into", count(n, "object")), findings: Vec::new(), notes })
    })
}

/// The objects as one stream of documents, and what is to be said of the others; no repository is needed.
pub fn documents(options: &Import) -> Result<(String, Vec<String>), ModeError> {
    let printed = printed(options, &Kinds::builtin())?;
    let notes = notes(&printed);
    Ok((printed.files.into_values().collect::<Vec<_>>().join("---\n"), notes))
}

fn printed(options: &Import, kinds: &Kinds) -> Result<Printed, ModeError> {
    let refused = |source| ModeError::Printed { name: options.input.name.clone(), source };
    read(&options.input.bytes, kinds).map_err(refused)
}

fn notes(printed: &Printed) -> Vec<String> {
    let mut notes = Vec::new();
    if printed.files.is_empty() {
        notes.push("There is no object that people write in it.".to_owned());
    }
    for (why, of, then) in [
        (Left::Controller, "that Hedgehog's controllers make", ""),
        (Left::Installer, "that belong to the installer's fab.yaml", ""),
        (Left::UnknownKind, "of kinds that are not known", "; hhgit crds import brings a newer release's kinds"),
        (Left::OtherGroup, "of other groups", ""),
        (Left::NoObject, "that are no Kubernetes objects", ""),
    ] {
        let left = || printed.left.iter().filter(|((reason, _), _)| *reason == why);
        let kinds: Vec<String> = left().filter(|((_, kind), _)| !kind.is_empty()).map(one_kind).collect();
        let list = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
        let noun = if why == Left::NoObject { "document" } else { "object" };
        match left().map(|(_, number)| number).sum() {
            0 => {}
            number => notes.push(format!("Left out {} {of}{list}{then}.", count(number, noun))),
        }
    }
    notes
}

fn one_kind(((_, kind), number): (&(Left, String), &usize)) -> String {
    format!("{kind} ({number})")
}

/// A number and its noun.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
