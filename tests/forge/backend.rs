//! The forge's git side: smart HTTP by git's own `http-backend`, for whoever brings the token.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::wire::{Reply, Seen};

/// `x-access-token:` and the token, as HTTP wants them.
const SIGNED_IN: &str = "Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4tdGhhdC1ub2JvZHktbWF5LXNlZQ==";

/// Answers a request of git's for this repository; `rest` is what follows the repository in the address.
pub(super) fn answer(repo: &Path, rest: &str, seen: &Seen) -> Reply {
    if seen.header("authorization") != Some(SIGNED_IN) {
        return Reply::new(401, "").header("WWW-Authenticate", "Basic realm=\"forge\"");
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut backend = Command::new("git");
    backend.arg("http-backend").env("PATH_TRANSLATED", repo.join(path)).env("GIT_HTTP_EXPORT_ALL", "1");
    backend.env("REQUEST_METHOD", &seen.method).env("QUERY_STRING", query).env("REMOTE_USER", "bot");
    backend.env("REMOTE_ADDR", "127.0.0.1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for (header, variable) in [
        ("content-type", "CONTENT_TYPE"),
        ("content-length", "CONTENT_LENGTH"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ] {
        backend.env(variable, seen.header(header).unwrap_or_default());
    }
    let mut child = backend.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&seen.body).unwrap();
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let mut reply = Reply::new(200, &output[end + 4..]);
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap();
        match name {
            "Status" => reply.status = value[..3].parse().unwrap(),
            _ => reply = reply.header(name, value),
        }
    }
    reply
}
