//! Every command of hhgit as somebody would run it on a repository, with what it may touch there.
#![allow(dead_code, unreachable_pub, reason = "each test uses its own part of this")]

/// What a command may change besides what hhgit remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touches {
    /// Nothing.
    Nothing,
    /// The branch, its reflog, new objects; index and work tree where there is one.
    Branch,
    /// The repository's hooks.
    Hooks,
}

/// One command.
#[derive(Debug, Clone)]
pub struct Order {
    pub args: Vec<String>,
    pub input: String,
    pub touches: Touches,
    /// Whether it runs as git runs hooks on a server.
    pub in_git_dir: bool,
}

impl Order {
    fn of(touches: Touches, args: &str) -> Self {
        let args = args.split(' ').map(str::to_owned).collect();
        Self { args, input: String::new(), touches, in_git_dir: false }
    }

    fn hook(touches: Touches, args: &str, input: String) -> Self {
        Self { input, in_git_dir: true, ..Self::of(touches, args) }
    }

    /// The first words of it.
    pub fn starts_with(&self, words: &str) -> bool {
        self.args.join(" ").starts_with(words)
    }
}

/// Commands that look at a repository, and leave it as it is.
const LOOKS: [&str; 40] = [
    "sync --dry-run",
    "check",
    "check main^..main",
    "check first..main",
    "check main..first --max-deletions 0",
    "check --level schema --output sarif f/raw/web.yaml",
    "check ../input/objects.yaml",
    "status",
    "doctor",
    "doctor --output json",
    "log",
    "why VPC/web",
    "undo --dry-run",
    "verify",
    "replay",
    "merge --dry-run other",
    "sync --dry-run --diff --repair --retry --adopt --yes",
    "sync --dry-run --output json",
    "sync --dry-run --output github",
    "sync --dry-run --output junit",
    "status --output json",
    "log --output json VPC/web",
    "log f/raw",
    "why f/managed/vpcs/web.yaml:1",
    "why --rev main^ f/raw/web.yaml",
    "undo --dry-run main^",
    "verify --output json --require proven",
    "replay --output json first..main",
    "merge --dry-run first",
    "import --dry-run ../input/objects.yaml",
    "import --stdout ../input/objects.yaml",
    "crds list",
    "crds import --dry-run ../input/objects.yaml",
    "settings show",
    "settings import --dry-run ../input/fab.yaml",
    "schedule show",
    "schedule show --as all",
    "hook install --dry-run",
    "hook pre-push origin ../input",
    "--fabric f status",
];

/// Commands that move a branch.
const MOVES: [&str; 13] = [
    "sync",
    "sync --repair --retry --adopt --yes",
    "sync --fail-on warning --max-deletions 0",
    "undo",
    "merge other",
    "import ../input/objects.yaml",
    "crds import ../input/objects.yaml",
    "settings import ../input/fab.yaml",
    "init --yes new",
    "schedule enable",
    "watch --once --sync",
    "sync --expect main",
    "--fabric f sync",
];

/// Commands that say the same wherever they run.
const WORDS: [&str; 4] = ["explain", "kinds", "generate man", "explain not-yaml"];

/// All of them. A push would bring the branch from one commit to the other.
pub fn orders(old: &str, new: &str) -> Vec<Order> {
    let line = format!("{old} {new} refs/heads/main\n");
    let mut all: Vec<Order> = LOOKS.iter().map(|args| Order::of(Touches::Nothing, args)).collect();
    all.extend(MOVES.iter().map(|args| Order::of(Touches::Branch, args)));
    all.extend(WORDS.iter().map(|args| Order::of(Touches::Nothing, args)));
    all.push(Order::of(Touches::Nothing, "watch --once --validate-only"));
    all.push(Order { input: "{repo}\n".to_owned(), ..Order::of(Touches::Branch, "fleet --stdin") });
    all.push(Order { input: "{repo} main\n".to_owned(), ..Order::of(Touches::Nothing, "fleet --stdin --check") });
    all.push(Order::of(Touches::Hooks, "hook install --program /usr/bin/hhgit"));
    all.push(Order::of(Touches::Hooks, "hook uninstall"));
    all.push(Order::of(Touches::Branch, "hook pre-commit"));
    all.push(Order::hook(Touches::Nothing, "hook warm main", String::new()));
    all.push(Order::hook(Touches::Nothing, "hook pre-receive", line.clone()));
    all.push(Order::hook(
        Touches::Nothing,
        "hook pre-receive --policy strict --syncs only --crds pushed",
        line.clone(),
    ));
    all.push(Order::hook(Touches::Nothing, &format!("hook update refs/heads/main {old} {new}"), String::new()));
    all.push(Order::hook(Touches::Branch, "hook post-receive", line));
    all
}
