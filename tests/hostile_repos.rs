//! Repositories that mean harm, and every command of hhgit on them: nothing that they name runs, nothing is touched but what the command is
//! for, every run ends as it should, in bounds.
//!
//! A part of all pairs of a repository and a command is run, the same each time; `HHGIT_HOSTILE=all` runs all of them, and with
//! `HHGIT_HOSTILE_ONLY` of what unpacks to much only what is called so.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says what it saw")]
#![cfg(unix)]

#[path = "hostile/alternates.rs"]
mod alternates;
#[path = "hostile/bombs.rs"]
mod bombs;
#[path = "hostile/bytes.rs"]
mod bytes;
#[path = "hostile/configs.rs"]
mod configs;
#[path = "hostile/devices.rs"]
mod devices;
#[path = "hostile/made.rs"]
mod made;
#[path = "hostile/orders.rs"]
mod orders;
#[path = "hostile/scene.rs"]
mod scene;
#[path = "hostile/stores.rs"]
mod stores;
#[path = "hostile/trees.rs"]
mod trees;
#[path = "hostile/world.rs"]
mod world;

mod push;
mod support;

use orders::Order;
use scene::{Place, Scene};
use world::Ran;

fn is_all() -> bool {
    std::env::var("HHGIT_HOSTILE").is_ok_and(|what| what == "all")
}

/// What a test's runs came to.
#[derive(Default)]
struct Tally {
    runs: usize,
    codes: [usize; 5],
    work: std::time::Duration,
    longest: (std::time::Duration, String),
    peak: (u64, String),
    faults: Vec<String>,
}

impl Tally {
    fn count(&mut self, what: &str, order: &Order, ran: &Ran) {
        self.runs += 1;
        if let Some(count) = self.codes.get_mut(ran.code as usize) {
            *count += 1;
        }
        ran.faults.iter().for_each(|fault| eprintln!("FAULT {fault}"));
        self.faults.extend(ran.faults.iter().cloned());
        self.work += ran.work;
        let told = || format!("{what}: hhgit {}", order.args.join(" "));
        if ran.work > self.longest.0 {
            self.longest = (ran.work, told());
        }
        if ran.peak > self.peak.0 {
            self.peak = (ran.peak, told());
        }
    }

    /// Says what it came to, and fails where something did not hold.
    fn end(&self, what: &str) {
        eprintln!(
            "{what}: {} runs, ended with 0 to 4: {:?}, {:.1} s of processor time; longest {:.2} s ({}); most memory {} MiB ({})",
            self.runs,
            self.codes,
            self.work.as_secs_f64(),
            self.longest.0.as_secs_f64(),
            self.longest.1,
            self.peak.0 / 1024,
            self.peak.1
        );
        assert_eq!(self.faults, Vec::<String>::new(), "{what}");
    }
}

/// Runs every command, or these of a part, and none of the repository's programs may have run.
fn run_all(scene: &Scene, what: &str, tally: &mut Tally, is_in: impl Fn(usize, &Order) -> bool) {
    for (at, order) in scene.orders().iter().enumerate() {
        if is_all() || is_in(at, order) {
            let ran = scene.world.run(what, order);
            tally.count(what, order, &ran);
            if !ran.canaries.is_empty() {
                tally.faults.push(format!("{what}: hhgit {}: it ran {:?}", order.args.join(" "), ran.canaries));
            }
        }
    }
}

#[test]
fn commands_run_on_a_repository_that_is_as_it_should_be() {
    let mut tally = Tally::default();
    for scene in [Scene::bare(), Scene::work_tree()] {
        let commit = scene.maker.commit(scene.maker.folder(&scene.drop_object()), &[scene.synced]);
        scene.name("main", commit);
        scene.check_out();
        for order in scene.orders() {
            let ran = scene.world.run("a good repository", &order);
            eprintln!("{:?} {}", ran.code, order.args.join(" "));
            tally.count("a good repository", &order, &ran);
        }
    }
    tally.end("a good repository");
}

