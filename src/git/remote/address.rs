//! What a remote is called and where it is, as text: which words are refused, which server a URL names; asks nobody.

use std::net::IpAddr;
use std::path::Path;

/// Why a word can be no remote, or none at all.
pub fn refusal(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        return Some("it is empty");
    }
    if name.starts_with('-') {
        return Some("it starts with a dash, as an option does");
    }
    if name.chars().any(char::is_control) {
        return Some("it holds a control character");
    }
    if runs_programs(name) {
        return Some("it would run a program that it names itself");
    }
    None
}

/// Whether an address is of a kind that names a program to run, or a file descriptor.
pub(super) fn runs_programs(address: &str) -> bool {
    let helper = address.split_once("::").map(|(helper, _)| helper.to_ascii_lowercase());
    matches!(helper.as_deref(), Some("ext" | "fd"))
}

/// Whether git takes this for a path of this machine: no colon in it, or a slash before the first.
pub fn is_path(name: &str) -> bool {
    match (name.find(':'), name.find('/')) {
        (None, _) => true,
        (Some(colon), Some(slash)) => slash < colon,
        (Some(_), None) => false,
    }
}

/// A path that is there, as git finds it from any directory; none if nothing is there.
pub(super) fn from_directory(name: &str, directory: &Path) -> Option<String> {
    directory.join(name).canonicalize().ok()?.to_str().map(str::to_owned)
}

/// An address without what somebody could sign in with: a name and password, or a token in a query.
pub fn without_credentials(address: &str) -> String {
    if let Some((helper, _)) = address.split_once("::").filter(|_| runs_programs(address)) {
        return format!("{helper}::");
    }
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let scheme_name = scheme.to_ascii_lowercase();
    if scheme_name == "file" {
        return address.to_owned();
    }
    let is_shell = scheme_name.contains("ssh");
    let mut rest = rest;
    while let Some(at) = sign_in_end(rest, is_shell) {
        rest = &rest[at + 1..];
    }
    let end = if is_shell { None } else { rest.find('?') };
    format!("{scheme}://{}", &rest[..end.unwrap_or(rest.len())])
}

/// Where the at sign is that ends what one signs in with; what follows may hold more of it, where a password has signs of its own.
fn sign_in_end(rest: &str, is_shell: bool) -> Option<usize> {
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) || text.ends_with(']');
    match authority.rfind('@') {
        // A name alone is no secret where it is one of an account; elsewhere it may be a token.
        Some(at) => Some(at).filter(|at| !is_shell || rest[..*at].contains(':')),
        // No port: a password with a slash in it, whoever may read it so.
        None if authority.rsplit_once(':').is_some_and(|(_, port)| !is_port(port)) => rest.rfind('@'),
        None => None,
    }
}

/// A URL that is spoken to by HTTP, in the parts that say whether two are of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    scheme: String,
    host: String,
    port: u16,
    /// Without the slash at its end.
    path: String,
    /// Whether it brings a name or a password of its own.
    pub(super) signs_in: bool,
}

