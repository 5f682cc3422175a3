//! What git prints of a remote, and addresses: `hhgit_fuzz::remote`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::remote::check(data));
