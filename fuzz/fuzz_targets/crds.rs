//! CRDs, and an object judged by them: `hhgit_fuzz::crds`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::crds::check(data));
