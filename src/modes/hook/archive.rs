//! The hooks as the archive that GitLab's `gitaly hooks set` reads; bytes only, the same for the same hooks on any day and machine.
//!
//! Of the tar format a folder and a few short files need eight fields and no more, which costs less to write down than a crate to
//! keep.

use std::path::Path;

use crate::options::local_hooks::Side;

use super::install::hooks;
use super::shims::script;

/// The folder that the archive must hold.
const FOLDER: &str = "custom_hooks";
/// What a tar archive counts in.
const BLOCK: usize = 512;

/// The archive of a server's hooks that run the hhgit at this path with these flags. Without post-receive, which has nothing to do
/// under a forge.
pub fn of_server(program: &Path, flags: &[String]) -> Vec<u8> {
    let hooks = hooks(Side::Server, false).iter().map(|hook| (hook.name(), script(*hook, program, flags)));
    archive(&hooks.collect::<Vec<_>>())
}

/// The archive of these hooks, by name. Names are short and plain.
fn archive(hooks: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = header(&format!("{FOLDER}/"), 0, b'5').to_vec();
    for (name, script) in hooks {
        out.extend_from_slice(&header(&format!("{FOLDER}/{name}"), script.len(), b'0'));
        out.extend_from_slice(script);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    // Two empty blocks end it.
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

/// The block that tells of one entry, as POSIX's ustar has it: owned by root, of no date, to be read and run by all.
fn header(name: &str, size: usize, kind: u8) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000755\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    put(265, b"root");
    put(297, b"root");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}
