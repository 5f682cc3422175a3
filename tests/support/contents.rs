//! All files of a branch as git has them, by one run of git for the names and one for the contents.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;

use super::{TempRepo, git_command};

impl TempRepo {
    /// The files of a branch with their content, byte for byte as text, read by one run of git each for names and contents.
    pub fn whole_files(&self, branch: &str) -> BTreeMap<String, String> {
        let listed = self.git(&["ls-tree", "-r", branch]);
        let rows: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once('\t')).collect();
        let ids: String =
            rows.iter().filter_map(|(entry, _)| Some(format!("{}\n", entry.split(' ').nth(2)?))).collect();
        let mut command = git_command(self.dir());
        let mut child =
            command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(ids.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap().stdout;
        writer.join().unwrap();
        let mut rest = output.as_slice();
        let mut files = BTreeMap::new();
        for (_, name) in rows {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let size: usize = head.rsplit(' ').next().unwrap().parse().unwrap();
            let text = String::from_utf8_lossy(&rest[end + 1..end + 1 + size]).into_owned();
            rest = &rest[end + size + 2..];
            files.insert(name.to_owned(), text);
        }
        files
    }
}
