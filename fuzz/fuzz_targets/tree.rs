//! The laws of one sync on repositories of any bytes: `hhgit_fuzz::tree`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::tree::check(data));
