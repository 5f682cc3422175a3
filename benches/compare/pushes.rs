//! What a server can take: pushes of one changed file each, with and without hhgit's hook, one after the other.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::Asked;
use super::corpus::{self, Corpus, LEVELS};
use super::million::synced;
use super::repository::Repository;
use super::run::{Took, Turn, by_turns, cpu, git, hhgit, middle, peak, took, wall};
use super::table::{megabytes, number, seconds};

/// How many files, in fabrics of a thousand.
const POINTS: [usize; 3] = [1_000, 10_000, 100_000];
/// The branch that is pushed to.
const BRANCH: &str = LEVELS[0];

/// Prints the points.
pub(crate) fn points(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    writeln!(
        out,
        "| files | git alone: wall | CPU | with the hook: wall | CPU | peak | pushes a second and core: git alone | with the hook |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for files in POINTS.into_iter().filter(|files| !asked.quick || *files == 1_000) {
        let corpus = Corpus { files, documents: 1, fabrics: files / 1_000, folders: false };
        let [plain, hooked] = pushes(asked, corpus)?;
        write!(out, "| {} ", number(files))?;
        for side in [&plain, &hooked] {
            write!(out, "| {} | {} ", seconds(middle(side, wall)), seconds(middle(side, cpu)))?;
        }
        write!(out, "| {} ", megabytes(peak(&hooked)))?;
        writeln!(out, "| {:.0} | {:.0} |", 1.0 / middle(&plain, cpu), 1.0 / middle(&hooked, cpu))?;
        out.flush()?;
    }
    Ok(())
}

/// The pushes to a server without and to one with the hook.
fn pushes(asked: &Asked, corpus: Corpus) -> io::Result<[Vec<Took>; 2]> {
    let model = synced(asked, corpus);
    let place = asked.place.join("pushes");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    let [client, plain, hooked] = ["client", "plain", "hooked"].map(|name| place.join(name));
    [&client, &plain, &hooked].into_iter().try_for_each(|dir| model.copy_to(dir))?;
    install(&hooked)?;
    let rounds = asked.rounds(25);
    let client = Repository::at(&client);
    let (fabric, mut base) = (corpus.fabric(corpus.fabrics / 2), model.tip(BRANCH));
    for round in 0..=rounds {
        let text = corpus::described("server-pushed", &format!("Push {round}"));
        let path = format!("{fabric}managed/servers/server-pushed.yaml");
        base = client.change(&format!("push-{round}"), &base, &path, &text);
    }
    let turn = |server: &'static str| -> Turn<'_> {
        let (client, server) = (&client, place.join(server));
        Box::new(move |round| {
            let what = format!("push-{round}:refs/heads/{BRANCH}");
            let took = took(git(client.dir(), &["push", "--quiet"]).arg(&server).arg(what));
            assert_eq!(Repository::at(&server).tip(BRANCH), client.tip(&format!("push-{round}")), "the push was taken");
            took
        })
    };
    let all = by_turns(rounds, vec![turn("plain"), turn("hooked")]);
    fs::remove_dir_all(&place)?;
    Ok(super::first::two(all))
}

/// Makes hhgit the hook of a server.
fn install(server: &Path) -> io::Result<()> {
    let command = hhgit(server, &["hook", "pre-receive"]);
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let line = words.iter().map(|word| format!("'{}'", word.to_string_lossy())).collect::<Vec<_>>().join(" ");
    let hook = server.join("hooks/pre-receive");
    fs::create_dir_all(server.join("hooks"))?;
    fs::write(&hook, format!("#!/bin/sh\nexec {line}\n"))?;
    #[cfg(unix)]
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}
