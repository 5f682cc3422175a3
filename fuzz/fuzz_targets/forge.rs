//! A forge's answers of any kind: `hhgit_fuzz::forge`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::forge::check(data));
