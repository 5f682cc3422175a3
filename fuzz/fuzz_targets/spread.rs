//! The laws that compare one way with another: `hhgit_fuzz::spread`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::spread::check(data));
