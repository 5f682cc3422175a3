//! hhgit sorts a Hedgehog fabric's Kubernetes objects in git, as a pure function from commit to commit.
//!
//! # The map
//!
//! In the order the data passes through. What is marked pure knows no git, file, clock or environment.
//!
//! | module | its one job | |
//! |---|---|---|
//! | [`ids`], [`path`] | git's ids, modes and paths as types; a path that leaves its folder cannot be made | pure |
//! | [`git`] | open, read, write, publish: the only place that knows gix or runs git | |
//! | [`files`] | a file that may be none: not waited for, read no further than asked | |
//! | [`snapshot`] | what the pure core may ask of a repository: commits, trees, blobs by id | pure |
//! | [`yaml`] | bytes to documents with spans, the way Kubernetes reads them | pure |
//! | [`fabric`] | what a fabric directory is: layout, manifest, kinds, settings | pure |
//! | [`schema`] | what the fields of each kind may hold | pure |
//! | [`verdict`] | one file to its documents, and what becomes of each on its own; the codes | pure |
//! | [`rules`] | objects against each other, as a cluster's admission judges them | pure |
//! | [`memory`] | what is remembered of a managed/ tree by its id, so that a push costs what it changes | |
//! | [`plan`] | all that was read to a [`plan::Plan`]: edits and a message; nothing after it decides anything | pure |
//! | [`progress`] | how far work is, as counters: those who work count, the command line shows it | pure |
//! | [`doctor`] | what was found of a repository to what would go wrong with it, and how to mend it | pure |
//! | [`finding`], [`report`] | what is to be said, as values | pure |
//! | [`render`] | reports into text, JSON, SARIF and others, into any writer | pure |
//! | [`forge`] | pull and merge requests through a forge's API; its `http` is the one file that talks to a web server | |
//! | [`modes`] | the pipelines, one a command: each stage a named value | |
//! | [`options`], [`secret`], [`cli`], [`exit`] | what was asked, by whom, with which token; the exit codes | |
//!
//! A reader in a hurry takes [`modes::sync`], then [`plan`], then [`verdict::file`].
//!
//! # From bytes to a verdict
//!
//! ```
//! use hhgit::fabric::kinds::Kinds;
//! use hhgit::path::RepoPath;
//! use hhgit::verdict::file::{File, judge};
//! use hhgit::verdict::judge::Judge;
//! use hhgit::yaml::Limits;
//!
//! let raw = b"apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web\n---\nkind: [\n";
//! let path = RepoPath::new("raw/web.yaml")?;
//! let kinds = Kinds::builtin();
//! let File::Documents(documents) = judge(raw, &path, &Judge::new(&kinds), &Limits::default()) else {
//!     panic!("the file holds documents");
//! };
//! let target = documents[0].target.as_ref().map(|target| target.path().to_string());
//! assert_eq!(target.as_deref(), Some("vpcs/web.yaml"));
//! assert_eq!(documents[1].refusal().map(|code| code.as_str()), Some("invalid-yaml"));
//! # Ok::<(), hhgit::path::PathError>(())
//! ```

pub mod cli;
pub mod doctor;
pub mod exit;
pub mod fabric;
pub mod files;
pub mod finding;
pub mod forge;
pub mod git;
pub mod ids;
pub mod memory;
pub mod modes;
pub mod options;
pub mod path;
pub mod plan;
pub mod progress;
pub mod render;
pub mod report;
pub mod rules;
pub mod schema;
pub mod secret;
pub mod snapshot;
pub mod verdict;
pub mod yaml;
