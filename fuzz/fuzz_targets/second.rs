//! A document read by hhgit and by a second parser: `hhgit_fuzz::second`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::second::check(data));
