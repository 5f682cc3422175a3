//! What no repository can be brought to on any machine, judged from facts.

use super::facts::{Config, Facts, Git, Head, History, Hooks, Place, Repository, Scope, Setting};
use super::{Gravity, Trouble, judge};

fn well() -> Repository {
    let set = |key: &str, value: &str| Setting {
        key: key.into(),
        value: value.into(),
        scope: Scope::Server,
        place: Place::Own,
    };
    Repository {
        dir: "/srv/it's.git".into(),
        git_dir: "/srv/it's.git".into(),
        index: "/srv/it's.git/index".into(),
        bare: true,
        hash: "sha1".into(),
        config: Config(vec![
            set("receive.denyNonFastForwards", "true"),
            set("transfer.fsckobjects", "1"),
            set("receive.maxInputSize", "1g"),
        ]),
        head: Head::Branch { name: "main".into(), time: None },
        identity: false,
        history: History::default(),
        alternates: Vec::new(),
        owner: 7,
        strangers: Vec::new(),
        hooks: Hooks {
            folder: "hooks".into(),
            own: true,
            in_work_tree: false,
            off: false,
            files: vec![super::facts::Hook {
                name: "pre-receive",
                file: "hooks/pre-receive".into(),
                calls: true,
                edited: false,
                executable: true,
                program: None,
                before_off: None,
            }],
            unread: Vec::new(),
            pre_commit: false,
        },
        server_files: Vec::new(),
        packs: 1,
        content: None,
        left: Vec::new(),
        linked: Vec::new(),
        open: Vec::new(),
        remembered: ("hhgit".into(), 0),
        free: None,
        flock: true,
    }
}

fn told(repository: Repository) -> Vec<(Trouble, String, String)> {
    let git = Git::Found("2.47.3 (Vendor Git-1)".into());
    let diagnosis = judge(&Facts { place: String::new(), now: 0, git, repository: Ok(repository) });
    let all = diagnosis.rows.into_iter().flat_map(|row| row.troubles);
    all.map(|told| (told.trouble, told.says, told.mend)).collect()
}

#[test]
fn a_repository_without_facts_against_it_is_well() {
    assert_eq!(told(well()), []);
}

#[test]
fn a_full_disk_is_a_problem_and_a_nearly_full_one_a_warning() {
    let free = |free: u64| told(Repository { free: Some(free), ..well() });
    let mend = "free some: git -C '/srv/it'\\''s.git' gc, or look with du -xh '/srv/it'\\''s.git' | sort -h | tail";
    let says = |size: &str| format!("{size} are free where /srv/it's.git lies");
    assert_eq!(free(1_000_000), [(Trouble::DiskFull, says("976 KiB"), mend.to_owned())]);
    assert_eq!(free(64 << 20), [(Trouble::DiskLow, says("64 MiB"), mend.to_owned())]);
    assert_eq!(free(1 << 30), []);
    assert_eq!((Trouble::DiskFull.gravity(), Trouble::DiskLow.gravity()), (Gravity::Problem, Gravity::Warning));
}

#[test]
fn a_file_system_without_locks_is_told() {
    let found = told(Repository { flock: false, ..well() });
    assert_eq!(found.iter().map(|(trouble, ..)| *trouble).collect::<Vec<_>>(), [Trouble::NoFlock]);
}

#[test]
fn a_file_of_another_user_is_told_with_both() {
    // The git directory, and not the work tree, which may be a linked one or a submodule's.
    let git_dir = "/srv/it's/.git/modules/x".to_owned();
    let found = told(Repository { strangers: vec![("objects/aa".into(), 0)], git_dir, ..well() });
    let says = "objects/aa belongs to user 0, the repository to user 7";
    assert_eq!(found, [(Trouble::OwnerMixed, says.into(), "chown -R 7 '/srv/it'\\''s/.git/modules/x'".into())]);
}

#[test]
fn words_of_a_repository_stand_in_a_command_as_one_word_and_are_not_filled_in_again() {
    let config = Config(vec![Setting {
        key: "hhgit.x;rm".into(),
        value: "{dir} $(y)".into(),
        scope: Scope::Server,
        place: Place::Own,
    }]);
    let found = told(Repository { config: Config([well().config.0, config.0].concat()), ..well() });
    let mend = "git -C '/srv/it'\\''s.git' config --unset-all 'hhgit.x;rm'";
    assert_eq!(found, [(Trouble::SettingUnknown, "hhgit.x;rm is no setting of hhgit's".into(), mend.into())]);
}

#[test]
fn every_name_is_there_once() {
    let mut codes: Vec<&str> = Trouble::ALL.iter().map(|trouble| trouble.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Trouble::ALL.len());
}

#[test]
fn what_settings_of_git_mean_is_read_as_git_reads_it() {
    let with = |key: &str, value: &str| {
        let mut found = well();
        found.config.0.push(Setting { key: key.into(), value: value.into(), scope: Scope::Server, place: Place::Own });
        told(found).into_iter().map(|(trouble, ..)| trouble).collect::<Vec<_>>()
    };
    assert_eq!(with("transfer.hideRefs", "refs/heads/mai"), []);
    assert_eq!(with("transfer.hideRefs", "!refs/heads"), []);
    assert_eq!(with("receive.hiderefs", "refs/heads/main/"), [Trouble::BranchHidden]);
    assert_eq!(with("gc.pruneexpire", "30.seconds.ago"), [Trouble::PruneNow]);
    for short in ["today", "all", "noon", "5.minutes.ago", "90 minutes ago", "1.hour.ago", "one.hour.ago", "soon"] {
        assert_eq!(with("gc.pruneExpire", short), [Trouble::PruneNow], "{short}");
    }
    for long in ["never", "2.weeks.ago", "3.hours.ago", "yesterday", "1 day, 2 minutes ago", "2026-01-02", "1700000000"]
    {
        assert_eq!(with("gc.pruneExpire", long), [], "{long}");
    }
    assert_eq!(with("gc.pruneExpire", "never"), []);
    for yes in ["2", "0x1", "1k", "-1", "010", "YES", " 1"] {
        assert_eq!(with("receive.denyNonFastForwards", yes), [], "{yes}");
    }
    for no in ["0", "0x0", "", "off", "0k", "nonsense"] {
        assert_eq!(with("receive.denyNonFastForwards", no), [Trouble::PushForced], "{no}");
    }
    assert_eq!(with("hhgit.ALLOWSKIP", "maybe"), [Trouble::SettingWrong]);
    assert_eq!(with("hhgit.author", "Ann"), [Trouble::SettingWrong]);
    assert_eq!(with("hhgit.author", "Ann <a@b>"), []);
    assert_eq!(with("hhgit.maxdeletions", "ten"), [Trouble::SettingWrong]);
}
