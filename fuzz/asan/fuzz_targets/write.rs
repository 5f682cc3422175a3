//! The target `write` on the YAML layer alone.
#![no_main]

#[path = "../../src/texts.rs"]
mod parts;
#[path = "../../src/write.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
