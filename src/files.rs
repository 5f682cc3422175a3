//! Files that may be none: whoever opens a pipe waits for ever, and a device has no end. Nothing of another kind is opened here, and no
//! more read than is asked for.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Whether a path is that of a file itself, and of no link to one.
pub fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_file())
}

/// What stands at a path, or is led to from there, where that is no file of at most so many bytes; none where it is, or nothing is
/// there, or nobody may look.
pub fn odd(path: &Path, largest: u64) -> Option<String> {
    let data = fs::metadata(path).ok()?;
    match data.is_file() {
        true => (data.len() > largest).then(|| format!("a file of {} bytes", data.len())),
        false => Some(kind(&data).to_owned()),
    }
}

/// Opens a file to read it; a link is followed.
pub fn open(path: &Path) -> io::Result<File> {
    let must_be_file = |data: &Metadata| match data.is_file() {
        true => Ok(()),
        false => Err(io::Error::other(format!("it is {} and no file", kind(data)))),
    };
    must_be_file(&fs::metadata(path)?)?;
    let file = open_at_once(path)?;
    // Another may stand there by now.
    must_be_file(&file.metadata()?)?;
    Ok(file)
}

/// A file's first bytes, so many at most.
pub fn read_start(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Takes away the files of these names that nobody holds locked, as who writes one does until it is done: dead runs left them.
pub fn sweep(folder: &Path, is_meant: impl Fn(&Path) -> bool) {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in paths.filter(|path| is_meant(path) && is_file(path)) {
        // Held until it is gone.
        if let Ok(file) = open(&path)
            && matches!(file.try_lock(), Ok(()))
        {
            drop(fs::remove_file(&path));
        }
    }
}

#[cfg(unix)]
fn open_at_once(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    std::os::unix::fs::OpenOptionsExt::custom_flags(fs::OpenOptions::new().read(true), flags).open(path)
}

#[cfg(not(unix))]
fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn kind(data: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = data.file_type();
    match kind {
        _ if kind.is_dir() => "a folder",
        _ if kind.is_fifo() => "a named pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn kind(data: &Metadata) -> &'static str {
    if data.is_dir() { "a folder" } else { "something else" }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_named_and_never_waited_for() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |name: &str| dir.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo runs").success());
        std::os::unix::fs::symlink("/dev/zero", at("zero")).expect("linked");
        fs::write(at("file"), "0123456789").expect("written");
        let said = |name: &str| read_start(&at(name), 4).map_err(|error| error.to_string());
        assert_eq!(said("file"), Ok(b"0123".to_vec()));
        assert_eq!(said("pipe"), Err("it is a named pipe and no file".to_owned()));
        assert_eq!(said("zero"), Err("it is a device and no file".to_owned()));
        assert_eq!(said("."), Err("it is a folder and no file".to_owned()));
        let odd = |name: &str, largest: u64| odd(&at(name), largest);
        assert_eq!([odd("file", 10), odd("file", 9)], [None, Some("a file of 10 bytes".to_owned())]);
        assert_eq!([odd("none", 9), odd("pipe", 9)], [None, Some("a named pipe".to_owned())]);
    }
}
