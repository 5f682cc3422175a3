//! What a recorded run did to its repository, told as operations on a disk.

use std::collections::BTreeMap;
use std::path::Path;

use crate::disk::{Disk, Op, Part};
use crate::trace::Call;

/// A file that is open: which, and where the next bytes go; none for the end, wherever that is.
type Open = (usize, Option<usize>);

/// The operations of a run on what lies below `root`, in their order, and the disk they are done to.
pub(crate) struct Record {
    root: String,
    /// As it is now.
    now: Disk,
    /// As it was at first, with all that was made later there and nameless.
    pub(crate) start: Disk,
    pub(crate) ops: Vec<Op>,
    open: BTreeMap<String, Open>,
}

/// What tests run with.
const UMASK: u32 = 0o022;

impl Record {
    /// A record of calls on a folder that was as `disk` says.
    pub(crate) fn of(calls: &[Call], root: &Path, disk: Disk) -> Self {
        let root = root.to_str().unwrap().to_owned();
        let mut record = Self { root, now: disk.clone(), start: disk, ops: Vec::new(), open: BTreeMap::new() };
        for call in calls.iter().filter(|call| !call.result.starts_with('-')) {
            record.take(call);
        }
        record
    }

    fn take(&mut self, call: &Call) {
        let args = split(&call.args);
        match call.name.as_str() {
            "openat" => self.opened(&args, &call.result),
            "write" => self.written(&args, &call.result),
            "close" => drop(self.open.remove(handle(&args[0]))),
            "fsync" | "fdatasync" => {
                if let Some((node, _)) = self.open.get(handle(&args[0])) {
                    let node = *node;
                    self.done(Op::Sync { node });
                }
            }
            "rename" => self.renamed(&args[0], &args[1]),
            "renameat" | "renameat2" => self.renamed(&args[1], &args[3]),
            "unlink" | "rmdir" => self.unlinked(self.path(&args[0])),
            "unlinkat" => {
                let above = between(&args[0]).filter(|_| !args[0].starts_with("AT_FDCWD"));
                let path = match above {
                    Some(above) => self.below(&format!("{above}/{}", text(&args[1]))),
                    None => self.path(&args[1]),
                };
                self.unlinked(path);
            }
            "mkdir" => {
                if let Some(path) = self.path(&args[0]) {
                    let above = self.now.find(parts(&path).0).unwrap();
                    let mode = octal(&args[1]) & !UMASK | self.now.inherited(above);
                    self.start.add_folder(mode);
                    let node = self.now.add_folder(mode);
                    self.named(&path, Some(node));
                }
            }
            "chmod" => {
                if let Some(node) = self.path(&args[0]).and_then(|path| self.now.find(&path)) {
                    self.done(Op::Mode { node, mode: octal(&args[1]) });
                }
            }
            "fchmod" => {
                if let Some((node, _)) = self.open.get(handle(&args[0])) {
                    let node = *node;
                    self.done(Op::Mode { node, mode: octal(&args[1]) });
                }
            }
            "pwrite64" | "writev" | "link" | "linkat" | "symlink" | "symlinkat" | "ftruncate" | "fallocate"
            | "mkdirat" | "fchmodat" => panic!("{} is not modelled yet: {}", call.name, call.args),
            _ => {}
        }
    }

    fn opened(&mut self, args: &[String], result: &str) {
        let Some(path) = self.path(&args[1]) else { return };
        let flags = &args[2];
        let node = match self.now.find(&path) {
            Some(node) => node,
            None => {
                assert!(flags.contains("O_CREAT"), "{path} is opened and was not there");
                let mode = octal(&args[3]) & !UMASK;
                self.start.add_file(mode);
                let node = self.now.add_file(mode);
                self.named(&path, Some(node));
                node
            }
        };
        if flags.contains("O_TRUNC") && self.now.len(node) > 0 {
            self.done(Op::Empty { file: node });
        }
        let at = if flags.contains("O_APPEND") { None } else { Some(0) };
        self.open.insert(handle(result).to_owned(), (node, at));
    }

    fn written(&mut self, args: &[String], result: &str) {
        let Some((file, place)) = self.open.get(handle(&args[0])).copied() else { return };
        let count: usize = result.trim().parse().unwrap();
        let bytes = decode(args[1].trim_matches('"'))[..count].to_vec();
        let at = place.unwrap_or_else(|| self.now.len(file));
        self.done(Op::Bytes { file, at, bytes });
        self.open.insert(handle(&args[0]).to_owned(), (file, place.map(|place| place + count)));
    }

    fn renamed(&mut self, from: &str, to: &str) {
        let (Some(from), Some(to)) = (self.path(from), self.path(to)) else { return };
        let node = self.now.find(&from).unwrap();
        let ((above, name), (folder, new)) = (parts(&from), parts(&to));
        if above == folder {
            let folder = self.now.find(above).unwrap();
            self.done(Op::Names { folder, names: vec![(name.to_owned(), None), (new.to_owned(), Some(node))] });
        } else {
            self.named(&to, Some(node));
            self.named(&from, None);
        }
    }

    fn unlinked(&mut self, path: Option<String>) {
        if let Some(path) = path {
            self.named(&path, None);
        }
    }

    fn named(&mut self, path: &str, node: Option<usize>) {
        let (above, name) = parts(path);
        let folder = self.now.find(above).unwrap();
        self.done(Op::Names { folder, names: vec![(name.to_owned(), node)] });
    }

    fn done(&mut self, op: Op) {
        self.now.apply(&op, Part::All);
        self.ops.push(op);
    }

    /// The path of an argument below the root, if it is there.
    fn path(&self, arg: &str) -> Option<String> {
        self.below(&text(arg))
    }

    fn below(&self, path: &str) -> Option<String> {
        path.strip_prefix(&self.root).map(str::to_owned)
    }
}

/// An argument's text, without quotes and as it was.
fn text(arg: &str) -> String {
    String::from_utf8(decode(arg.trim_matches('"'))).unwrap()
}

/// The number of an open file, without the path that strace tells with it.
fn handle(arg: &str) -> &str {
    arg.split('<').next().unwrap_or(arg)
}

/// The path that strace tells with an open file's number.
fn between(arg: &str) -> Option<String> {
    let (_, rest) = arg.split_once('<')?;
    Some(text(rest.trim_end_matches('>')))
}

fn octal(arg: &str) -> u32 {
    u32::from_str_radix(arg, 8).unwrap() & 0o7777
}

fn parts(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap()
}

/// The arguments of a call, in which all text is hexadecimal and so holds no comma.
fn split(args: &str) -> Vec<String> {
    args.split(", ").map(str::to_owned).collect()
}

/// Bytes that are spelled `\xNN`, all of them.
fn decode(text: &str) -> Vec<u8> {
    let one = |hex: &str| u8::from_str_radix(hex, 16).unwrap();
    text.split("\\x").skip(1).map(one).collect()
}
