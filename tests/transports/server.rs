//! The ways a push comes in: a repository with the hook installed, reached by file, ssh, smart HTTP and through gitolite.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a module of one test; a test may unwrap")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::daemon::{Absent, Daemon, leashed, program_named};
use super::push::{Log, put_script};
use super::support::git_command;

/// How a push reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    File,
    Ssh,
    Http,
    Gitolite,
}

impl Transport {
    /// The name by which `HHGIT_REQUIRE` asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Ssh => "sshd",
            Self::Http => "lighttpd",
            Self::Gitolite => "gitolite",
        }
    }

    /// A server of this kind with one empty bare repository that has the hook.
    pub fn serve(self) -> Result<Server, Absent> {
        let place = Place::new();
        match self {
            Self::File => Ok(file(place)),
            Self::Ssh => ssh(place),
            Self::Http => http(place),
            Self::Gitolite => gitolite(place),
        }
    }
}

/// A repository behind a transport.
pub struct Server {
    /// What the program that serves it said; none for files. Before the place, so that it ends before its files go.
    daemon: Option<Daemon>,
    /// The repository's directory.
    pub repo: PathBuf,
    /// How a client names it.
    pub url: String,
    /// What a client's environment needs.
    pub client: Vec<(&'static str, String)>,
    /// What the hook leaves of its runs.
    pub log: Log,
    _place: Place,
}

impl Server {
    /// What the server program said.
    pub fn said(&self) -> String {
        self.daemon.as_ref().map(Daemon::said).unwrap_or_default()
    }
}

/// Where everything of one server is.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(place.at("home")).unwrap();
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    fn log(&self) -> Log {
        Log::new(self.at("log"))
    }

    /// What the server's own git is to know: nothing of the machine's or the user's configuration.
    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("HOME", self.text("home")),
            ("PATH", std::env::var("PATH").unwrap()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
        ]
    }

    /// A bare repository with the hook.
    fn repository(&self) -> PathBuf {
        let repo = self.at("repositories/fabric.git");
        must(git_command(self.dir.path()).args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&repo));
        put_script(&repo.join("hooks/pre-receive"), &self.log().hook("pre-receive", ""));
        repo
    }

    fn server(self, daemon: Option<Daemon>, repo: PathBuf, url: String, client: Vec<(&'static str, String)>) -> Server {
        for (key, value) in [("core.logAllRefUpdates", "true"), ("receive.autogc", "false"), ("gc.auto", "0")] {
            must(git_command(&repo).args(["config", key, value]));
        }
        Server { daemon, repo, url, client, log: self.log(), _place: self }
    }
}

