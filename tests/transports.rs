//! Real pushes, by every way that a push comes in: what is good gets in, what is bad leaves the server as it was.
//!
//! A server program that the machine has not is said to be skipped, unless `HHGIT_REQUIRE` names it.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says what it skips")]
#![cfg(unix)]

#[path = "transports/daemon.rs"]
mod daemon;
mod push;
#[path = "transports/server.rs"]
mod server;
mod support;

use daemon::{Absent, is_required};
use push::{NAMESPACES, differing, unsafe_for_terminals, whole};
use server::{Server, Transport};
use support::{Ended, TempRepo, git_command, run, vpc};

/// How the objects of a push lie in quarantine, and the limit that makes git do so.
const QUARANTINES: [(&str, &str); 2] = [("loose", "10000"), ("packed", "1")];

const MANIFEST: (&str, &str) = (".hnp/manifest.yaml", "version: '1.0'\n");

/// Pushes a branch of the client's to the server.
fn push(client: &TempRepo, server: &Server, branch: &str) -> Ended {
    let mut command = git_command(client.dir());
    command.envs(server.client.iter().map(|(key, value)| (key, value)));
    run(command.args(["push", "--quiet", &server.url, branch]))
}

fn tip(server: &Server) -> Option<String> {
    let ended = run(git_command(&server.repo).args(["rev-parse", "--verify", "--quiet", "refs/heads/main"]));
    (ended.code == Some(0)).then(|| ended.stdout.trim().to_owned())
}

fn is_sound(server: &Server) {
    let fsck = run(git_command(&server.repo).args(["fsck", "--strict", "--full", "--no-dangling"]));
    assert_eq!((fsck.code, fsck.stdout.as_str()), (Some(0), ""), "{}", fsck.stderr);
}

/// A push that gets in, one that does not, and one that mends it.
fn play(transport: Transport, quarantine: &str, limit: &str) -> Result<(), Absent> {
    let about = format!("{}, {quarantine}", transport.name());
    let server = transport.serve()?;
    run(git_command(&server.repo).args(["config", "receive.unpackLimit", limit]));
    let client = TempRepo::bare();

    client.commit("main", &[MANIFEST, ("raw/.gitkeep", ""), NAMESPACES[0], NAMESPACES[1]]);
    let first = client.commit("main", &[("managed/vpcs/web.yaml", &vpc("web", "1"))]);
    let pushed = push(&client, &server, "main");
    assert_eq!(pushed.code, Some(0), "{about}: {}\n{}", pushed.stderr, server.said());
    assert_eq!(tip(&server), Some(first.to_string()), "{about}");
    assert_eq!(server.log.last().map(|ran| ran.code), Some(0), "{about}: the hook ran");

    let before = whole(&server.repo);
    client.commit("main", &[("managed/vpcs/web.yaml", &vpc("web", "2").replace("vlan: 1001", "vlan: none"))]);
    let refused = push(&client, &server, "main");
    assert_eq!(refused.code, Some(1), "{about}: {}", refused.stderr);
    let ran = server.log.last().expect("the hook ran again");
    assert_eq!(ran.code, 1, "{about}");
    let said = String::from_utf8(ran.said).unwrap();
    for line in said.lines() {
        assert!(
            refused.stderr.contains(&format!("remote: {line}").trim_end().to_owned()),
            "{about}: {}",
            refused.stderr
        );
    }
    assert!(said.contains("managed/vpcs/web.yaml:") && said.contains("schema-violation"), "{about}: {said}");
    assert!(!said.contains("GL-HOOK-ERR"), "{about}: none of these is GitLab: {said}");
    assert_eq!(unsafe_for_terminals(refused.stderr.as_bytes()), None, "{about}");
    assert_eq!(differing(&before, &whole(&server.repo)), Vec::<std::path::PathBuf>::new(), "{about}");
    is_sound(&server);

    let mended = client.commit("main", &[("managed/vpcs/web.yaml", &vpc("web", "3"))]);
    let pushed = push(&client, &server, "main");
    assert_eq!(pushed.code, Some(0), "{about}: {}", pushed.stderr);
    assert_eq!((tip(&server), server.log.leftovers()), (Some(mended.to_string()), Vec::new()), "{about}");
    is_sound(&server);
    Ok(())
}

fn play_all(transport: Transport) {
    for (quarantine, limit) in QUARANTINES {
        if let Err(Absent::Program(program)) = play(transport, quarantine, limit) {
            let name = transport.name();
            assert!(!is_required(name), "HHGIT_REQUIRE names {name}, but there is no {program} here");
            eprintln!("skipped: pushes by {name}: there is no {program} here");
            return;
        }
    }
}

#[test]
fn by_file_a_good_push_gets_in_and_a_bad_one_leaves_the_server_as_it_was() {
    play_all(Transport::File);
}

#[test]
fn by_ssh_a_good_push_gets_in_and_a_bad_one_leaves_the_server_as_it_was() {
    play_all(Transport::Ssh);
}

#[test]
fn by_http_a_good_push_gets_in_and_a_bad_one_leaves_the_server_as_it_was() {
    play_all(Transport::Http);
}

#[test]
fn through_gitolite_a_good_push_gets_in_and_a_bad_one_leaves_the_server_as_it_was() {
    play_all(Transport::Gitolite);
}
