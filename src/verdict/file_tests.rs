//! The law of skimming: whether a document's value is kept or not, and at either level, the same is said of it.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::fabric::kinds::Kinds;
use crate::schema::Schemas;
use crate::yaml::split;

/// Files as people write them.
const FILES: &[&str] = &[
    "# the web's\napiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web # one\n  labels: {}\n  uid: x\n\
     spec:\n  subnets:\n    default:\n      subnet: 10.0.1.0/24\n      vlan: 1001\nstatus:\n  a: 1\n",
    "---\n# a comment\napiVersion: wiring.githedgehog.com/v1beta1\nkind: Server\nmetadata:\n  name: server-1\n  namespace: 'ns'\n\
     spec: {}\n---\n# of the second\nkind: Connection\napiVersion: wiring.githedgehog.com/v1beta1\nmetadata:\n  name: a--b\n\
     spec:\n  unbundled:\n    link:\n      server:\n        port: s/enp2s1\n      switch:\n        port: l/E1/1\n---\n# end\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: vpc.githedgehog.com/v1beta1\n  kind: VPC\n  metadata:\n    name: x\n",
    "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: x}\r\ndata:\r\n  a: |\r\n    b\r\n",
    "apiVersion: wiring.githedgehog.com/v1beta1\nkind: SwitchGroup\nmetadata:\n  name: mclag-1\n  generation: 1\n  namespace:\n\
     spec: {}\nstatus: {}\n",
];

/// What the values of a file's documents lead to, all of them kept and none of them watched.
fn plainly(bytes: &[u8], judge: &Judge<'_>) -> Vec<String> {
    let chunks = split(bytes);
    let said = |chunk: &Chunk| {
        let parsed = parse(bytes, chunk, &Limits::default());
        let judgement = match &parsed {
            Ok(parsed) => judge.judge(parsed.root.as_ref()?),
            Err(fault) => Judgement::of_fault(fault_code(fault.kind), fault),
        };
        let remarks: Vec<_> =
            judgement.remarks.iter().map(|remark| (remark.code, &remark.message, &remark.help)).collect();
        Some(format!(
            "{} {:?} {:?} {:?} {remarks:?}",
            chunk.number, judgement.object, judgement.identity, judgement.target
        ))
    };
    chunks.iter().filter_map(said).collect()
}

fn documents(file: &File) -> Vec<String> {
    let File::Documents(documents) = file else { return Vec::new() };
    let said = |document: &Document| {
        let help = |finding: &Finding| Some(finding.help.clone()).filter(|help| help != finding.code.help());
        let remarks: Vec<_> = document.findings.iter().map(|f| (f.code, f.message.clone(), help(f))).collect();
        let remarks: Vec<_> = remarks.iter().map(|(code, message, help)| (*code, message, help)).collect();
        format!("{} {:?} {:?} {:?} {remarks:?}", document.number, document.object, document.identity, document.target)
    };
    documents.iter().map(said).collect()
}

fn agrees(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (kinds, schemas, path) = (Kinds::builtin(), Schemas::builtin(), RepoPath::root());
    for level in [Judge::new(&kinds), Judge::new(&kinds).with_schemas(&schemas)] {
        let skimmed = judge(bytes, &path, &level, &Limits::default());
        let (kept, values) = judge_keeping(bytes, &path, &level, &Limits::default());
        let shown = String::from_utf8_lossy(bytes);
        prop_assert_eq!(format!("{:?}", skimmed), format!("{:?}", kept), "{}", shown);
        prop_assert_eq!(documents(&skimmed), plainly(bytes, &level), "{}", shown);
        let parsed = split(bytes).into_iter().map(|chunk| parse(bytes, &chunk, &Limits::default()));
        let roots: Vec<_> =
            parsed.filter(|parsed| reading(parsed) != Reading::Nothing).map(|p| p.ok().and_then(|p| p.root)).collect();
        prop_assert_eq!(values, roots, "{}", shown);
        check_lines(&skimmed, bytes)?;
    }
    Ok(())
}

/// The lines of a document are those of its content.
fn check_lines(file: &File, bytes: &[u8]) -> Result<(), TestCaseError> {
    let lines = Lines::new(bytes);
    let File::Documents(documents) = file else { return Ok(()) };
    for Document { content, lines: (first, last), .. } in documents {
        let end = if content.end > content.start { content.end - 1 } else { content.start };
        let expected = (lines.position(bytes, content.start).0, lines.position(bytes, end).0);
        prop_assert_eq!((*first, *last), expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.saturating_mul(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_skimmed_file_is_judged_as_one_that_is_kept(
        file in prop::sample::select(FILES),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b" \n:-#'\"[]{}&*!|>%@,?\\\t\r~ax1.\xc3".as_slice()),
        how in 0..3,
    ) {
        let mut bytes = file.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        agrees(&bytes)?;
    }

    /// The same of one in which a line is another's, is doubled, or is gone.
    #[test]
    fn a_file_of_lines_out_of_place_is_judged_alike(
        file in prop::sample::select(FILES),
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        how in 0..3,
    ) {
        let mut lines: Vec<&str> = file.split_inclusive('\n').collect();
        let (at, other) = (at.index(lines.len()), other.index(lines.len()));
        match how {
            0 => lines[at] = lines[other],
            1 => lines.insert(at, lines[other]),
            _ => { lines.remove(at); }
        }
        agrees(lines.concat().as_bytes())?;
    }
}

#[test]
fn files_as_people_write_them_are_judged_alike() {
    for file in FILES {
        agrees(file.as_bytes()).unwrap();
    }
    for empty in ["", "# c\n", "---\n---\n"] {
        agrees(empty.as_bytes()).unwrap();
    }
}
