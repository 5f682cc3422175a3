//! What is advised mends where names are strange, and where settings stand in another file than the repository's own.

use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::site::Site;
use crate::support::{TempRepo, vpc};
use crate::told;

/// Does what is advised of this trouble, after which nothing is told.
fn is_mended(site: &Site, code: &str) {
    let all = told(site);
    assert!(all.keys().eq([code]), "{code}: {all:?}");
    let command = &all[code];
    let ended = site.shell(command);
    let left = told(site);
    assert!(ended.code == Some(0) && left.is_empty(), "{command}\n{}left: {left:?}", ended.stderr);
}

#[test]
fn a_setting_is_taken_out_of_the_file_in_which_it_stands() {
    let settings = "[hhgit]\n\tpolcy = a b\n[transfer]\n\thideRefs = ^refs/heads\n";
    let user = || {
        let site = Site::server();
        std::fs::write(site.beside("user"), settings).unwrap();
        let file = site.beside("user").display().to_string();
        site.env("GIT_CONFIG_GLOBAL", file)
    };
    let system = || {
        let site = Site::server();
        std::fs::write(site.beside("system"), settings).unwrap();
        let file = site.beside("system").display().to_string();
        site.env("GIT_CONFIG_SYSTEM", file).env("GIT_CONFIG_NOSYSTEM", "0".to_owned())
    };
    let included = || {
        let site = Site::server().with("include.path", "a 'b");
        site.add_file("a 'b", settings);
        site
    };
    let by_user = || {
        let site = Site::server();
        std::fs::write(site.beside("more"), settings).unwrap();
        let file = site.beside("user");
        std::fs::write(&file, "[include]\n\tpath = more\n").unwrap();
        site.env("GIT_CONFIG_GLOBAL", file.display().to_string())
    };
    let of_work_tree = || {
        let site = Site::clone().with("extensions.worktreeConfig", "true");
        site.add_file("config.worktree", settings);
        site
    };
    let xdg = || {
        let site = Site::server();
        std::fs::create_dir_all(site.beside("home/.config/git")).unwrap();
        std::fs::write(site.beside("home/.config/git/config"), settings).unwrap();
        std::fs::write(site.beside("home/.gitconfig"), "[a]\n\tb = c\n").unwrap();
        let home = site.beside("home").display().to_string();
        site.without("GIT_CONFIG_GLOBAL").env("HOME", home)
    };
    for (name, site) in [
        ("user", user()),
        ("system", system()),
        ("included", included()),
        ("by user", by_user()),
        ("work tree", of_work_tree()),
        ("xdg", xdg()),
    ] {
        for code in ["branch-hidden", "setting-unknown"] {
            let all = told(&site);
            let Some(command) = all.get(code) else { panic!("{name}: {code}: {all:?}") };
            let ended = site.shell(command);
            assert!(ended.code == Some(0) && !told(&site).contains_key(code), "{name}: {command}\n{}", ended.stderr);
        }
        assert_eq!(told(&site), Default::default(), "{name}");
    }
}

