//! Repositories that borrow objects from where nobody should: from themselves, in circles, from thousands of places, from devices.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::os::unix::fs::symlink;

use super::scene::{Case, Scene, case, put_file};

/// All of them.
pub fn cases() -> Vec<Case> {
    let text = |name: &str, text: Vec<u8>| {
        case(format!("alternates: {name}"), move |scene: &Scene| {
            put_file(&scene.world.template_git_dir().join("objects/info/alternates"), &text);
        })
    };
    let more: String = (0..200_000).map(|n| format!("/n/{n}\n")).collect();
    let many: String = (0..2_000).map(|n| format!("/nonexistent/{n}\n")).collect();
    let mut cases = vec![
        text("itself", b".\n".to_vec()),
        text("itself by another way", b"../objects\n../objects/../objects\n".to_vec()),
        text("nothing there", b"/nonexistent/objects\n".to_vec()),
        text("relative, outside", b"../../../sentinel\n".to_vec()),
        text("a file", b"../../../sentinel/file\n".to_vec()),
        text("the root", b"/\n".to_vec()),
        text("a device", b"/dev/zero\n/dev/stdin\n".to_vec()),
        text("quoted", b"\"..\\057objects\"\n\"/a\\nb\"\n".to_vec()),
        text("badly quoted", b"\"/a\n\"\\9\"\n\"".to_vec()),
        text("no text", (0..=255).collect()),
        text("a long line", vec![b'/'; 1 << 20]),
        text("2,000 of them", many.into_bytes()),
        text("200,000 of them", more.into_bytes()),
        text("escapes", b"/\x1b[31mred\x07\n".to_vec()),
    ];
    cases.push(case("alternates: a cycle of two", |scene| {
        let git_dir = scene.world.template_git_dir();
        put_file(&git_dir.join("objects/info/alternates"), "../b\n");
        put_file(&git_dir.join("b/info/alternates"), "../objects\n");
    }));
    for to in ["/dev/zero", "/dev/stdin"] {
        cases.push(case(format!("alternates: a link to {to}"), move |scene| {
            symlink(to, scene.world.template_git_dir().join("objects/info/alternates")).unwrap();
        }));
    }
    cases.push(case("alternates: a chain of 2,000", |scene| {
        let git_dir = scene.world.template_git_dir();
        put_file(&git_dir.join("objects/info/alternates"), "../a/0\n");
        for n in 0..2000 {
            put_file(&git_dir.join(format!("a/{n}/info/alternates")), format!("../a/{}\n", n + 1));
        }
    }));
    cases
}
