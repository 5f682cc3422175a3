//! The table of scalars, as go-yaml v2 and Kubernetes' conversion to JSON give them.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn value(text: &str) -> Value {
    resolve(text.to_owned(), None, true).unwrap()
}

fn tagged(tag: &str, text: &str) -> Option<Value> {
    resolve(text.to_owned(), Some(&format!("tag:yaml.org,2002:{tag}")), false).ok()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn booleans_are_those_of_yaml_1_1() {
    for word in ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
        assert_eq!(value(word), Value::Bool(true), "{word}");
    }
    for word in ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
        assert_eq!(value(word), Value::Bool(false), "{word}");
    }
    for word in ["yES", "oN", "tRUE", "yess", "on "] {
        assert_eq!(value(word), text(word), "{word}");
    }
}

#[test]
fn nothing_and_null_are_null() {
    for word in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(value(word), Value::Null, "{word}");
    }
    for word in ["nULL", "~~", "nil", "none"] {
        assert_eq!(value(word), text(word), "{word}");
    }
}

#[test]
fn integers_have_gos_prefixes_and_underscores_anywhere() {
    for (word, int) in [
        ("0", 0),
        ("-0", 0),
        ("+1", 1),
        ("0755", 493),
        ("0_7", 7),
        ("0o17", 15),
        ("0O17", 15),
        ("0x1F", 31),
        ("-0X1f", -31),
        ("0x_1F", 31),
        ("0b11", 3),
        ("-0b11", -3),
        ("0b-1", -1),
        ("1_000", 1000),
        ("1__0_", 10),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(value(word), Value::Int(int), "{word}");
    }
    assert_eq!(value("9223372036854775808"), Value::Uint(1 << 63));
    assert_eq!(value("0xFFFFFFFFFFFFFFFF"), Value::Uint(u64::MAX));
}

#[test]
fn integers_too_large_for_64_bits_are_floats_if_decimal_and_texts_if_not() {
    assert_eq!(value("18446744073709551616"), Value::Float(18_446_744_073_709_551_616.0));
    assert_eq!(value("-9223372036854775809"), Value::Float(-9_223_372_036_854_775_809.0));
    assert_eq!(value("0x1FFFFFFFFFFFFFFFF"), text("0x1FFFFFFFFFFFFFFFF"));
}

#[test]
fn sixties_are_texts() {
    for word in ["1:30:00", "10:20:30:40:50:55", "190:20:30", "1:30.5"] {
        assert_eq!(value(word), text(word), "{word}");
    }
}

#[test]
fn floats_are_decimal() {
    for (word, float) in [
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        (".5_0", 0.5),
        ("1e3", 1000.0),
        ("1E+3", 1000.0),
        ("12e03", 12000.0),
        ("08", 8.0),
        ("09.5", 9.5),
        ("1_0.5", 10.5),
        ("1e-400", 0.0),
        (".inf", f64::INFINITY),
        ("+.INF", f64::INFINITY),
        ("-.Inf", f64::NEG_INFINITY),
    ] {
        assert_eq!(value(word), Value::Float(float), "{word}");
    }
    assert!(matches!(value(".nan"), Value::Float(float) if float.is_nan()));
}

#[test]
fn what_looks_like_a_number_and_is_none_is_a_text() {
    for word in [
        "_1",
        "._5",
        ".5_",
        "1e",
        "1e400",
        "0b",
        "0x",
        "0o",
        "0b102",
        "+",
        "-",
        ".",
        "..",
        "+-1",
        "1 2",
        "0x1p-2",
        "inf",
        "nan",
        "NaN",
        "-.nan",
        ".iNF",
        "+0xFFFFFFFFFFFFFFFF",
        "1.2.3",
        "10.0.0.1",
        "1.5.",
        "<<",
    ] {
        assert_eq!(value(word), text(word), "{word}");
    }
}

#[test]
fn dates_stay_texts() {
    for word in ["2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43"] {
        assert_eq!(value(word), text(word), "{word}");
    }
}

#[test]
fn quoted_and_block_texts_are_texts_unless_a_tag_asks_otherwise() {
    assert_eq!(resolve("1".to_owned(), None, false), Ok(text("1")));
    assert_eq!(resolve(String::new(), None, false), Ok(text("")));
    assert_eq!(tagged("int", "1"), Some(Value::Int(1)));
}

#[test]
fn a_tag_asks_for_a_type_and_is_refused_where_the_text_has_another() {
    assert_eq!(tagged("str", "1"), Some(text("1")));
    assert_eq!(tagged("str", "~"), Some(text("~")));
    assert_eq!(tagged("float", "1"), Some(Value::Float(1.0)));
    assert_eq!(tagged("bool", "on"), Some(Value::Bool(true)));
    assert_eq!(tagged("null", ""), Some(Value::Null));
    assert_eq!(tagged("timestamp", "2001-12-14"), Some(text("2001-12-14")));
    for (tag, word) in [
        ("int", "1.5"),
        ("int", "x"),
        ("bool", "1"),
        ("null", "x"),
        ("float", "18446744073709551615"),
        ("timestamp", "2001"),
        ("int", ""),
    ] {
        assert_eq!(tagged(tag, word), None, "!!{tag} {word}");
    }
}

#[test]
fn tags_that_go_yaml_does_not_know_leave_a_text_a_text() {
    assert_eq!(resolve("1".to_owned(), Some("!"), true), Ok(text("1")));
    assert_eq!(resolve("1".to_owned(), Some("!foo"), false), Ok(text("1")));
    assert_eq!(tagged("set", "~"), Some(text("~")));
}

#[test]
fn binary_is_decoded_and_what_is_not_utf_8_replaced_byte_by_byte() {
    assert_eq!(tagged("binary", "Zm9v"), Some(text("foo")));
    assert_eq!(tagged("binary", "4oL/"), Some(text("\u{fffd}\u{fffd}\u{fffd}")));
    assert_eq!(tagged("binary", "Zm9"), None);
}

#[test]
fn keys_become_the_texts_of_their_values() {
    for (word, key_text) in [
        ("on", "true"),
        ("n", "false"),
        ("1", "1"),
        ("0x10", "16"),
        ("1.5", "1.5"),
        ("1.0", "1"),
        ("123456.0", "123456"),
        ("1e6", "1e+06"),
        ("1234567.0", "1.234567e+06"),
        ("16777217.0", "1.6777216e+07"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1e30", "1e+30"),
        ("3.5e38", ".inf"),
        ("-.inf", "-.inf"),
        (".nan", ".nan"),
        ("2001-01-01", "2001-01-01"),
        ("a", "a"),
    ] {
        assert_eq!(key(value(word)), Ok(key_text.to_owned()), "{word}");
    }
    assert_eq!(key(Value::Null), Err("null"));
    assert_eq!(key(Value::Uint(u64::MAX)), Err("an integer too large for a key"));
}
