//! Addresses, read strictly: where an API is, and where a remote repository lies; looks nothing up.

use std::fmt;
use std::net::IpAddr;

/// How long an address may be.
const MAX: usize = 2048;

/// A server: scheme, host and port. A token belongs to one of these.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    Https,
    Http,
}

/// Where an API begins: an origin and the path that all of it lies below.
#[derive(Clone, PartialEq, Eq)]
pub struct Api {
    origin: Origin,
    path: String,
}

/// Where a remote repository lies, as far as a forge can be told by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The server that its pages and API are on; for ssh that of the same name, by https.
    pub origin: Origin,
    /// Whether it is reached by ssh, so that nothing is known of the other's port.
    pub by_ssh: bool,
    /// The path below it, without slashes at its ends and without `.git`.
    pub path: String,
}

/// Why an address is none that hhgit talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not spelled as an address.
    #[error("write it as https://HOST/PATH, without a user, a query or a fragment")]
    Spelling,
    /// It would carry a token in the open.
    #[error("a token goes over https alone; http is taken for this very machine only")]
    Open,
}

impl Origin {
    /// The host alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Reads a server's address, and the path that all of it lies below, without slashes at its ends.
    pub fn server(text: &str) -> Option<(Self, String)> {
        let api = Api::parse(text).ok()?;
        Some((api.origin, api.path.trim_start_matches('/').to_owned()))
    }

    /// Whether it is this very machine, by a name or number that nobody else can have.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The server at this host, by https.
    pub fn https(host: &str) -> Option<Self> {
        read_host(host).map(|(host, port)| Self { scheme: Scheme::Https, host, port })
    }

    /// Where its API begins, below this path.
    pub fn api(&self, path: &str) -> Api {
        Api { origin: self.clone(), path: path.to_owned() }
    }

    /// Reads `https://host[:port]` with what follows it; a user before the host is left out if `user` says that one may be there.
    fn read(text: &str, user: bool) -> Option<(Self, &str)> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = match authority.rsplit_once('@') {
            Some((_, host)) if user => host,
            Some(_) => return None,
            None => authority,
        };
        let (host, port) = read_host(authority)?;
        let usual = if scheme == Scheme::Https { 443 } else { 80 };
        Some((Self { scheme, host, port: port.filter(|port| *port != usual) }, path))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.scheme == Scheme::Https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Api {
    /// Reads where an API begins.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let plain =
            text.len() <= MAX && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>".contains(&byte));
        let (origin, path) = Origin::read(text, false).filter(|_| plain).ok_or(AddressError::Spelling)?;
        if path.split('/').any(|part| part == "." || part == "..") {
            return Err(AddressError::Spelling);
        }
        if origin.scheme == Scheme::Http && !origin.is_loopback() {
            return Err(AddressError::Open);
        }
        Ok(origin.api(path.trim_end_matches('/')))
    }

    /// The server that it is on.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The address of what has these parts and then this name, each folder of which is a part too.
    pub(super) fn below(&self, parts: &[&str], name: &str) -> String {
        let name = name.split('/').map(encode).collect::<Vec<_>>().join("/");
        format!("{self}/{}/{name}", parts.join("/"))
    }

