//! What is done with the bytes that a fuzzer makes: one module a target, each a function that panics where something is wrong.
//!
//! | module | the bytes are | and what must hold |
//! |---|---|---|
//! | [`yaml`] | a file | all ways of reading it agree, and every place that is named is in it |
//! | [`second`] | a document | what a parser of other people's reads as well has the same value |
//! | [`write`] | three documents | what is written, merged and grafted is read as what it should be |
//! | [`separator`] | a file | it is cut where a reader that does nothing but count lines cuts it |
//! | [`verdict`] | a file of raw/ | judging is the same with and without values, and nothing of it is lost |
//! | [`settings`] | a manifest, a fab.yaml, a sidecar | what is written back is read as what was meant |
//! | [`crds`] | CRDs and an object | what an import takes is read without an error |
//! | [`tree`] | a repository and its pushes | the laws of one sync, on repositories of any bytes |
//! | [`spread`] | the same, twice | the laws that compare one way with another |
//! | [`hook`] | what git tells a hook | lines mean what they say, and a push is answered |
//! | [`remote`] | what git prints of a remote, addresses | nothing is believed of other lines, no password is shown |
//! | [`forge`] | a forge's answers | the talk ends, in bounded time, in words without control bytes |
//! | [`memory`] | files of hhgit/ in a git directory | damage is told or passed by |
//! | [`records`] | trailers, records, lists | what was written is read back, the rest is refused |
//!
//! A target's `fuzz_targets/NAME.rs` calls it; [`seeds`] makes what they start from.

pub mod crds;
pub mod forge;
pub mod hook;
pub mod memory;
pub mod parts;
pub mod records;
pub mod remote;
pub mod second;
pub mod seeds;
pub mod separator;
pub mod settings;
pub mod spread;
pub mod texts;
pub mod tree;
pub mod verdict;
pub mod world;
pub mod write;
pub mod yaml;

mod laws;

// The tests' own parts name each other from the root of their crate.
use laws::{checks, documents, generate, held, play, support};
