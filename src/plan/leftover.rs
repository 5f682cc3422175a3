//! What is left of each file once its valid objects are gone: whole or in part to unmanaged/, beside the reasons.

use crate::fabric::layout::SIDECAR;
use crate::finding::Finding;
use crate::ids::{BlobId, Entry, Mode};
use crate::path::RepoPath;
use crate::report::Repair;
use crate::verdict::code::Code;
use crate::verdict::file::File;
use crate::verdict::unit::{Unit, together};
use crate::yaml::{Lines, split};

use super::arrange::unmanaged;
use super::error::PlanError;
use super::park::{parked_name, sidecar_of};
use super::sidecar::{self, Reason};
use super::source::{Home, Sorted, Source};
use super::work::{State, Work};

/// The bytes that remain of a file.
struct Leftover {
    mode: Mode,
    /// The new bytes, or none if all of the file remains.
    bytes: Option<Vec<u8>>,
    /// Each reason with the document and line it has in what remains.
    reasons: Vec<(Option<(u32, u32)>, Finding)>,
}

impl Work<'_> {
    /// Takes sidecars away that speak of files that are gone, so that their places are free.
    pub(super) fn clear_stale_sidecars(&mut self) -> Result<Vec<RepoPath>, PlanError> {
        let mut stale = Vec::new();
        for path in self.unmanaged.keys() {
            let Some(name) = path.file_name().strip_suffix(SIDECAR.as_bytes()) else { continue };
            let file = if name.is_empty() { None } else { path.parent().unwrap_or_default().join(name).ok() };
            // A sidecar comes after its file in path order, so one that speaks of a stale sidecar is stale as well.
            if file.is_some_and(|file| self.lot.get(&file).is_none()) && self.own_sidecar(path)?.is_some() {
                self.lot.vacate(path);
                self.desk.remove(&unmanaged(path));
                stale.push(path.clone());
            }
        }
        Ok(stale)
    }

    /// Reports the stale sidecars whose places nothing took.
    pub(super) fn report_stale_sidecars(&mut self, stale: Vec<RepoPath>) {
        for path in stale.iter().map(unmanaged) {
            if self.desk.removes(&path) {
                self.repairs.push(Repair { code: Code::StaleMetadata, path });
            }
        }
    }

    /// Moves away all that was sorted, and parks what is left.
    pub(super) fn park_leftovers(&mut self) -> Result<(), PlanError> {
        let moving: Vec<usize> = (0..self.sources.len()).filter(|i| self.moves(*i)).collect();
        for source in &moving {
            self.desk.remove(&self.sources[*source].path);
            self.vacate(*source)?;
        }
        for index in moving {
            let Some(leftover) = self.leftover(index)? else { continue };
            self.park_leftover(index, leftover)?;
        }
        Ok(())
    }

    /// Whether a source leaves its place. What --retry found does only if something of it passes.
    fn moves(&self, index: usize) -> bool {
        let Source { home, content, .. } = &self.sources[index];
        let passes = |state: &State| matches!(state, State::Supplies(_) | State::Vanishes);
        match (content, home) {
            (Sorted::Stays, _) => false,
            (Sorted::OwnSidecar, _) => true,
            (Sorted::Judged(_), Home::Retried { .. }) => self.states[index].iter().any(passes),
            (Sorted::Judged(_), _) => true,
        }
    }

    /// Frees the place of a file that --retry takes up, and of hhgit's sidecar for it.
    fn vacate(&mut self, index: usize) -> Result<(), PlanError> {
        let source = &self.sources[index];
        let Home::Retried { .. } = source.home else { return Ok(()) };
        let wanted = source.wanted();
        self.lot.vacate(&wanted);
        let mut sidecar = sidecar_of(&wanted)?;
        while self.own_sidecar(&sidecar)?.is_some() {
            self.lot.vacate(&sidecar);
            self.desk.remove(&unmanaged(&sidecar));
            sidecar = sidecar_of(&sidecar)?;
        }
        Ok(())
    }

    fn leftover(&self, index: usize) -> Result<Option<Leftover>, PlanError> {
        let source = &self.sources[index];
        let documents = match &source.content {
            Sorted::Stays | Sorted::OwnSidecar => return Ok(None),
            Sorted::Judged(File::Whole(finding)) => {
                let reasons = vec![(None, (**finding).clone())];
                return Ok(Some(Leftover { mode: source.entry.mode, bytes: None, reasons }));
            }
            Sorted::Judged(File::Documents(documents)) => documents,
        };
        let mut units: Vec<Unit> = Vec::new();
        let mut remaining: Vec<(usize, &[Finding])> = Vec::new();
        for (i, state) in self.states[index].iter().enumerate() {
            match state {
                State::Refused(findings) => remaining.push((i, findings)),
                State::Candidate => remaining.push((i, &documents[i].findings)),
                State::Supplies(_) | State::Vanishes => continue,
            }
            units.push(documents[i].unit);
        }
        if units.is_empty() {
            return Ok(None);
        }
        if units.len() == documents.len() {
            let reason = |(i, findings): &(usize, &[Finding])| {
                let here = Some((documents[*i].number, documents[*i].lines.0));
                findings.iter().map(|finding| (line_of(here, finding), finding.clone())).collect::<Vec<_>>()
            };
            let reasons = remaining.iter().flat_map(reason).collect();
            return Ok(Some(Leftover { mode: source.entry.mode, bytes: None, reasons }));
        }
        let file = self.bytes(index)?;
        let (bytes, starts) = together(&file, &units);
        let (new_lines, chunks) = (Lines::new(&bytes), split(&bytes));
        let mut reasons = Vec::new();
        for ((i, findings), (start, unit)) in remaining.iter().zip(starts.iter().zip(&units)) {
            let content = start + documents[*i].content.start.saturating_sub(unit.main.start);
            let chunk = chunks.partition_point(|chunk| chunk.body.start <= content).saturating_sub(1);
            let here = (chunks.get(chunk).map_or(1, |chunk| chunk.number), new_lines.position(&bytes, content).0);
            let shift = i64::from(here.1) - i64::from(documents[*i].lines.0);
            for finding in *findings {
                reasons.push((shifted(Some(here), shift, finding), finding.clone()));
            }
        }
        Ok(Some(Leftover { mode: source.entry.mode, bytes: Some(bytes), reasons }))
    }

    fn park_leftover(&mut self, index: usize, leftover: Leftover) -> Result<(), PlanError> {
        let source = &self.sources[index];
        let id = match &leftover.bytes {
            None => source.entry.id,
            Some(bytes) => BlobId::of(self.objects.hash_kind(), bytes)?.object(),
        };
        let entry = Entry { mode: leftover.mode, id };
        let reasons: Vec<Reason<'_>> =
            leftover.reasons.iter().map(|(here, finding)| Reason { here: *here, finding }).collect();
        let origin = self.origin(index)?;
        let (file, at) = self.park(&parked_name(&source.wanted())?, &origin, entry, &reasons)?;
        let sidecar = sidecar::write(&entry, &origin, &reasons, &self.at(&file));
        match leftover.bytes {
            None => self.desk.put_existing(unmanaged(&file), entry.mode, entry.id),
            Some(bytes) => {
                self.desk.put_new(unmanaged(&file), entry.mode, bytes)?;
            }
        }
        self.parked.insert(index, unmanaged(&file));
        self.put_sidecar((file, entry), at, sidecar)?;
        Ok(())
    }

    /// Where a file came from in the first place: for one that --retry found, what its sidecar says.
    fn origin(&self, index: usize) -> Result<RepoPath, PlanError> {
        let source = &self.sources[index];
        if let Home::Retried { .. } = source.home {
            let sidecar = self.own_sidecar(&sidecar_of(&source.wanted())?)?;
            if let Some(origin) = sidecar.and_then(|sidecar| RepoPath::new(sidecar.source).ok()) {
                return Ok(origin);
            }
        }
        Ok(source.path.clone())
    }
}

fn line_of(here: Option<(u32, u32)>, finding: &Finding) -> Option<(u32, u32)> {
    shifted(here, 0, finding)
}

/// The line of a finding rather than of its document, where it has one.
fn shifted(here: Option<(u32, u32)>, shift: i64, finding: &Finding) -> Option<(u32, u32)> {
    let (document, line) = here?;
    let own = finding.place.and_then(|place| u32::try_from(i64::from(place.line) + shift).ok());
    Some((document, own.unwrap_or(line)))
}
