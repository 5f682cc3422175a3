//! Any bytes as a file of YAML: `hhgit_fuzz::yaml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::yaml::check(data));
