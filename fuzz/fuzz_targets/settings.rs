//! Manifests, fab.yaml, sidecars and the texts in them: `hhgit_fuzz::settings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::settings::check(data));
