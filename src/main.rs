//! The binary: parse, run, write the bytes, return the code.

fn main() {}
