//! How the same findings read in each format.

use super::*;
#[test]
fn dump() {
    let r = sample::checked();
    let mut out = Vec::new();
    r.human(&mut out, Style::default()).unwrap();
    sarif::report(&mut out, &r).unwrap();
    github::report(&mut out, &r).unwrap();
    junit::report(&mut out, &r).unwrap();
    r.human(&mut out, Style { color: true, width: Some(60), verbose: false }).unwrap();
    eprintln!("{}", String::from_utf8(out).unwrap());
    panic!();
}
