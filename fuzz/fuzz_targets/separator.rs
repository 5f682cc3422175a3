//! How a file is cut at `---`: `hhgit_fuzz::separator`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::separator::check(data));
