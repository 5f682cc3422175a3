//! Repositories whose configuration, hooks or attributes name programs: each program leaves a sign if it ever runs.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::fs;
use std::os::unix::fs::symlink;

use super::made::{file, put};
use super::push::put_script;
use super::scene::{Place, Scene, put_file};
use super::support::vpc;

/// A hostile configuration: its name, which is its program's, and what it says, with `{program}` for the program.
pub struct Case {
    pub name: &'static str,
    pub text: &'static str,
}

const fn case(name: &'static str, text: &'static str) -> Case {
    Case { name, text }
}

/// Every key that names a program, as far as git knows it, and some that lead elsewhere.
pub const CONFIGS: [Case; 42] = [
    case("fsmonitor", "[core]\n\tfsmonitor = {program}\n"),
    case(
        "pager",
        "[core]\n\tpager = {program}\n[pager]\n\tstatus = {program}\n\tlog = {program}\n\tconfig = {program}\n",
    ),
    case("editor", "[core]\n\teditor = {program}\n[sequence]\n\teditor = {program}\n"),
    case("ssh", "[core]\n\tsshCommand = {program}\n[remote \"origin\"]\n\turl = ssh://localhost/x\n"),
    case("askpass", "[core]\n\taskPass = {program}\n"),
    case("gitproxy", "[core]\n\tgitProxy = {program}\n[remote \"origin\"]\n\turl = git://localhost/x\n"),
    case("alternate-refs", "[core]\n\talternateRefsCommand = {program}\n"),
    case(
        "aliases",
        "[alias]\n\tstatus = !{program}\n\tmerge = !{program}\n\tupdate-ref = !{program}\n\trev-parse = !{program}\n\tx = !{program}\n",
    ),
    case(
        "diff",
        "[diff]\n\texternal = {program}\n[diff \"evil\"]\n\tcommand = {program}\n\ttextconv = {program}\n\tcachetextconv = true\n",
    ),
    case(
        "merge",
        "[merge \"evil\"]\n\tname = evil\n\tdriver = {program} %O %A %B\n\trecursive = evil\n[merge]\n\tdefault = evil\n\ttool = evil\n[mergetool \"evil\"]\n\tcmd = {program}\n",
    ),
    case("clean", "[filter \"evil\"]\n\tclean = {program}\n\trequired = true\n"),
    case("smudge", "[filter \"evil\"]\n\tsmudge = {program}\n"),
    case("process", "[filter \"evil\"]\n\tprocess = {program}\n\trequired = true\n"),
    case(
        "gpg",
        "[gpg]\n\tprogram = {program}\n[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[merge]\n\tverifySignatures = true\n[log]\n\tshowSignature = true\n",
    ),
    case(
        "gpg-ssh",
        "[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tprogram = {program}\n\tdefaultKeyCommand = {program}\n[commit]\n\tgpgSign = true\n",
    ),
    case("sign", "[gpg]\n\tprogram = {program}\n[hhgit]\n\tsign = true\n"),
    case("pack-objects", "[uploadpack]\n\tpackObjectsHook = {program}\n"),
    case("credential", "[credential]\n\thelper = {program}\n\thelper = !{program}\n"),
    case(
        "ext",
        "[protocol \"ext\"]\n\tallow = always\n[remote \"origin\"]\n\turl = \"ext::{program} %S\"\n\tpushurl = \"ext::{program} %S\"\n",
    ),
    case(
        "uploadpack",
        "[remote \"origin\"]\n\turl = {sentinel}\n\tuploadpack = {program}\n\treceivepack = {program}\n\tvcs = evil\n",
    ),
    case(
        "insteadof",
        "[url \"ext::{program} \"]\n\tinsteadOf = https://\n\tinsteadOf = /\n\tinsteadOf = {sentinel}\n[protocol]\n\tallow = always\n",
    ),
    case(
        "proxy",
        "[http]\n\tproxy = http://localhost:1\n\tsslCAInfo = /dev/stdin\n\tcookieFile = {program}\n[remote \"origin\"]\n\tproxy = {program}\n",
    ),
    case(
        "submodule",
        "[submodule \"sub\"]\n\turl = ext::{program}\n\tupdate = !{program}\n\tactive = true\n[submodule]\n\trecurse = true\n\tfetchJobs = 4\n[status]\n\tsubmoduleSummary = true\n",
    ),
    case("hooks-path", "[core]\n\thooksPath = {hooks}\n"),
    case("hooks-path-tree", "[core]\n\thooksPath = f/hooks\n"),
    case(
        "hook-event",
        "[hook \"evil\"]\n\tcommand = {program}\n\tevent = pre-commit\n\tevent = post-index-change\n\tevent = post-merge\n\tevent = post-checkout\n",
    ),
    case(
        "attributes",
        "[core]\n\tattributesFile = {attributes}\n[filter \"evil\"]\n\tclean = {program}\n\tsmudge = {program}\n",
    ),
    case("excludes", "[core]\n\texcludesFile = {sentinel}\n\tattributesFile = {sentinel}/file\n"),
    case("work-tree", "[core]\n\tworktree = {sentinel}\n"),
    case("include", "[include]\n\tpath = {more}\n"),
    case(
        "include-if",
        "[includeIf \"gitdir:/\"]\n\tpath = {more}\n[includeIf \"onbranch:**\"]\n\tpath = {more}\n[includeIf \"hasconfig:remote.*.url:**\"]\n\tpath = {more}\n",
    ),
    case("include-loop", "[include]\n\tpath = config\n"),
    case(
        "merge-options",
        "[branch \"main\"]\n\tmergeOptions = --strategy=evil --no-ff\n\tremote = .\n\tmerge = refs/heads/other\n[pull]\n\ttwohead = evil\n[merge]\n\tff = false\n",
    ),
    case("extension", "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tevil = true\n"),
    case(
        "partial",
        "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = \"ext::{program} %S\"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[protocol]\n\tallow = always\n",
    ),
    case("reftable", "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\trefStorage = reftable\n"),
    case("worktree-config", "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tworktreeConfig = true\n"),
    case("version", "[core]\n\trepositoryFormatVersion = 99\n"),
    case(
        "shared",
        "[core]\n\tsharedRepository = 0777\n\tlogAllRefUpdates = always\n\tbigFileThreshold = 1\n\tcompression = -2\n",
    ),
    case("broken", "[core\n\tbare = \x01\x1b[31m\n"),
    case(
        "trailers",
        "[trailer \"evil\"]\n\tcommand = {program}\n\tcmd = {program}\n\tkey = Hhgit-Version\n[format]\n\tpretty = %x1b[31m\n[i18n]\n\tcommitEncoding = \"x\x07\"\n",
    ),
    case(
        "maintenance",
        "[gc]\n\tauto = 1\n\tautoDetach = false\n\trecentObjectsHook = {program}\n[maintenance]\n\tauto = true\n[receive]\n\tprocReceiveRefs = refs\n[fetch]\n\twriteCommitGraph = true\n",
    ),
];

