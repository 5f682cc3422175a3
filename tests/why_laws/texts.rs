//! What people write: documents of marked lines, new ones and new versions of what managed/ holds, in files of several.

use crate::world::{World, object_name};

impl World {
    pub(crate) fn new_object(&mut self, broken: bool) -> String {
        self.tokens += 1;
        let name = format!("o{}", self.tokens);
        let mut text = String::new();
        for line in ["apiVersion: vpc.githedgehog.com/v1beta1", "kind: VPC", "metadata:"] {
            text += &self.marked(line);
        }
        text += &self.marked(&format!("  name: {name}"));
        text += &self.marked("  annotations:");
        for _ in 0..=self.roll(4) {
            text += &self.note();
        }
        if broken {
            text += &self.marked("broken: [");
        }
        for line in ["spec:", "  subnets:", "    default:", "      subnet: 10.0.1.0/24", "      vlan: 1001"] {
            text += &self.marked(line);
        }
        text
    }

    pub(crate) fn note(&mut self) -> String {
        let key = self.tokens;
        self.marked(&format!("    n{key}: \"x\""))
    }

    /// A new version of an object: some notes are others, some come, some go.
    pub(crate) fn changed(&mut self, text: &str) -> String {
        let mut out = String::new();
        for line in text.split_inclusive('\n') {
            let is_note = line.starts_with("    n");
            match self.roll(8) {
                0 if is_note => out += &self.note(),
                1 if is_note => {}
                2 if is_note => out += &(line.to_owned() + &self.note()),
                _ => out += line,
            }
            if line.starts_with("  annotations:") {
                out += &self.note();
            }
        }
        out
    }

    /// A file of several documents: new ones, broken ones, and new versions of what managed/ holds.
    pub(crate) fn stream(&mut self) -> String {
        let mut text = String::new();
        if self.chance(2) {
            text += &self.marked("");
        }
        if self.chance(3) {
            text += "---\n";
        }
        let mut taken: Vec<String> = Vec::new();
        for at in 0..=self.roll(4) {
            if at > 0 {
                if self.chance(4) {
                    text += &self.marked("");
                }
                text += &(if self.chance(3) { self.marked("---") } else { "---\n".to_owned() });
            }
            if self.chance(4) {
                text += &self.marked("");
            }
            let held = self.below("f/managed/vpcs/");
            let update = self.pick(&held).filter(|_| self.dice >> 40 & 1 == 0);
            let update = update.filter(|file| !taken.contains(file)).and_then(|file| {
                // A comment at the end would go over to what comes next, and be a copy there.
                let lines: Vec<&str> = self.files[&file].lines().collect();
                let end = lines.iter().rposition(|line| !line.trim_start().starts_with('#')).map_or(0, |at| at + 1);
                let old: String = lines[..end].iter().map(|line| format!("{line}\n")).collect();
                let name = old.lines().find_map(object_name)?.to_owned();
                let is_one = !old.contains("---") && !self.is_spoken_for(&name);
                is_one.then_some((file, old))
            });
            text += &match update {
                Some((file, old)) => {
                    taken.push(file);
                    self.changed(&old)
                }
                None => {
                    let broken = self.chance(2);
                    self.new_object(broken)
                }
            };
        }
        if self.chance(2) {
            text += &self.marked("");
        }
        if self.chance(2) {
            text.pop();
        }
        text
    }
}
