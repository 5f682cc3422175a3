//! Three documents written, merged and grafted: `hhgit_fuzz::write`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::write::check(data));
