//! Repositories that mean harm, and every command of hhgit on them: nothing that they name runs, nothing is touched but what the command is
//! for, every run ends as it should, in bounds.
//!
//! A part of all pairs of a repository and a command is run, the same each time; `HHGIT_HOSTILE=all` runs all of them.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says what it saw")]
#![cfg(unix)]

#[path = "hostile/bombs.rs"]
mod bombs;
#[path = "hostile/bytes.rs"]
mod bytes;
#[path = "hostile/configs.rs"]
mod configs;
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
}

impl Tally {
    fn count(&mut self, what: &str, order: &Order, ran: &Ran) {
        self.runs += 1;
        self.codes[ran.code as usize] += 1;
        self.work += ran.work;
        let told = || format!("{what}: hhgit {}", order.args.join(" "));
        if ran.work > self.longest.0 {
            self.longest = (ran.work, told());
        }
        if ran.peak > self.peak.0 {
            self.peak = (ran.peak, told());
        }
    }

    fn print(&self, what: &str) {
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
    }
}

/// Runs every command, or these of a part, and none of the repository's programs may have run.
fn run_all(scene: &Scene, what: &str, tally: &mut Tally, is_in: impl Fn(usize, &Order) -> bool) {
    for (at, order) in scene.orders().iter().enumerate() {
        if is_all() || is_in(at, order) {
            let ran = scene.world.run(what, order);
            assert_eq!(ran.canaries, Vec::<String>::new(), "{what}: hhgit {}: {ran:#?}", order.args.join(" "));
            tally.count(what, order, &ran);
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
    tally.print("a good repository");
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
    tally.print("hostile trees");
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
    tally.print(&format!("{} hostile git directories", cases.len()));
}

#[test]
fn repositories_that_unpack_to_much_are_answered() {
    let mut tally = Tally::default();
    let cases = bombs::cases(if is_all() { 1 << 30 } else { 1 << 25 });
    for (number, (name, harm)) in cases.iter().enumerate().filter(|(number, _)| is_all() || number % 3 == 0) {
        let scene = Scene::bare();
        harm(&scene);
        run_all(&scene, name, &mut tally, |at, _| (at + number) % 33 == 0);
    }
    tally.print(&format!("{} repositories that unpack to much", cases.len()));
}

#[test]
fn what_a_configuration_names_does_not_run() {
    let mut tally = Tally::default();
    for (number, case) in configs::CONFIGS.iter().enumerate() {
        let is_bare = number % 4 == 0 && !is_all();
        let scene = configs::scene(is_bare);
        configs::configure(&scene, case);
        for (at, order) in scene.orders().iter().enumerate() {
            if is_all() || (at + number) % 12 == 0 {
                let ran = scene.world.run(case.name, order);
                tally.count(case.name, order, &ran);
                if !ran.canaries.is_empty() {
                    eprintln!("CANARY {} {:?}: {}", case.name, ran.canaries, order.args.join(" "));
                }
            }
        }
    }
    tally.print("configurations");
}