    /// The address of what has these parts and then this name, slashes and all, as one part.
    pub(super) fn whole(&self, parts: &[&str], name: &str) -> String {
        format!("{self}/{}/{}", parts.join("/"), encode(name))
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Place {
    /// Reads a remote's address as git spells it: `https://host/a/b.git`, `ssh://git@host/a/b`, `git@host:a/b.git`. None for a
    /// path on this machine, and for what is no address.
    pub fn of_remote(text: &str) -> Option<Self> {
        if text.len() > MAX {
            return None;
        }
        let (origin, path, by_ssh) = match text.split_once("://") {
            Some(("ssh" | "git+ssh" | "ssh+git", rest)) => {
                let (authority, path) = rest.split_once('/')?;
                (ssh(authority)?, path, true)
            }
            Some(_) => Origin::read(text, true).map(|(origin, path)| (origin, path, false))?,
            None => {
                // Two colons name a helper of git's, and no host.
                let (authority, path) = text.split_once(':').filter(|(_, path)| !path.starts_with(':'))?;
                (Some(authority).filter(|authority| !authority.contains('/')).and_then(ssh)?, path, true)
            }
        };
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let path = decode(path.strip_suffix(".git").unwrap_or(path))?;
        let whole = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        (whole && !path.chars().any(char::is_control)).then_some(Self { origin, path, by_ssh })
    }
}

/// The server whose ssh answers at this user, host and port.
fn ssh(authority: &str) -> Option<Origin> {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, _) = read_host(host)?;
    // Where ssh is blocked, these two forges listen beside https.
    Origin::https(match host.as_str() {
        "ssh.github.com" => "github.com",
        "altssh.gitlab.com" => "gitlab.com",
        host => host,
    })
}

/// A host, in lower case, and its port.
fn read_host(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port.parse().ok()?)),
        _ => (text, None),
    };
    let named = |host: &str| {
        host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) && !host.starts_with(['-', '.'])
    };
    let numbered = |host: &str| host.parse::<std::net::Ipv6Addr>().is_ok();
    let good = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(bare) => numbered(bare),
        None => !host.is_empty() && named(host),
    };
    good.then(|| (host.to_ascii_lowercase(), port))
}

/// Text as a part of an address: all but letters, digits and `-._~` as hexadecimal bytes.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A part of an address as text.
fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            out.push(*first);
            rest = after;
            continue;
        }
        let (hex, after) = after.split_at_checked(2)?;
        out.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_is_read_in_every_way_that_git_spells_one() {
        for (text, origin, path) in [
            ("https://github.com/acme/net.git", "https://github.com", "acme/net"),
            ("https://me:pw@GitLab.example:8443/a/b/c/", "https://gitlab.example:8443", "a/b/c"),
            ("https://h:443/a/b%20c.git", "https://h", "a/b c"),
            ("http://127.0.0.1:3000/a/b", "http://127.0.0.1:3000", "a/b"),
            ("ssh://git@host:2222/a/b.git", "https://host", "a/b"),
            ("git@ssh.github.com:a/b", "https://github.com", "a/b"),
            ("host:a/b.git", "https://host", "a/b"),
            ("https://[::1]:80/a/b", "https://[::1]:80", "a/b"),
        ] {
            let place = Place::of_remote(text).expect(text);
            assert_eq!((place.origin.to_string().as_str(), place.path.as_str()), (origin, path), "{text}");
        }
        for text in
            ["/srv/a.git", "./a:b", "../a", "file:///srv/a", "ext::sh -c x", "https://", "https:///a", "h:a/../b"]
        {
            assert_eq!(Place::of_remote(text), None, "{text}");
        }
    }

    #[test]
    fn an_api_is_on_https_or_on_this_very_machine() {
        for good in ["https://api.github.com", "https://h:8443/api/v3/", "http://localhost:1/x", "http://[::1]:2"] {
            assert_eq!(Api::parse(good).map(|api| api.to_string()), Ok(good.trim_end_matches('/').to_owned()));
        }
        for open in ["http://api.github.com", "http://127.0.0.1.evil.example", "http://128.0.0.1"] {
            assert_eq!(Api::parse(open), Err(AddressError::Open), "{open}");
        }
        for bad in [
            "",
            "h",
            "ftp://h",
            "https://u@h",
            "https://h/?a",
            "https://h/#a",
            "https://h/../a",
            "https://h/ a",
            "https://h:x",
        ] {
            assert_eq!(Api::parse(bad), Err(AddressError::Spelling), "{bad}");
        }
    }

    #[test]
    fn names_cannot_steer_an_address() {
        let api = Api::parse("https://h/api/v1").expect("an API");
        assert_eq!(api.below(&["repos"], "a b/c?d#e"), "https://h/api/v1/repos/a%20b/c%3Fd%23e");
        assert_eq!(api.whole(&["projects"], "a/b&c"), "https://h/api/v1/projects/a%2Fb%26c");
        assert_eq!(encode("hhgit/sync/größe"), "hhgit%2Fsync%2Fgr%C3%B6%C3%9Fe");
        assert_eq!((decode("a%2"), decode("%zz"), decode("%ff")), (None, None, None));
    }
}