fn must(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn file(place: Place) -> Server {
    let repo = place.repository();
    let url = format!("file://{}", repo.to_str().unwrap());
    place.server(None, repo, url, Vec::new())
}

fn ssh(place: Place) -> Result<Server, Absent> {
    let repo = place.repository();
    let keys = Keys::new(&place)?;
    fs::copy(place.at("client.pub"), place.at("authorized_keys")).unwrap();
    let daemon = sshd(&place, &place.at("authorized_keys"))?;
    let url = format!("ssh://{}@127.0.0.1:{}{}", user(), daemon.port(), repo.to_str().unwrap());
    let client = keys.client(&place, &daemon);
    Ok(place.server(Some(daemon), repo, url, client))
}

/// A host's and a client's key.
struct Keys {
    ssh: PathBuf,
}

impl Keys {
    fn new(place: &Place) -> Result<Self, Absent> {
        let keygen = program_named("ssh-keygen")?;
        for name in ["host", "client"] {
            must(Command::new(&keygen).args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(place.at(name)));
        }
        Ok(Self { ssh: program_named("ssh")? })
    }

    /// What a client needs to reach the server, and to be sure that it is this one.
    fn client(&self, place: &Place, daemon: &Daemon) -> Vec<(&'static str, String)> {
        let host = fs::read_to_string(place.at("host.pub")).unwrap();
        fs::write(place.at("known_hosts"), format!("[127.0.0.1]:{} {host}", daemon.port())).unwrap();
        let (ssh, key, known) = (self.ssh.to_str().unwrap(), place.text("client"), place.text("known_hosts"));
        let command = format!(
            "{ssh} -F /dev/null -i {key} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
             -o StrictHostKeyChecking=yes -o UserKnownHostsFile={known}"
        );
        vec![("GIT_SSH_COMMAND", command)]
    }
}

/// The ssh server, run by whoever runs the test, who alone can come in.
fn sshd(place: &Place, authorized: &Path) -> Result<Daemon, Absent> {
    let program = program_named("sshd")?;
    if user() == "root" {
        // Where it locks itself in before somebody has a name; it refuses to start without.
        fs::create_dir_all("/run/sshd").unwrap();
    }
    let environment: Vec<String> =
        place.environment().into_iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
    Ok(Daemon::start("Server listening on 127.0.0.1", |port| {
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
             UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n\
             SetEnv {}\n",
            place.text("host"),
            authorized.to_str().unwrap(),
            environment.join(" ")
        );
        fs::write(place.at("sshd_config"), config).unwrap();
        let mut command = leashed(&program);
        command.args(["-D", "-e", "-f"]).arg(place.at("sshd_config"));
        command
    }))
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn http(place: Place) -> Result<Server, Absent> {
    let program = program_named("lighttpd")?;
    let exec_path = Command::new("git").arg("--exec-path").output().unwrap();
    let backend = Path::new(String::from_utf8(exec_path.stdout).unwrap().trim()).join("git-http-backend");
    if !backend.is_file() {
        return Err(Absent::Program("git-http-backend"));
    }
    let repo = place.repository();
    fs::create_dir(place.at("uploads")).unwrap();
    fs::write(place.at("users"), "tester:word\n").unwrap();
    let mut environment = place.environment();
    environment.push(("GIT_PROJECT_ROOT", place.text("repositories")));
    environment.push(("GIT_HTTP_EXPORT_ALL", "1".to_owned()));
    let environment: Vec<String> =
        environment.into_iter().map(|(key, value)| format!("\"{key}\" => \"{value}\"")).collect();
    let daemon = Daemon::start("server started", |port| {
        let config = format!(
            "server.modules = (\"mod_auth\", \"mod_authn_file\", \"mod_alias\", \"mod_setenv\", \"mod_cgi\")\n\
             server.bind = \"127.0.0.1\"\nserver.port = {port}\nserver.document-root = \"{}\"\nserver.upload-dirs = (\"{}\")\n\
             auth.backend = \"plain\"\nauth.backend.plain.userfile = \"{}\"\n\
             auth.require = (\"/git/\" => (\"method\" => \"basic\", \"realm\" => \"git\", \"require\" => \"valid-user\"))\n\
             alias.url = (\"/git\" => \"{}\")\nsetenv.set-environment = ({})\n\
             cgi.assign = (\"git-http-backend\" => \"\")\n",
            place.text("home"),
            place.text("uploads"),
            place.text("users"),
            backend.to_str().unwrap(),
            environment.join(", ")
        );
        fs::write(place.at("lighttpd.conf"), config).unwrap();
        let mut command = leashed(&program);
        command.arg("-D").arg("-f").arg(place.at("lighttpd.conf"));
        command
    });
    let url = format!("http://tester:word@127.0.0.1:{}/git/fabric.git", daemon.port());
    Ok(place.server(Some(daemon), repo, url, vec![("no_proxy", "127.0.0.1".to_owned())]))
}

/// gitolite in a home of its own, set up by its own command, with the hook where its manual puts hooks for all repositories.
fn gitolite(place: Place) -> Result<Server, Absent> {
    let program = program_named("gitolite")?;
    let keys = Keys::new(&place)?;
    fs::copy(place.at("client.pub"), place.at("tester.pub")).unwrap();
    let gitolite = |args: &[&str]| {
        let mut command = Command::new(&program);
        for (key, _) in std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(key);
        }
        command.current_dir(place.at("home")).envs(place.environment()).args(args);
        must(&mut command);
    };
    gitolite(&["setup", "-pk", &place.text("tester.pub")]);
    put_script(&place.at("home/.gitolite/hooks/common/pre-receive"), &place.log().hook("pre-receive", ""));
    gitolite(&["setup", "--hooks-only"]);
    // The repository that gitolite's first configuration lets everybody write.
    let repo = place.at("home/repositories/testing.git");
    let daemon = sshd(&place, &place.at("home/.ssh/authorized_keys"))?;
    let url = format!("ssh://{}@127.0.0.1:{}/testing", user(), daemon.port());
    let client = keys.client(&place, &daemon);
    Ok(place.server(Some(daemon), repo, url, client))
}
