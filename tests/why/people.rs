//! A fabric directory and the people who change it, each commit a minute after the last; what is told of it names commits by
//! their numbers, since ids depend on hhgit's version.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use crate::support::{Ended, NOW, TempRepo, hhgit};

/// A repository whose commits are counted from 1.
pub struct Town {
    pub repo: TempRepo,
    minutes: i64,
}

impl Town {
    /// A fabric directory `f` without any files but its manifest.
    pub fn new() -> Self {
        Self::at("f")
    }

    /// A fabric directory at this path.
    pub fn at(fabric: &str) -> Self {
        let mut town = Self { repo: TempRepo::bare(), minutes: 0 };
        town.commit("Max", "Start", &[(&format!("{fabric}/.hnp/manifest.yaml"), Some("version: '1.0'\n"))]);
        town
    }

    /// Somebody commits to main.
    pub fn commit(&mut self, who: &str, subject: &str, changes: &[(&str, Option<&str>)]) {
        self.commit_to("main", who, subject, changes, &[]);
    }

    /// Somebody commits to a branch, with these parents besides its tip.
    pub fn commit_to(
        &mut self,
        branch: &str,
        who: &str,
        subject: &str,
        changes: &[(&str, Option<&str>)],
        more: &[&str],
    ) {
        self.minutes += 1;
        let at = format!("{who} <{who}@localhost> {} +0000", NOW + 60 * self.minutes);
        let length = subject.len();
        let mut stream = format!("commit refs/heads/{branch}\nauthor {at}\ncommitter {at}\ndata {length}\n{subject}\n");
        if let Some(tip) = self.repo.tip(branch) {
            stream += &format!("from {tip}\n");
        }
        more.iter().for_each(|parent| stream += &format!("merge {parent}\n"));
        for (path, text) in changes {
            stream += &match text {
                Some(text) => format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()),
                None => format!("D {path}\n"),
            };
        }
        self.repo.git_with(&["fast-import", "--quiet"], stream.as_bytes());
    }

    /// A sync that must succeed.
    pub fn sync(&mut self, flags: &[&str]) {
        self.minutes += 1;
        let ended = hhgit(self.repo.dir(), &[&["sync", "--yes"], flags].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }

    /// The content of a file at main's tip.
    pub fn file(&self, path: &str) -> String {
        String::from_utf8(self.repo.git_bytes(&["show", &format!("main:{path}")])).unwrap()
    }

    /// What `hhgit why` answers, commits named by their numbers.
    pub fn why(&self, args: &[&str]) -> Ended {
        let ended = hhgit(self.repo.dir(), &[&["why"], args].concat());
        Ended { stdout: self.numbered(ended.stdout), stderr: self.numbered(ended.stderr), ..ended }
    }

    /// What it tells a person; it must succeed.
    pub fn told(&self, args: &[&str]) -> String {
        let ended = self.why(args);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        ended.stdout
    }

    /// What it refuses, as a wrong command line.
    pub fn refused(&self, args: &[&str]) -> String {
        let ended = self.why(args);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        ended.stderr
    }

    fn numbered(&self, mut text: String) -> String {
        let log = self.repo.git(&["rev-list", "--reverse", "--date-order", "--all"]);
        for (at, id) in log.lines().enumerate() {
            text = text.replace(id, &format!("#{}", at + 1)).replace(&id[..7], &format!("#{}", at + 1));
        }
        text
    }
}

/// A VPC whose VLAN this is.
pub fn vpc(name: &str, vlan: &str) -> String {
    format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: {name}\nspec:\n  subnets:\n    default:\n      \
         subnet: 10.0.1.0/24\n      vlan: {vlan}\n"
    )
}
