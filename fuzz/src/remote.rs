//! What git prints of a remote, and the addresses of remotes and forges: other lines than those asked for are passed by, what one
//! signs in with is not shown, and no word does more than name a place.

use hhgit::forge::address::{Api, Origin, Place};
use hhgit::git::BranchName;
use hhgit::git::remote::list::Listed;
use hhgit::git::remote::push::told;
use hhgit::git::remote::{is_path, refusal, without_credentials};
use hhgit::path::printable;

use crate::parts::{cut, is_shown};

/// Reads the first piece of an input as what git prints, and each line of the second as an address.
pub fn check(data: &[u8]) {
    let pieces = cut(data);
    printed(pieces[0]);
    for line in pieces.get(1).copied().unwrap_or_default().split(|byte| *byte == b'\n').take(8) {
        if let Ok(text) = std::str::from_utf8(line) {
            address(text);
        }
    }
}

fn printed(output: &[u8]) {
    let listed = Listed::of(output);
    if let Some(head) = listed.head() {
        is_shown(head.short());
        let line = format!("ref: {}\tHEAD", head.as_str());
        assert!(
            output
                .split(|byte| *byte == b'\n')
                .any(|found| found.strip_suffix(b"\r").unwrap_or(found) == line.as_bytes())
        );
    }
    for line in output.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()) {
        let Some((id, name)) = line.split_once('\t') else { continue };
        let name = name.strip_suffix('\r').unwrap_or(name);
        // The first line of a name counts.
        let Some(found) = listed.id(name) else { continue };
        assert_eq!(Some(found.kind()), Some(found.kind()).filter(|_| listed.hash_kind().is_some()));
        let is_hex = |id: &str| matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(!is_hex(id) || found.to_string().eq_ignore_ascii_case(id) || has_twice(output, name), "{line:?}");
    }
    let main = BranchName::parse("main").expect("a branch");
    if let Some((flag, summary)) = told(output, &main) {
        is_shown(&printable(&summary));
        assert!(!flag.contains('\t') && !summary.contains('\n'));
        assert!(String::from_utf8_lossy(output).contains("refs/heads/main\t"), "{flag:?} {summary:?}");
    }
}

fn has_twice(output: &[u8], name: &str) -> bool {
    String::from_utf8_lossy(output).matches(name).count() > 1
}

/// Any word as the address of a remote, and of a forge's API.
fn address(text: &str) {
    let shown = without_credentials(text);
    assert_eq!(without_credentials(&shown), shown, "what is shown of {text:?} still hides something");
    // A secret between the two slashes and the at sign, as a bot writes it, is not shown.
    if let Some(host) = text.strip_prefix("https://x:s3cr3t@") {
        assert!(!shown.contains("s3cr3t") || host.contains("s3cr3t"), "{text:?} is shown as {shown:?}");
    }
    let is_refused = refusal(text).is_some();
    assert!(is_refused || !text.starts_with('-') && !text.is_empty() && !text.chars().any(char::is_control));
    assert!(!is_path(text) || !text.contains("://") || text.find('/') < text.find(':'), "{text:?}");
    if let Ok(api) = Api::parse(text) {
        is_shown(&api.to_string());
        assert_eq!(Api::parse(&api.to_string()).as_ref(), Ok(&api));
        assert!(
            api.to_string().starts_with("https://") || api.origin().is_loopback(),
            "{api} carries a token in the open"
        );
    }
    if let Some(place) = Place::of_remote(text) {
        is_shown(&place.origin.to_string());
        assert!(!place.path.chars().any(char::is_control), "{place:?}");
        assert!(!place.path.split('/').any(|part| matches!(part, "" | "." | "..")), "{place:?}");
    }
    if let Some((origin, path)) = Origin::server(text) {
        is_shown(&format!("{origin}/{path}"));
        assert!(Origin::server(&format!("{origin}/{path}")).is_some(), "{origin} {path}");
    }
}
