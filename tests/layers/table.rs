//! The table of the house: for each module of src/, what it may use. What a row does not name is refused.

/// One row of the table.
pub(crate) struct Row {
    /// The module below src/; its sub-modules are meant too, unless they have a row of their own.
    pub(crate) module: &'static str,
    /// The modules of this crate it may use, besides itself; a row's own sub-module row counts by itself.
    pub(crate) modules: &'static [&'static str],
    /// The crates it may use.
    pub(crate) crates: &'static [&'static str],
    /// The parts of std it may use out of those that touch the world: fs, env, process, net, clock, thread, streams.
    pub(crate) world: &'static [&'static str],
    /// Whether it may keep hash maps, whose order is chance: only where nothing of it can reach a tree or a report.
    pub(crate) hashed: bool,
}

const fn pure(module: &'static str, modules: &'static [&'static str], crates: &'static [&'static str]) -> Row {
    Row { module, modules, crates, world: &[], hashed: false }
}

/// The house, in the order the data passes through it.
pub(crate) const TABLE: &[Row] = &[
    pure("lib", &[], &[]),
    Row { world: &["env", "streams", "process"], ..pure("main", &[], &["hhgit", "clap", "anyhow"]) },
    pure("ids", &[], &["gix", "thiserror"]),
    pure("path", &[], &["gix", "gix_validate", "thiserror"]),
    Row { world: &["fs"], ..pure("files", &[], &["rustix"]) },
    pure("snapshot", &["ids", "path"], &["thiserror"]),
    pure("yaml", &["path", "finding"], &["libyaml_rs", "memchr", "thiserror"]),
    pure("schema", &["path", "yaml"], &["regex_lite", "strsim"]),
    pure("verdict::code", &[], &[]),
    pure("finding", &["path", "verdict::code"], &[]),
    pure(
        "fabric",
        &["ids", "path", "snapshot", "finding", "verdict::code", "yaml", "schema"],
        &["serde", "serde_yaml", "strsim", "thiserror"],
    ),
    pure("rules", &["path", "yaml", "fabric", "verdict", "verdict::code"], &[]),
    Row {
        world: &["fs", "clock"],
        ..pure(
            "memory",
            &["ids", "files", "path", "snapshot", "finding", "yaml", "fabric", "verdict", "rules"],
            &["tempfile"],
        )
    },
    pure("verdict", &["ids", "path", "finding", "yaml", "schema", "fabric"], &["thiserror"]),
    pure(
        "plan",
        &["ids", "path", "snapshot", "finding", "yaml", "fabric", "verdict", "verdict::code", "report"],
        &["serde", "serde_yaml", "similar", "thiserror"],
    ),
    pure("report", &["ids", "path", "snapshot", "finding", "verdict::code", "fabric"], &[]),
    pure("doctor", &["path", "fabric", "options"], &["strsim"]),
    pure("progress", &[], &[]),
    pure(
        "render",
        &[
            "ids",
            "path",
            "snapshot",
            "finding",
            "verdict",
            "verdict::code",
            "fabric",
            "plan",
            "progress",
            "report",
            "exit",
            "doctor",
        ],
        &["annotate_snippets", "anstyle", "jiff", "schemars", "serde", "serde_json", "similar", "thiserror"],
    ),
    Row {
        world: &["fs", "env", "process", "thread", "clock"],
        hashed: true,
        ..pure(
            "git",
            &["ids", "path", "files", "snapshot", "plan", "options", "memory", "secret", "doctor"],
            &["gix", "gix_pack", "gix_validate", "rustix", "tempfile", "thiserror"],
        )
    },
    pure(
        "git::write",
        &["ids", "path", "snapshot", "plan", "git", "options"],
        &["gix", "gix_pack", "tempfile", "thiserror"],
    ),
    // Its own row, for who may read a repository and not as much as name what writes to one.
    Row {
        world: &["fs"],
        ..pure("git::read", &["ids", "path", "snapshot", "git"], &["gix", "gix_pack", "tempfile", "thiserror"])
    },
    pure("secret", &[], &[]),
    pure("options", &["secret", "fabric", "path", "snapshot", "progress", "report", "verdict::code"], &[]),
    pure("forge", &["path", "secret", "options", "forge::http"], &["jiff", "serde", "serde_json", "thiserror"]),
    pure("forge::http", &["secret", "options", "forge"], &["rustls", "ureq"]),
    Row {
        world: &["fs", "thread", "process"],
        ..pure(
            "modes",
            &[
                "ids",
                "path",
                "files",
                "snapshot",
                "yaml",
                "schema",
                "finding",
                "fabric",
                "verdict",
                "verdict::code",
                "plan",
                "progress",
                "report",
                "render",
                "rules",
                "git",
                "git::read",
                "git::write",
                "memory",
                "options",
                "forge",
                "forge::http",
                "exit",
                "doctor",
            ],
            &["similar", "strsim", "tempfile", "thiserror"],
        )
    },
    // A push is judged with a reader in hand, and nothing that could move a ref: neither git nor git::write is in this row.
    pure(
        "modes::hook::receive",
        &["ids", "path", "snapshot", "finding", "fabric", "verdict::code", "report", "options", "memory", "git::read"],
        &[],
    ),
    // A watch has time and signals of its own; its rounds are the other pipelines'.
    Row {
        world: &["fs", "clock"],
        ..pure(
            "modes::watch",
            &[
                "path",
                "snapshot",
                "fabric",
                "verdict::code",
                "report",
                "render",
                "git",
                "ids",
                "options",
                "exit",
                "modes",
            ],
            &["tempfile", "thiserror"],
        )
    },
    // The process as it is: the one file that takes over signals, and sees chance.
    Row {
        world: &["fs", "clock", "process"],
        hashed: true,
        ..pure("modes::watch::process", &["snapshot", "git", "modes", "modes::watch"], &["signal_hook"])
    },
    // Whoever asks from outside meets this one file: it knows pages, and nothing of rounds, git or reports.
    Row { world: &["net", "clock", "thread"], ..pure("modes::watch::listen", &[], &[]) },
    // A fleet has a clock, and threads that each run the other pipelines.
    Row {
        world: &["fs", "clock", "thread"],
        ..pure(
            "modes::fleet",
            &[
                "ids",
                "path",
                "snapshot",
                "verdict::code",
                "report",
                "render",
                "git",
                "options",
                "exit",
                "modes",
                "modes::fleet::stop",
            ],
            &["thiserror"],
        )
    },
    // Takes over signals for it.
    pure("modes::fleet::stop", &[], &["signal_hook"]),
    pure("exit", &[], &[]),
    Row {
        world: &["env", "fs", "clock"],
        ..pure(
            "cli",
            &[
                "path",
                "snapshot",
                "fabric",
                "verdict::code",
                "progress",
                "report",
                "render",
                "modes",
                "modes::watch",
                "modes::watch::process",
                "modes::fleet",
                "modes::fleet::stop",
                "options",
                "secret",
                "exit",
                "doctor",
            ],
            &["anyhow", "clap", "clap_complete", "clap_mangen", "tempfile", "terminal_size", "thiserror"],
        )
    },
    // The one line that is drawn while work goes on, by a thread and a clock of its own.
    Row { world: &["clock", "thread"], ..pure("cli::progress", &["progress", "render"], &["terminal_size"]) },
];

/// Crates that src/ could name; what is none of these, `std`, `core`, `alloc` or `crate` is a name of the file's own.
const CRATES: &[&str] = &[
    "annotate_snippets",
    "anstyle",
    "anyhow",
    "clap",
    "clap_complete",
    "clap_mangen",
    "gix",
    "gix_pack",
    "gix_validate",
    "hhgit",
    "jiff",
    "libyaml_rs",
    "memchr",
    "regex_lite",
    "rustix",
    "rustls",
    "schemars",
    "serde",
    "serde_json",
    "serde_yaml",
    "signal_hook",
    "similar",
    "strsim",
    "tempfile",
    "terminal_size",
    "thiserror",
    "ureq",
];

/// The parts of std that touch the world, by the paths that lead there; `io::stdout` also as it is said after `use std::io`.
/// Addresses in `std::net` are plain values; sockets and name look-ups are the world.
const WORLD: &[(&str, &str)] = &[
    ("std::fs", "fs"),
    ("std::env", "env"),
    ("std::process::exit", "exit"),
    ("std::process", "process"),
    ("std::net::TcpListener", "net"),
    ("std::net::TcpStream", "net"),
    ("std::net::ToSocketAddrs", "net"),
    ("std::net::UdpSocket", "net"),
    ("std::thread", "thread"),
    ("std::time::SystemTime", "clock"),
    ("std::time::Instant", "clock"),
    ("std::io::stdin", "streams"),
    ("std::io::stdout", "streams"),
    ("std::io::stderr", "streams"),
    ("io::stdin", "streams"),
    ("io::stdout", "streams"),
    ("io::stderr", "streams"),
    ("process::exit", "exit"),
    ("std::os", "fs"),
];

/// The row of a module: its own, or that of the nearest module around it.
pub(crate) fn row(module: &str) -> Option<&'static Row> {
    TABLE.iter().filter(|row| covers(row.module, module)).max_by_key(|row| row.module.len())
}

fn covers(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl Row {
    /// Why this row may not name a path; none if it may.
    pub(crate) fn refuses(&self, path: &str) -> Option<String> {
        if let Some(inner) = path.strip_prefix("crate::") {
            return self.refuses_module(inner);
        }
        if let Some((_, world)) = WORLD.iter().find(|(start, _)| covers(start, path)) {
            let allowed = self.world.contains(world);
            return (!allowed).then(|| format!("{world} is not in the row's part of the world"));
        }
        let first = path.split("::").next().unwrap_or_default();
        let foreign = CRATES.contains(&first) && !self.crates.contains(&first);
        foreign.then(|| format!("the crate {first} is not in the row"))
    }

    fn refuses_module(&self, inner: &str) -> Option<String> {
        let own = self.module.split("::").next().unwrap_or_default();
        let Some(target) = row(inner) else {
            return (self.module != "lib").then(|| format!("module {inner} has no row"));
        };
        let allowed =
            target.module == self.module || covers(own, target.module) || self.modules.contains(&target.module);
        (!allowed).then(|| format!("the module {} is not in the row", target.module))
    }

    /// Why this row may not say a word; none if it may.
    pub(crate) fn refuses_word(&self, word: &str, file: &str) -> Option<&'static str> {
        match word {
            "HashMap" | "HashSet" if !self.hashed => Some("their order is chance: use BTreeMap, BTreeSet or Vec"),
            "unsafe" if file != "src/yaml/events.rs" => Some("only src/yaml/events.rs may"),
            "println" | "print" | "eprintln" | "eprint" | "dbg" => Some("the library does not print"),
            _ => None,
        }
    }
}
