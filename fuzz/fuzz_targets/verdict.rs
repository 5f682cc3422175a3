//! Any bytes as a file of raw/: `hhgit_fuzz::verdict`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::verdict::check(data));
