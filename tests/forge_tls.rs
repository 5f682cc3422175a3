//! The forge's API over TLS: an authority that the system or its user names is trusted, another is told and learns nothing.
//! Certificates are made by the openssl program; without it the test says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and say that it was skipped")]
#![cfg(unix)]

mod forge;
mod support;

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use forge::{NAME, Reply, TOKEN, wire};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use support::{Ended, TempRepo, hhgit_command, run, vpc};

/// A certificate for this machine and its key; none without openssl.
fn certificate(dir: &Path, name: &str) -> Option<(PathBuf, PathBuf)> {
    let (cert, key) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "3650",
    ]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-out"]).arg(&cert).arg("-keyout").arg(&key);
    let made = openssl.output().is_ok_and(|output| output.status.success());
    made.then_some((cert, key))
}

/// Answers one connection by TLS; the headers that came through it, if any did.
fn serve(listener: &TcpListener, cert: &Path, key: &Path) -> Option<Vec<(String, String)>> {
    let chain = vec![CertificateDer::from_pem_file(cert).unwrap()];
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), listener.accept().unwrap().0);
    let seen = wire::read(&mut stream)?;
    drop(stream.write_all(&Reply::new(401, r#"{"message":"seen by TLS"}"#).bytes()));
    stream.conn.send_close_notify();
    drop(stream.flush());
    Some(seen.headers)
}

/// How a bot ends that trusts one certificate at a forge that shows another, and what came to the forge.
fn bot(temp: &TempRepo, trusted: &Path, shown: &(PathBuf, PathBuf)) -> (Ended, Option<Vec<(String, String)>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let server = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let mut command = hhgit_command(temp.dir());
    command.env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR").env("HHGIT_TOKEN", TOKEN);
    command.env("GITHUB_SERVER_URL", &server).env("GITHUB_API_URL", format!("{server}/api/v3"));
    command.env("GITHUB_REPOSITORY", NAME).env_remove("GITEA_ACTIONS").env_remove("FORGEJO_ACTIONS");
    command.args(["sync", "--propose", "--remote", "."]);
    std::thread::scope(|scope| {
        let came = scope.spawn(|| serve(&listener, &shown.0, &shown.1));
        let ended = run(&mut command);
        (ended, came.join().unwrap())
    })
}

/// A repository that needs a sync, and two certificates beside it; none without openssl.
fn prepared() -> Option<(TempRepo, [(PathBuf, PathBuf); 2])> {
    let temp = TempRepo::bare();
    temp.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &vpc("a", "x"))]);
    let dir = temp.beside("certificates");
    std::fs::create_dir(&dir).unwrap();
    let both = certificate(&dir, "one").zip(certificate(&dir, "other"));
    if both.is_none() {
        eprintln!("skipped: there is no openssl to make certificates with");
    }
    both.map(|(one, other)| (temp, [one, other]))
}

#[test]
fn a_certificate_counts_by_what_the_system_trusts() {
    let Some((temp, [one, _])) = prepared() else { return };
    let (ended, came) = bot(&temp, &one.0, &one);
    assert!(ended.code == Some(3) && ended.stderr.contains("was answered with 401 (seen by TLS)"), "{ended:?}");
    assert!(came.unwrap().contains(&("authorization".to_owned(), format!("Bearer {TOKEN}"))));
}

#[test]
fn nothing_is_said_to_a_server_that_nobody_vouches_for() {
    let Some((temp, [one, other])) = prepared() else { return };
    let (ended, came) = bot(&temp, &one.0, &other);
    assert!(ended.code == Some(3) && ended.stderr.contains("the server's certificate was not accepted: "), "{ended:?}");
    assert_eq!(came, None);
    assert!(!format!("{ended:?}").contains(TOKEN));
}