impl Server {
    /// The parts of a URL; none if it is not one of HTTP, or none that git and hhgit are sure to read alike.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let default = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // A back-slash, a space, an escape or a second at sign is read in more than one way by those who read URLs.
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\%?#\"<>".contains(&byte));
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let odd_user = user.is_some_and(|user| !is_plain(user) || user.contains('@'));
        if !is_plain(host) || odd_user || path.split('/').any(|part| part == "..") {
            return None;
        }
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, if port.is_empty() { default } else { port.parse().ok()? })
            }
            _ => (host, default),
        };
        let path = path.trim_end_matches('/').to_owned();
        let signs_in = user.is_some_and(|user| user.contains(':'));
        (!host.is_empty()).then(|| Self { scheme, host: host.to_ascii_lowercase(), port, path, signs_in })
    }

    /// Whether a token of this server may go to the URL: the same server, at or below its path.
    pub(super) fn covers(&self, url: &Server) -> bool {
        let below = url.path.strip_prefix(&self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        (&self.scheme, &self.host, self.port) == (&url.scheme, &url.host, url.port) && below
    }

    /// Whether nobody on the way can read what is said: it is enciphered, or does not leave the machine.
    pub(super) fn is_private(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        let is_here = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.scheme == "https" || is_here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(server: &str, url: &str) -> bool {
        let (server, url) = (Server::of(server), Server::of(url));
        server.zip(url).is_some_and(|(server, url)| server.covers(&url))
    }

    #[test]
    fn words_that_could_do_more_than_name_a_remote_are_refused() {
        for bad in ["", " ", "-x", "--upload-pack=x", "a\nb", "ext::sh -c x", "EXT::x", "fd::3", "fd::3/x"] {
            assert!(refusal(bad).is_some(), "{bad:?} was taken");
        }
        for good in ["origin", "../x.git", "https://h/x", "git@h:x", "file:///x", "codecommit::eu://x", "/a b"] {
            assert_eq!(refusal(good), None, "{good:?}");
        }
    }

    #[test]
    fn paths_are_told_from_hosts_as_git_tells_them() {
        for path in ["x", "../x.git", "/a", "./a:b", "a/b:c"] {
            assert!(is_path(path), "{path}");
        }
        for other in ["host:x", "git@host:a/b", "https://h/x", "file:///x"] {
            assert!(!is_path(other), "{other}");
        }
    }

    #[test]
    fn a_token_goes_to_its_own_server_alone() {
        for url in ["https://github.com/a/b", "https://GitHub.com:443/a/b.git", "https://me@github.com/a"] {
            assert!(covers("https://github.com", url), "{url}");
        }
        for url in [
            "http://github.com/a",
            "https://github.com:8443/a",
            "https://github.com.example.org/a",
            "https://agithub.com/a",
            "https://github.com@example.org/a",
            "https://example.org/github.com/a",
            "https://example.org\\@github.com/a",
            "https://a@b@github.com/a",
            "https://github.com%2f.example.org/a",
            "https://github.com:x/a",
            "ssh://git@github.com/a",
            "git@github.com:a/b",
            "/https://github.com/a",
        ] {
            assert!(!covers("https://github.com", url), "{url}");
        }
        assert!(covers("https://h/git", "https://h/git/a") && covers("https://h/git/", "https://h/git"));
        assert!(!covers("https://h/git", "https://h/github/a") && !covers("https://h/git", "https://h/git/../x"));
    }

    #[test]
    fn only_the_machine_itself_is_spoken_to_in_the_clear() {
        let private = |url: &str| Server::of(url).is_some_and(|server| server.is_private());
        for url in ["https://h/x", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:9/x"] {
            assert!(private(url), "{url}");
        }
        for url in
            ["http://h/x", "http://127.0.0.1.example.org/x", "http://localhost.example.org/x", "http://10.0.0.1/"]
        {
            assert!(!private(url), "{url}");
        }
    }

    #[test]
    fn what_one_signs_in_with_is_not_shown() {
        for (address, shown) in [
            ("https://me:pass@h/x", "https://h/x"),
            ("https://ghp_token@h/x", "https://h/x"),
            ("https://a:b@c@h/x@y", "https://h/x@y"),
            ("HTTPS://ghp_token@h/x", "HTTPS://h/x"),
            ("https://me:pa#ss@h/x?token=1", "https://h/x"),
            ("https://me:pa?ss@h/x", "https://h/x"),
            ("https://me:pa/ss@h/x", "https://h/x"),
            ("https://me:p@ss:wo/rd@h/x", "https://h/x"),
            ("https://h/x#part", "https://h/x#part"),
            ("https://h:8443/x@y", "https://h:8443/x@y"),
            ("https://[::1]/x@y", "https://[::1]/x@y"),
            ("ssh://git@h/x", "ssh://git@h/x"),
            ("ssh://git:pass@h:22/x?y", "ssh://h:22/x?y"),
            ("file:///srv/a?1.git", "file:///srv/a?1.git"),
            ("git@h:x", "git@h:x"),
            ("/a/b", "/a/b"),
        ] {
            assert_eq!(without_credentials(address), shown);
        }
    }
}