/// Every hook that git knows.
pub const HOOKS: [&str; 28] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "post-index-change",
];

/// What says of every file that it is filtered, merged and shown by programs.
const ATTRIBUTES: &str = "* filter=evil diff=evil merge=evil text ident working-tree-encoding=UTF-8\n";

/// A scene whose tree asks for programs by attributes and submodules, with something to sort, checked out before anything is configured.
pub fn scene(is_bare: bool) -> Scene {
    let scene = Scene::of(is_bare);
    let mut folder = scene.drop_object();
    put(&mut folder, ".gitattributes", file(ATTRIBUTES));
    put(&mut folder, ".gitmodules", file("[submodule \"sub\"]\n\tpath = sub\n\turl = ext::false\n\tupdate = !false\n"));
    put(&mut folder, ".lfsconfig", file("[lfs]\n\turl = ext::false\n"));
    for name in ["post-index-change", "reference-transaction", "pre-commit", "post-merge"] {
        let script = scene.maker.blob(scene.world.script("of-the-tree").as_bytes());
        put(&mut folder, format!("f/hooks/{name}"), super::made::Thing::Made("100755", script));
        put(&mut folder, format!(".githooks/{name}"), super::made::Thing::Made("100755", script));
        put(&mut folder, format!("hooks/{name}"), super::made::Thing::Made("100755", script));
    }
    scene.hold(scene.maker.folder(&folder), Place::Tip);
    let mut other = super::scene::sorted();
    put(&mut other, ".gitattributes", file(ATTRIBUTES));
    put(&mut other, "f/managed/vpcs/web.yaml", file(vpc("web", "9")));
    let commit = scene.maker.commit(scene.maker.folder(&other), &[scene.first]);
    scene.name("other", commit);
    scene.check_out();
    scene
}

