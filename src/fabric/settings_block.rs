//! New settings in an old manifest: the top-level `settings:` block is replaced or added, every other byte stays.

use super::block;
use super::settings::Settings;

/// The manifest with these settings and no others. None where its layout leaves no room for them: it is in flow style, or
/// ends with a line of dots.
pub fn replace(bytes: &[u8], settings: &Settings) -> Option<Vec<u8>> {
    block::replace(bytes, "settings", &settings.lines(), |manifest| manifest.settings == *settings)
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