#[test]
fn a_setting_is_set_where_it_counts() {
    let site = Site::server().with("include.path", "more").with("gc.pruneExpire", "now");
    site.add_file("more", "[gc]\n\tpruneExpire = now\n\tpruneExpire = 5.minutes.ago\n");
    is_mended(&site, "prune-now");
    let site = Site::server();
    site.git(&["config", "--add", "receive.denyNonFastForwards", "false"]);
    is_mended(&site, "push-forced");
    let site = Site::server();
    let user = site.beside("user");
    std::fs::write(&user, "[hhgit]\n\trefs = refs/heads/a\n\trefs = refs/heads/b\n").unwrap();
    let site = site.env("GIT_CONFIG_GLOBAL", user.display().to_string());
    let json = site.doctor(&["--output", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let checks = json["checks"].as_array().unwrap();
    for told in checks.iter().flat_map(|check| check["troubles"].as_array().cloned().unwrap_or_default()) {
        assert_eq!(site.shell(told["mend"].as_str().unwrap()).code, Some(0));
    }
    assert_eq!(site.git(&["config", "--get-all", "hhgit.refs"]), "refs/heads/a\nrefs/heads/b");
    assert_eq!(told(&site), Default::default());
}

#[test]
fn a_folder_of_any_name_stands_in_a_command_as_it_is() {
    for name in [&b"it's $(a) \"b\""[..], b"a\x1b[31m\n", b"\xff\xfe'\\", "\u{202e}x".as_bytes()] {
        let site = Site::server();
        let strange = site.beside("").join(std::ffi::OsString::from_vec(name.to_vec()));
        std::fs::rename(site.repo(), &strange).unwrap();
        symlink(&strange, site.repo()).unwrap();
        site.git(&["config", "gc.pruneExpire", "now"]);
        is_mended(&site, "prune-now");
        let hook = site.git_dir().join("hooks/pre-receive");
        std::fs::set_permissions(hook, PermissionsExt::from_mode(0o644)).unwrap();
        is_mended(&site, "hook-not-executable");
    }
}

#[test]
fn a_branch_of_any_name_is_named_and_compared_as_it_is() {
    let name = "m\"a'in$x";
    let site = Site::server();
    site.git(&["branch", "-m", "main", name]);
    site.git(&["config", "transfer.hideRefs", &format!("refs/heads/{name}")]);
    is_mended(&site, "branch-hidden");
    let tip = site.git(&["rev-parse", name]);
    site.add_file("HEAD", &format!("{tip}\n"));
    is_mended(&site, "head-detached-bare");
    assert_eq!(site.git(&["symbolic-ref", "HEAD"]), format!("refs/heads/{name}"));
    let site = Site::clone();
    site.git(&["branch", "-m", "main", name]);
    site.git(&["checkout", "--quiet", "--detach"]);
    is_mended(&site, "head-detached");
}

#[test]
fn a_line_for_attributes_means_just_that_folder() {
    for folder in ["my fab", "f[1]*", "#x", "f\"y", "f\\z", "größe"] {
        for line in [
            "*.yaml text eol=crlf\n",
            "*.yaml filter=lfs diff=lfs merge=lfs -text\n",
            "*.yaml working-tree-encoding=UTF-16\n",
        ] {
            let site = Site::clone();
            site.git(&["mv", "f", folder]);
            site.put(".gitattributes", line);
            site.git(&["add", ".gitattributes"]);
            site.git(&["commit", "--quiet", "-m", "x"]);
            let all = told(&site);
            let mend = all.values().next().unwrap();
            let (_, added) =
                mend.split_once(if mend.starts_with("take") { "add to it: " } else { ".gitattributes: " }).unwrap();
            let added = added.split_once(", then").map_or(added, |(added, _)| added);
            site.put(".gitattributes", &format!("{line}{added}\n"));
            site.git(&["add", ".gitattributes"]);
            site.git(&["commit", "--quiet", "-m", "y"]);
            assert_eq!(told(&site), Default::default(), "{folder}: {line} {added}");
        }
    }
}

#[test]
fn a_partial_and_a_shallow_clone_are_whole_after_what_is_advised() {
    for (flag, code) in [("--filter=blob:none", "partial-clone"), ("--depth=1", "shallow")] {
        let from = Site::clone();
        from.commit(&[("x", "x")]);
        from.git(&["config", "uploadpack.allowFilter", "true"]);
        let site = Site::of(TempRepo::work_tree()).with("user.name", "Ann");
        std::fs::remove_dir_all(site.repo()).unwrap();
        let there = format!("file://{}", from.repo().display());
        site.git_beside(&["clone", "--quiet", "--no-local", flag, &there, site.repo().to_str().unwrap()]);
        let site = site.with("user.name", "Ann").with("user.email", "ann@example.com");
        let all = told(&site);
        site.shell(&all[code]);
        assert_eq!(told(&site), Default::default(), "{}", all[code]);
        assert_eq!(site.git(&["rev-list", "--objects", "--missing=print", "--all"]).matches('?').count(), 0);
    }
}

#[test]
fn the_folder_of_what_is_remembered_that_others_may_write_to_is_the_one_that_is_named() {
    for open in ["hhgit", "hhgit/index"] {
        let site = Site::server();
        std::fs::create_dir_all(site.git_dir().join("hhgit/index")).unwrap();
        std::fs::set_permissions(site.git_dir().join(open), PermissionsExt::from_mode(0o777)).unwrap();
        let all = told(&site);
        assert_eq!(all["memory-open"], format!("rm -r {}", site.git_dir().join(open).display()));
        is_mended(&site, "memory-open");
    }
}

#[test]
fn a_lock_of_another_work_tree_is_seen() {
    let site = Site::clone();
    let other = site.beside("other").display().to_string();
    site.git(&["worktree", "add", "--quiet", &other, "-b", "other"]);
    let site = site.old_file("worktrees/other/index.lock", "", 0o644, 5_400);
    let all = told(&site);
    assert!(all.keys().eq(["lock-left"]), "{all:?}");
    assert!(all["lock-left"].ends_with("worktrees/other/index.lock"), "{all:?}");
}

#[test]
fn what_is_well_is_not_told() {
    for line in ["* filter=x\n", "* -text eol=crlf\n", "* -text eol=lf\n", "* binary\n", "* text=auto eol=lf\n"] {
        let site = Site::server();
        site.commit(&[(".gitattributes", line)]);
        assert_eq!(told(&site), Default::default(), "{line}");
    }
    let site = Site::server().with("filter.x.smudge", "cat");
    site.commit(&[(".gitattributes", "* filter=x\n"), ("f/managed/vpcs/b.yaml", &vpc("b", "1"))]);
    assert!(told(&site).keys().eq(["attribute-changes"]));
    for (key, value) in
        [("receive.denyNonFastForwards", "0x1"), ("receive.fsckObjects", "2"), ("receive.maxInputSize", "1k")]
    {
        let site = Site::server().with(key, value);
        assert_eq!(told(&site), Default::default(), "{key}={value}");
    }
    let ended = Site::server().doctor(&["--fabric", "nosuch"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("the commit has no folder nosuch"), "{}", ended.stderr);
}
