//! Trailers, records and lists: `hhgit_fuzz::records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hhgit_fuzz::records::check(data));