#[test]
fn hostile_trees_steer_no_command() {
    let mut tally = Tally::default();
    let all = Scene::bare();
    let cases = trees::cases(&all.maker);
    eprintln!("{} trees", cases.len());
    let places = [Place::Tip, Place::Past, Place::Other];
    for (number, case) in cases.iter().enumerate().filter(|(number, _)| is_all() || number % 6 == 0) {
        let scene = Scene::bare();
        scene::bring(&all.world.template_git_dir(), &scene.world.template_git_dir(), case.tree);
        let place = places[if number % 5 == 0 { 1 } else { number % 7 / 6 * 2 }];
        scene.hold(case.tree, place);
        let what = format!("{} ({place:?})", case.name);
        run_all(&scene, &what, &mut tally, |at, _| (at + number / 6) % 25 == 0);
    }
    tally.end("hostile trees");
}

#[test]
fn hostile_git_directories_steer_no_command() {
    let mut tally = Tally::default();
    let cases = stores::cases();
    for (number, (name, harm)) in cases.iter().enumerate() {
        let scene = Scene::bare();
        harm(&scene);
        run_all(&scene, name, &mut tally, |at, _| (at + number) % 25 == 0);
    }
    tally.end(&format!("{} hostile git directories", cases.len()));
}

#[test]
fn nobody_waits_at_a_pipe_in_a_git_directory_or_reads_a_device_to_its_end() {
    let mut tally = Tally::default();
    let cases = devices::cases();
    for (number, (name, harm)) in cases.iter().enumerate() {
        let scene = Scene::bare();
        harm(&scene);
        run_all(&scene, name, &mut tally, |at, _| (at + number) % 25 == 0);
    }
    tally.end(&format!("{} git directories with pipes and devices", cases.len()));
}

#[test]
fn repositories_that_unpack_to_much_are_answered() {
    let mut tally = Tally::default();
    let cases = bombs::cases(if is_all() { 1 << 30 } else { 1 << 25 });
    let only = std::env::var("HHGIT_HOSTILE_ONLY").unwrap_or_default();
    for (number, (name, harm)) in cases.iter().enumerate() {
        // Folders without end take long, up to where hhgit takes no more of them.
        if !name.contains(&only) || !is_all() && (number % 3 != 0 || name.contains("folders at")) {
            continue;
        }
        let scene = Scene::bare();
        harm(&scene);
        run_all(&scene, name, &mut tally, |at, _| (at + number) % 33 == 0);
    }
    tally.end(&format!("{} repositories that unpack to much", cases.len()));
}

/// What a configuration can have run, each where git itself would run it in the same act: filters where git looks at what has changed
/// in a work tree, a reference-transaction hook where a branch moves, and the program that signs where `hhgit.sign` asks for it.
fn may_run(name: &str, is_bare: bool, order: &Order) -> bool {
    let moves = order.touches == orders::Touches::Branch;
    match name {
        "clean" | "process" | "worktree-config" | "attributes" => !is_bare,
        "smudge" => !is_bare && moves,
        "include" | "include-if" => !is_bare || moves,
        "hooks-path" | "hooks-path-tree" | "sign" => moves,
        _ => false,
    }
}

