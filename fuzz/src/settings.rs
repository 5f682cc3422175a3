//! Small files of a fabric directory: the manifest, the installer's fab.yaml, a sidecar, and the texts that stand in them.

use hhgit::fabric::address::{Prefix, parse_address, parse_mac};
use hhgit::fabric::interval::Interval;
use hhgit::fabric::manifest::{self, Manifest, Periodic, is_name};
use hhgit::fabric::settings::{Settings, read_fab};
use hhgit::fabric::{periodic_block, settings_block};
use hhgit::ids::sha256_hex;
use hhgit::path::{RepoPath, quote, unquote};
use hhgit::plan::sidecar;
use hhgit::verdict::code::{Code, Severity};

use crate::parts::{cut, is_found, is_told, path};

/// Reads the pieces of an input: a manifest, a fab.yaml, the body of a sidecar, and any text.
pub fn check(data: &[u8]) {
    let pieces = cut(data);
    let manifest = pieces.first().copied().unwrap_or_default();
    let fab = pieces.get(1).copied().unwrap_or_default();
    read_manifest(manifest);
    for bytes in [manifest, fab] {
        match read_fab(bytes) {
            Ok(settings) => settings_go_in(manifest, &settings),
            Err(error) => is_told(&error),
        }
    }
    pieces.iter().for_each(|piece| read_sidecar(piece));
    pieces.iter().for_each(|piece| read_texts(piece));
}

fn read_manifest(bytes: &[u8]) {
    let (found, findings) = manifest::read(bytes, &path("f/.hnp/manifest.yaml"), &path("f"));
    findings.iter().for_each(|finding| is_found(finding, bytes));
    let is_refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    assert_eq!(found.is_none(), is_refused, "{findings:?}");
    assert!(findings.iter().all(|finding| finding.code == Code::BadManifest));
    let Some(found) = found else { return };
    assert!(is_name(&found.name), "{:?}", found.name);
    assert_eq!(found.settings.contradiction(), None);
    settings_go_in(bytes, &found.settings);
    settings_go_in(bytes, &Settings::default());
    for periodic in [found.periodic, Periodic::default(), Periodic { enabled: Some(false), ..found.periodic }] {
        if let Some(new) = periodic_block::replace(bytes, periodic) {
            assert_eq!(same_but(&new, |manifest| manifest.periodic = found.periodic), Some(found.clone()));
            assert_eq!(same_but(&new, |_| {}).map(|manifest| manifest.periodic), Some(periodic));
        }
    }
}

/// A manifest read again, with one thing put as it was.
fn same_but(bytes: &[u8], put: impl FnOnce(&mut Manifest)) -> Option<Manifest> {
    let mut found = manifest::read(bytes, &path("f/.hnp/manifest.yaml"), &path("f")).0?;
    put(&mut found);
    Some(found)
}

/// Settings put into a manifest are read out of it again, and all else of it is as before.
fn settings_go_in(bytes: &[u8], settings: &Settings) {
    let Some(new) = settings_block::replace(bytes, settings) else { return };
    let found = manifest::read(&new, &path("f/.hnp/manifest.yaml"), &path("f")).0.expect("it was read before");
    assert_eq!(&found.settings, settings);
    let before = manifest::read(bytes, &path("f/.hnp/manifest.yaml"), &path("f")).0;
    if let Some(before) = before {
        assert_eq!(Manifest { settings: before.settings.clone(), ..found }, before);
    }
}

/// A body under the first line of a sidecar: what it says can be read, and only with the right digest.
fn read_sidecar(body: &[u8]) {
    assert_eq!(sidecar::read(body), None, "nobody can guess a digest");
    let head = format!("# hhgit sidecar, sha256 of what follows: {}\n", sha256_hex(body));
    let Some(found) = sidecar::read(&[head.as_bytes(), body].concat()) else { return };
    let reasons = found.reasons();
    assert!(found.said.iter().all(|said| reasons.contains_key(&said.document)));
    assert_eq!(sidecar::read(&[head.as_bytes(), body, b"\n"].concat()), None);
}

/// Texts that stand in manifests, flags and sidecars: what is read is written so that it is read again.
fn read_texts(bytes: &[u8]) {
    if let Ok(path) = RepoPath::new(bytes) {
        assert_eq!(path.as_bytes(), bytes);
        crate::parts::is_shown(&path.to_string());
        crate::parts::is_shown(&sidecar::retry_command(&path));
    }
    crate::parts::is_shown(&quote(bytes));
    assert_eq!(unquote(&quote(bytes)).as_deref(), Some(bytes), "{}", quote(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    drop(unquote(text));
    for line in text.lines().take(20) {
        if let Some(interval) = Interval::parse(line) {
            assert_eq!(Interval::parse(&interval.to_string()).map(Interval::seconds), Some(interval.seconds()));
        }
        if let Some(prefix) = Prefix::parse(line) {
            assert!(prefix.contains(prefix.first()) && prefix.contains(prefix.last()));
            assert!(prefix.holds(&prefix) && prefix.overlaps(&prefix) && prefix.masked().is_masked());
            // What lies beyond the prefix counts too, as long as it is an address.
            assert_eq!(prefix.nth(0), Some(prefix.first()));
            let _ = [1, 7, u32::MAX].map(|at| prefix.nth(at));
        }
        if let Some(address) = parse_address(line) {
            assert_eq!(parse_address(&address.to_string()), Some(address));
        }
        assert!(parse_mac(line).is_none_or(|mac| !mac.is_empty()));
    }
}
