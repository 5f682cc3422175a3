//! Files of hhgit/ in a git directory: `hhgit_fuzz::memory`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::memory::check(data));