/// Configures a scene so.
pub fn configure(scene: &Scene, case: &Case) {
    let world = &scene.world;
    let program = world.program(case.name);
    let hooks = world.path("programs/hooks");
    for hook in HOOKS {
        put_script(&hooks.join(hook), &world.script(case.name));
    }
    put_file(&world.path("programs/attributes"), ATTRIBUTES);
    let more = world.path("programs/more");
    let named = format!(
        "[core]\n\tfsmonitor = {program}\n\thooksPath = {hooks}\n[filter \"evil\"]\n\tclean = {program}\n[gpg]\n\tprogram = {program}\n",
        program = program.display(),
        hooks = hooks.display()
    );
    put_file(&more, named);
    let fill = |text: &str| {
        let text = text.replace("{program}", program.to_str().unwrap()).replace("{hooks}", hooks.to_str().unwrap());
        let text = text.replace("{sentinel}", world.path("sentinel").to_str().unwrap());
        let text = text.replace("{attributes}", world.path("programs/attributes").to_str().unwrap());
        text.replace("{more}", more.to_str().unwrap())
    };
    world.configure(&fill(case.text));
    if case.name == "worktree-config" {
        let text = format!("[core]\n\tfsmonitor = {0}\n[filter \"evil\"]\n\tclean = {0}\n", program.display());
        put_file(&world.template_git_dir().join("config.worktree"), text);
    }
    // What has changed since it was checked out is looked at by what it says, through filters.
    if !world.is_bare() {
        for name in ["f/raw/web.yaml", "elsewhere/note.txt", "f/managed/vpcs/web.yaml"] {
            let path = world.template().join(name);
            let bytes = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

/// Puts every hook into the repository, each with a sign of its own.
pub fn hook_all(scene: &Scene) {
    for hook in HOOKS {
        put_script(&scene.world.template_git_dir().join("hooks").join(hook), &scene.world.script(hook));
    }
}

/// Makes `.git` a file that leads elsewhere, or a link.
pub fn lead_elsewhere(scene: &Scene, how: &str) {
    let dot_git = scene.world.template().join(".git");
    let apart = scene.world.path("template-git");
    fs::rename(&dot_git, &apart).unwrap();
    match how {
        "a file" => fs::write(dot_git, format!("gitdir: {}\n", apart.display())).unwrap(),
        "a relative file" => fs::write(dot_git, "gitdir: ../template-git\n").unwrap(),
        "a file to nothing" => fs::write(dot_git, "gitdir: /nonexistent\n").unwrap(),
        "a file to itself" => fs::write(dot_git, "gitdir: .git\n").unwrap(),
        "a file of escapes" => fs::write(dot_git, "gitdir: \x1b[31m\x07\n").unwrap(),
        "no file of git's" => fs::write(dot_git, "hello\n").unwrap(),
        "a long file" => fs::write(dot_git, vec![b'a'; 1 << 22]).unwrap(),
        "a link to itself" => symlink(".git", dot_git).unwrap(),
        _ => symlink("../template-git", dot_git).unwrap(),
    }
}
