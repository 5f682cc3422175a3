//! What git tells a server's hook of a push: `hhgit_fuzz::hook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::hook::check(data));
