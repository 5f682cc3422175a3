//! No target: writes what the targets start from below the folder that HHGIT_SEEDS names, and ends.
//!
//! It is built as one because what is compiled for libFuzzer cannot be linked without it.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: write(),
    |_data: &[u8]| {}
);

fn write() {
    let corpus = std::env::var_os("HHGIT_SEEDS").expect("HHGIT_SEEDS names a folder");
    hhgit_fuzz::seeds::write(corpus.as_ref()).expect("seeds can be written");
    std::process::exit(0)
}