#[test]
fn what_a_configuration_names_runs_only_where_git_itself_would() {
    let mut tally = Tally::default();
    for is_bare in [false, true] {
        for (number, case) in configs::CONFIGS.iter().enumerate() {
            let scene = configs::scene(is_bare);
            configs::configure(&scene, case);
            let mut ran_any = false;
            for (at, order) in scene.orders().iter().enumerate() {
                let is_sync = order.args == ["sync"];
                if !is_all() && !is_sync && (at + number) % 22 != 0 {
                    continue;
                }
                let mut ran = scene.world.run(case.name, order);
                if case.name == "work-tree" {
                    // The work tree is where it says, as it is for git.
                    ran.faults.retain(|fault| !fault.contains("it touched [\"sentinel\""));
                }
                tally.count(case.name, order, &ran);
                ran_any |= is_sync && !ran.canaries.is_empty();
                if !ran.canaries.is_empty() && !may_run(case.name, is_bare, order) {
                    tally.faults.push(format!(
                        "{}: hhgit {}: it ran {:?}",
                        case.name,
                        order.args.join(" "),
                        ran.canaries
                    ));
                }
            }
            // The programs work: where one may run, it does.
            let sync = scene.orders().into_iter().find(|order| order.args == ["sync"]).unwrap();
            let known = ["clean", "process", "hooks-path", "sign", "include", "worktree-config", "smudge"];
            let must = known.contains(&case.name) && may_run(case.name, is_bare, &sync);
            assert!(ran_any || !must, "{}: nothing ran, bare: {is_bare}", case.name);
        }
    }
    tally.end(&format!("{} configurations, with a work tree and without", configs::CONFIGS.len()));
}

#[test]
fn of_a_repositorys_hooks_only_the_one_that_guards_its_refs_runs() {
    let mut tally = Tally::default();
    for is_bare in [false, true] {
        let scene = configs::scene(is_bare);
        configs::hook_all(&scene);
        let mut seen = Vec::new();
        for order in scene.orders() {
            let ran = scene.world.run("every hook", &order);
            tally.count("every hook", &order, &ran);
            let may = order.touches == orders::Touches::Branch;
            if ran.canaries.iter().any(|canary| canary != "reference-transaction") || !may && !ran.canaries.is_empty() {
                tally.faults.push(format!("every hook: hhgit {}: it ran {:?}", order.args.join(" "), ran.canaries));
            }
            seen.extend(ran.canaries);
        }
        assert!(!seen.is_empty(), "the hook that may run does, bare: {is_bare}");
    }
    tally.end("every hook");
}

#[test]
fn a_git_file_that_leads_elsewhere_is_followed_as_git_does_or_refused() {
    let mut tally = Tally::default();
    for how in [
        "a file",
        "a relative file",
        "a file to nothing",
        "a file to itself",
        "a file of escapes",
        "no file of git's",
        "a long file",
        "a link to itself",
        "a link",
    ] {
        let scene = configs::scene(false);
        let orders = scene.orders();
        configs::lead_elsewhere(&scene, how);
        for (at, order) in orders.iter().enumerate() {
            // What a command may write would be written where the file leads, which is no part of what is looked at.
            if order.touches == orders::Touches::Nothing && !order.in_git_dir && (is_all() || at % 7 == 0) {
                let ran = scene.world.run(how, order);
                assert_eq!(ran.canaries, Vec::<String>::new(), "{how}: {ran:?}");
                tally.count(how, order, &ran);
            }
        }
    }
    tally.end("git files");
}

#[test]
fn a_walk_through_folders_without_end_is_refused() {
    let mut tally = Tally::default();
    for (seat, words) in [("f/raw/sub", "sync --dry-run"), ("f/managed/odd", "check first..main")] {
        let name = format!("1,500 folders of 1,500 files at {seat}");
        let scene = Scene::bare();
        let names: Vec<String> = (0..1500).map(|n| format!("d{n:04}")).collect();
        let all =
            |mode, id| scene.maker.tree(&names.iter().map(|name| (mode, name.as_bytes(), id)).collect::<Vec<_>>());
        let files = all(made::FILE, scene.maker.blob(b"a: 1\n"));
        bombs::seat_folder(&scene, seat, all(made::TREE, files));
        let order = scene.orders().into_iter().find(|order| order.args.join(" ") == words).unwrap();
        let ran = scene.world.run(&name, &order);
        assert_eq!(ran.code, 3, "{name}: {ran:?}");
        assert!(ran.stderr.contains("holds more than 2000000 files and folders"), "{name}: {ran:?}");
        tally.count(&name, &order, &ran);
    }
    tally.end("folders without end");
}
