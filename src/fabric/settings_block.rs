//! New settings in an old manifest: the top-level `settings:` block is replaced or added, every other byte stays.

use crate::path::RepoPath;
use crate::yaml::{Node, Pair, Value, canonical_json};

use super::document::single;
use super::manifest;
use super::settings::Settings;

/// The manifest with these settings and no others. None where its layout leaves no room for them: it is in flow style, or
/// ends with a line of dots.
pub fn replace(bytes: &[u8], settings: &Settings) -> Option<Vec<u8>> {
    let root = single(bytes).ok()??;
    let (start, end) = block(bytes, &root)?;
    let eol = if bytes.windows(2).any(|two| two == b"\r\n") { "\r\n" } else { "\n" };
    let mut out = bytes[..start].to_vec();
    let lines = settings.lines();
    if !lines.is_empty() {
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.extend(eol.bytes());
        }
        out.extend(format!("settings:{eol}").bytes());
        lines.iter().for_each(|(key, value)| out.extend(format!("  {key}: {value}{eol}").bytes()));
    }
    out.extend(&bytes[end..]);
    is_meant(&out, &root, settings).then_some(out)
}

/// Where the block is, or where one can be added: the end.
fn block(bytes: &[u8], root: &Node) -> Option<(usize, usize)> {
    let pairs = root.as_mapping()?;
    let Some(pair) = pairs.iter().find(|pair| pair.key == "settings") else { return Some((bytes.len(), bytes.len())) };
    let start = pair.key_span.start;
    if start > 0 && bytes[start - 1] != b'\n' {
        return None;
    }
    let next = pairs.iter().map(|pair| pair.key_span.start).filter(|other| *other > start).min();
    let limit = next.unwrap_or(bytes.len());
    let (mut at, mut end) = (start, start);
    for line in bytes[start..limit].split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let text = line.trim_ascii();
        if line.starts_with(b"---") || line.starts_with(b"...") {
            break;
        }
        if !text.is_empty() && !text.starts_with(b"#") {
            end = at;
        }
    }
    Some((start, end))
}

/// Whether the new manifest says these settings, and of all else what the old one said.
fn is_meant(bytes: &[u8], old: &Node, settings: &Settings) -> bool {
    let root = RepoPath::root();
    let (read, _) = manifest::read(bytes, &root, &root);
    let others = |node: &Node| {
        let pairs = node.as_mapping().unwrap_or_default();
        let pairs: Vec<Pair> = pairs.iter().filter(|pair| pair.key != "settings").cloned().collect();
        canonical_json(&Node { span: node.span, value: Value::Mapping(pairs) })
    };
    let same = single(bytes).ok().flatten().is_some_and(|new| others(&new) == others(old));
    same && read.is_some_and(|manifest| manifest.settings == *settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(manifest: &str, change: fn(&mut Settings)) -> Option<String> {
        let mut settings = Settings::default();
        change(&mut settings);
        replace(manifest.as_bytes(), &settings).map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    fn gateway(settings: &mut Settings) {
        settings.gateway = true;
        settings.spine_asn = 65_000;
    }

    const BLOCK: &str = "settings:\n  gateway: true\n  spine-asn: 65000\n";

    #[test]
    fn a_manifest_without_settings_gets_them_at_its_end() {
        for (old, new) in [
            ("version: '1.0'\n", format!("version: '1.0'\n{BLOCK}")),
            ("version: '1.0' # one", format!("version: '1.0' # one\n{BLOCK}")),
            ("version: '1.0'\r\n", format!("version: '1.0'\n{BLOCK}").replace('\n', "\r\n")),
        ] {
            assert_eq!(replaced(old, gateway), Some(new));
        }
    }

    #[test]
    fn only_the_block_is_replaced_and_every_comment_around_it_stays() {
        let old = "# top\nversion: \"1.0\"   # v\n\n# of the settings\nsettings: # here\n  cumulus: true\n  # inside\n  \
                   vpc-irb-vlans:\n  - {from: 1}\n\n# of the policy\npolicy: {level: identity}\n";
        let new = format!(
            "# top\nversion: \"1.0\"   # v\n\n# of the settings\n{BLOCK}\n# of the policy\npolicy: {{level: identity}}\n"
        );
        assert_eq!(replaced(old, gateway), Some(new));
        let gone = "# top\nversion: \"1.0\"   # v\n\n# of the settings\n\n# of the policy\npolicy: {level: identity}\n";
        assert_eq!(replaced(old, |_| {}).as_deref(), Some(gone));
    }

    #[test]
    fn every_setting_comes_back_as_it_was() {
        let all = |settings: &mut Settings| {
            let fab = crate::fabric::settings::read_fab(
                b"kind: Fabricator\nspec:\n  config:\n    fabric: {mode: collapsed-core, vpcIRBVLANs: [{from: 5, to: 9}], \
                  eslagMACBase: 'f2:00:00:00:01:00', eslagESIPrefix: '00:f2:00:01:'}\n    gateway: {enable: true}\n",
            );
            *settings = fab.expect("a good fab.yaml");
        };
        let new = replaced("version: '1.0'\n", all).expect("room");
        assert_eq!(
            new,
            "version: '1.0'\nsettings:\n  mode: collapsed-core\n  gateway: true\n  vpc-irb-vlans: [{from: 5, to: 9}]\n  \
             eslag-mac-base: 'f2:00:00:00:01:00'\n  eslag-esi-prefix: '00:f2:00:01:'\n"
        );
        assert_eq!(replaced(&new, all), Some(new));
    }

    #[test]
    fn where_there_is_no_room_nothing_is_made() {
        for old in
            ["{version: '1.0', settings: {gateway: false}}\n", "{version: '1.0'}\n", "version: '1.0'\n...\n", "[]\n"]
        {
            assert_eq!(replaced(old, gateway), None, "{old}");
        }
    }
}
