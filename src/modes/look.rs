//! Looking: a commit's tree to all that is to be known of its fabric directories, documents judged, over all cores.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::fabric::inventory::{Leaves, leaves};
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{
    FabricDir, MANAGED, SIDECAR, UNMANAGED, find, is_kustomization, is_yaml_name, stays_in_managed,
};
use crate::fabric::manifest::Level;
use crate::fabric::settings::Settings;
use crate::fabric::survey::{Survey, survey};
use crate::ids::{Entry, TreeId};
use crate::memory::Row;
use crate::path::RepoPath;
use crate::plan::PlanError;
use crate::plan::fabric::{Inventory, holds_hedgehog};
use crate::plan::holdings::Holdings;
use crate::plan::sidecar;
use crate::plan::source::{self, Found, Home, Retry, Sorted, Source};
use crate::progress::{Progress, Stage, Work};
use crate::rules::Object;
use crate::rules::ties::{self, Key};
use crate::schema::Schemas;
use crate::snapshot::Objects;
use crate::verdict::file::{File, by_entry, judge, judge_keeping, too_large};
use crate::verdict::judge::Judge;
use crate::yaml::{Limits, Node};

use super::crew;
use super::judged::{Judgements, Rules, Values};
use super::verdicts::{Book, Shelf};

/// What is looked at.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Whether loose files are taken.
    pub adopt: bool,
    /// What of unmanaged/ is judged again.
    pub retry: Option<Retry>,
    /// Whether managed/ is read even if there is nothing to sort.
    pub managed: bool,
    /// The limits on what is read.
    pub limits: Limits,
    /// How many threads read; none for as many as there are cores.
    pub threads: Option<NonZeroUsize>,
    /// Whether the documents' values are kept.
    pub keep: bool,
    /// How closely objects are looked at, whatever the manifests say.
    pub level: Option<Level>,
    /// Kinds and schemas to judge by, whatever the fabric directories bring.
    pub rules: Option<(Kinds, Schemas)>,
    /// The settings that rules depend on, whatever the manifests say.
    pub settings: Option<Settings>,
    /// Of the managed/ of these fabric directories, only what is named is looked at, as if nothing else were there.
    pub narrowed: BTreeMap<RepoPath, Leaves>,
    /// What was judged before, for whoever looks at many commits by the same limits.
    pub judged: Option<Arc<Judgements>>,
    /// What earlier runs judged, where no values are asked for.
    pub verdicts: Option<Shelf>,
    /// Where it counts how far it is.
    pub progress: Progress,
}

/// Looks at all fabric directories of a tree.
pub fn look(objects: &dyn Objects, root: TreeId, request: &Request) -> Result<Vec<Inventory>, PlanError> {
    look_into(objects, &find(objects, root, &[], &Kinds::builtin())?, request)
}

/// Looks at these fabric directories.
pub fn look_into(objects: &dyn Objects, dirs: &[FabricDir], request: &Request) -> Result<Vec<Inventory>, PlanError> {
    look_each(objects, dirs, request, &|_, _, inventory| Ok(inventory))
}

/// Looks at a fabric directory that was surveyed already.
pub(super) fn look_surveyed(objects: &dyn Objects, survey: Survey, request: &Request) -> Result<Inventory, PlanError> {
    let room = Room::enter(objects, survey, request)?;
    let jobs: Vec<Job<'_>> = room.jobs().collect();
    let judged = judge_all(objects, &jobs, request, &|_, judged| judged)?;
    if let Some(book) = &room.book {
        let files = jobs.iter().zip(&judged).filter_map(|(job, (file, _))| Some((job.entry.as_file()?, file)));
        book.keep(files, &room.survey);
    }
    drop(jobs);
    room.furnish(objects, judged, request.keep)
}

/// From how many files on a fabric directory is read by all workers, even where there are others to be looked at.
const LARGE: usize = 10_000;

/// What is made of a fabric directory that was looked at.
pub(super) type Finish<'f, T, E> = &'f (dyn Fn(&dyn Objects, &FabricDir, Inventory) -> Result<T, E> + Sync);

/// Looks at each of these fabric directories, several at once, and keeps what `finish` makes of it.
pub(super) fn look_each<T: Send, E: From<PlanError> + Send>(
    objects: &dyn Objects,
    dirs: &[FabricDir],
    request: &Request,
    finish: Finish<'_, T, E>,
) -> Result<Vec<T>, E> {
    let workers = crew::workers(request.threads);
    let several = (dirs.len() > 1).then(|| request.progress.begin(Stage::Fabrics, dirs.len()));
    let progress = several.as_ref().map_or_else(|| request.progress.clone(), Work::within);
    let all = Request { progress, ..request.clone() };
    let alone = Request { threads: Some(NonZeroUsize::MIN), ..all.clone() };
    let one = |objects: &dyn Objects, dir: &FabricDir| {
        let survey = survey_of(objects, dir, request)?;
        let is_small = dirs.len() > 1 && survey.raw.len() < LARGE;
        let inventory = look_surveyed(objects, survey, if is_small { &alone } else { &all })?;
        let finished = all.progress.during(Stage::Plan, || finish(objects, dir, inventory));
        several.iter().for_each(|several| several.add(1));
        finished
    };
    crew::spread(objects, dirs, (workers, 1), &one)
}

/// What a fabric directory holds, with what is asked laid over what it says of itself.
pub(super) fn survey_of(objects: &dyn Objects, dir: &FabricDir, request: &Request) -> Result<Survey, PlanError> {
    let mut survey = survey(objects, dir)?;
    survey.manifest.level = request.level.unwrap_or(survey.manifest.level);
    if let Some(settings) = &request.settings {
        survey.manifest.settings = settings.clone();
    }
    if let Some((kinds, schemas)) = &request.rules {
        (survey.kinds, survey.schemas) = (kinds.clone(), schemas.clone());
    }
    Ok(survey)
}

/// The ties of the objects of these files of managed/, by their paths there. Nothing else is kept of them.
pub(super) fn rows(
    objects: &dyn Objects,
    survey: &Survey,
    leaves: &Leaves,
    request: &Request,
) -> Result<Vec<Row>, PlanError> {
    let (judge, managed) = (judge_of(survey), survey.path.child(MANAGED));
    let (held, others): (Leaves, Leaves) =
        leaves.clone().into_iter().partition(|(path, entry)| is_judged_in_managed(path, entry));
    let job = |(path, entry): (&RepoPath, &Entry)| Job {
        path: managed.join_path(path),
        entry: *entry,
        is_yaml: true,
        judge,
        rules: None,
        known: None,
    };
    let jobs: Vec<Job<'_>> = held.iter().map(job).collect();
    let request = Request { keep: true, ..request.clone() };
    let keys = judge_all(objects, &jobs, &request, &|_, (file, values)| ties_of(&file, &values, survey))?;
    let row = |((path, entry), keys): ((RepoPath, Entry), Vec<Key>)| Row { path, entry, keys };
    let others = others.into_iter().map(|(path, entry)| {
        let keys = ties_of_other(&path);
        ((path, entry), keys)
    });
    Ok(held.into_iter().zip(keys).chain(others).map(row).collect())
}

/// The same of the files of managed/ that were looked at, with their values.
pub(super) fn rows_of(inventory: &Inventory) -> Vec<Row> {
    let managed = inventory.survey.path.child(MANAGED);
    let row = |(path, entry): (&RepoPath, &Entry)| {
        let keys = match inventory.holdings.files.get(path) {
            Some(file) => ties_of(file, inventory.values_of(&managed.join_path(path)), &inventory.survey),
            None => ties_of_other(path),
        };
        Row { path: path.clone(), entry: *entry, keys }
    };
    inventory.holdings.leaves.iter().map(row).collect()
}

/// The ties of what holds no objects.
fn ties_of_other(path: &RepoPath) -> Vec<Key> {
    if is_kustomization(path.file_name()) { vec![Key::frame().0] } else { Vec::new() }
}

/// The ties of a file's objects.
pub(super) fn ties_of(file: &File, values: &[Option<Node>], survey: &Survey) -> Vec<Key> {
    let File::Documents(documents) = file else { return Vec::new() };
    let mut keys = Vec::new();
    for (document, value) in documents.iter().zip(values) {
        let (Some(identity), Some(root)) = (&document.identity, value) else { continue };
        let object = Object { identity, root, sound: document.target.is_some() };
        keys.extend(ties::of(&object, &survey.manifest.settings));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A fabric directory whose files are about to be judged.
struct Room {
    survey: Survey,
    rules: Option<Rules>,
    found: Vec<Found>,
    loose: Vec<(RepoPath, Entry)>,
    managed: Leaves,
    /// Whether managed/ holds more than that.
    is_part: bool,
    unmanaged: Leaves,
    /// What earlier runs judged; looked up only where managed/ is read, which holds what was judged before.
    book: Option<Book>,
}

/// The judge of a fabric directory's documents, as its manifest wants it.
fn judge_of(survey: &Survey) -> Judge<'_> {
    let judge = Judge::new(&survey.kinds);
    match survey.manifest.level {
        Level::Identity => judge,
        Level::Schema => judge.with_schemas(&survey.schemas),
    }
}

/// A file to be judged.
struct Job<'a> {
    path: RepoPath,
    entry: Entry,
    is_yaml: bool,
    judge: Judge<'a>,
    /// By which rules that is, where what was judged before counts.
    rules: Option<Rules>,
    known: Option<(&'a Book, &'a Survey)>,
}

impl Room {
    fn enter(objects: &dyn Objects, survey: Survey, request: &Request) -> Result<Self, PlanError> {
        if survey.is_broken() {
            let (found, loose, managed, unmanaged) = Default::default();
            return Ok(Self { survey, rules: None, found, loose, managed, is_part: false, unmanaged, book: None });
        }
        let below = |tree: Option<TreeId>, folder| -> Result<Leaves, PlanError> {
            let path = survey.path.child(folder);
            Ok(tree.map(|tree| leaves(objects, tree, &path)).transpose()?.unwrap_or_default())
        };
        let unmanaged = below(survey.unmanaged, UNMANAGED)?;
        let found = source::find(&survey, request.adopt, request.retry.as_ref(), &unmanaged);
        let wants_managed = request.managed || found.iter().any(Found::is_yaml);
        let few = request.narrowed.get(&survey.path);
        let (is_part, managed) = (
            few.is_some(),
            match few {
                Some(few) => few.clone(),
                None if wants_managed => below(survey.managed, MANAGED)?,
                None => Leaves::new(),
            },
        );
        let loose = if request.adopt { Vec::new() } else { survey.loose.clone().into_iter().collect() };
        let rules = request.judged.as_ref().map(|judged| judged.rules(&survey));
        let shelf = request.verdicts.as_ref().filter(|_| !request.keep && !managed.is_empty());
        let book = shelf.map(|shelf| shelf.open(&survey, &request.limits));
        Ok(Self { survey, rules, found, loose, managed, is_part, unmanaged, book })
    }

    fn jobs(&self) -> impl Iterator<Item = Job<'_>> {
        let base = &self.survey.path;
        let (judge, rules) = (judge_of(&self.survey), self.rules);
        let known = self.book.as_ref().map(|book| (book, &self.survey));
        let job = move |path: RepoPath, entry: Entry| {
            let is_yaml = is_yaml_name(path.file_name());
            Job { is_yaml, path, entry, judge, rules, known }
        };
        let managed = base.child(MANAGED);
        let found = self.found.iter().filter(|found| !found.stays() && !is_sidecar(found));
        let sorted = found.map(move |found| job(base.join_path(&found.path), found.entry));
        let loose = self.loose.iter().map(move |(path, entry)| job(base.join_path(path), *entry));
        let held = self.managed.iter().filter(|(path, entry)| is_judged_in_managed(path, entry));
        sorted.chain(loose).chain(held.map(move |(path, entry)| job(managed.join_path(path), *entry)))
    }

    fn furnish(self, objects: &dyn Objects, mut judged: Vec<Judged>, keep: bool) -> Result<Inventory, PlanError> {
        let mut values = BTreeMap::new();
        if keep {
            let kept = self.jobs().zip(&mut judged).filter(|(_, (_, values))| !values.is_empty());
            values.extend(kept.map(|(job, (_, values))| (job.path, std::mem::take(values))));
        }
        let mut files = judged.into_iter().map(|(file, _)| file);
        let mut sources = Vec::new();
        for found in self.found {
            let content = if found.stays() {
                Some(Sorted::Stays)
            } else if is_sidecar(&found) {
                Some(own_or_other(objects, &self.survey, &found)?)
            } else {
                files.next().map(Sorted::Judged)
            };
            let Found { path, entry, home } = found;
            sources.extend(content.map(|content| Source { path, entry, home, content }));
        }
        sources.retain(|source| !is_passed_by(source));
        let loose = self.loose.into_iter().zip(files.by_ref()).filter(|(_, file)| holds_hedgehog(file));
        let loose = loose.map(|((path, _), _)| path).collect();
        let held = self.managed.iter().filter(|(path, entry)| is_judged_in_managed(path, entry));
        let held: BTreeMap<RepoPath, File> = held.map(|(path, _)| path.clone()).zip(files).collect();
        let mut holdings = Holdings::new(self.managed, held);
        holdings.is_part = self.is_part;
        Ok(Inventory { survey: self.survey, sources, loose, holdings, unmanaged: self.unmanaged, values })
    }
}

/// Loose files without a Hedgehog object are not adopted.
fn is_passed_by(source: &Source) -> bool {
    source.home == Home::Loose && !matches!(&source.content, Sorted::Judged(file) if holds_hedgehog(file))
}

fn is_judged_in_managed(path: &RepoPath, entry: &Entry) -> bool {
    entry.as_file().is_some() && is_yaml_name(path.file_name()) && !stays_in_managed(path.file_name())
}

fn is_sidecar(found: &Found) -> bool {
    found.entry.as_file().is_some() && found.path.file_name().ends_with(SIDECAR.as_bytes())
}

/// A raw file with a sidecar's name: hhgit's own, or just another file.
fn own_or_other(objects: &dyn Objects, survey: &Survey, found: &Found) -> Result<Sorted, PlanError> {
    let path = survey.path.join_path(&found.path);
    let read = |source| PlanError::Read { path: path.clone(), source };
    if let Some(blob) = found.entry.as_file()
        && objects.blob_size(blob).map_err(read)? <= sidecar::LARGEST
        && sidecar::read(&objects.blob(blob).map_err(read)?).is_some()
    {
        return Ok(Sorted::OwnSidecar);
    }
    let finding = by_entry(&path, &found.entry, false).expect("a file whose name is no YAML file's is decided by it");
    Ok(Sorted::Judged(File::Whole(Box::new(finding))))
}

/// A judged file, and its documents' values if they are kept.
type Judged = (File, Values);

/// How many files a worker takes at a time: enough to be cheap, few enough to share the work evenly.
const CHUNK: usize = 128;

/// Judges files over all cores; `finish` is what is kept of each.
fn judge_all<T: Send>(
    objects: &dyn Objects,
    jobs: &[Job<'_>],
    request: &Request,
    finish: &(dyn Fn(&Job<'_>, Judged) -> T + Sync),
) -> Result<Vec<T>, PlanError> {
    let read = request.progress.begin(Stage::Files, jobs.len());
    let one = |objects: &dyn Objects, job: &Job<'_>| {
        let judged = judge_one(objects, job, request)?;
        read.add(1);
        Ok(finish(job, judged))
    };
    crew::spread(objects, jobs, (crew::workers(request.threads), CHUNK), &one)
}

fn judge_one(objects: &dyn Objects, job: &Job<'_>, request: &Request) -> Result<Judged, PlanError> {
    let whole = |finding| Ok((File::Whole(Box::new(finding)), Values::default()));
    if let Some(finding) = by_entry(&job.path, &job.entry, job.is_yaml) {
        return whole(finding);
    }
    let read = |source| PlanError::Read { path: job.path.clone(), source };
    let blob = job.entry.as_file().expect("what is no regular file was decided by its entry");
    if let Some(file) = job.known.and_then(|(book, survey)| book.get(blob, survey)) {
        return Ok((file, Values::default()));
    }
    let shared = request.judged.as_ref().zip(job.rules);
    if let Some(known) = shared.and_then(|(judged, rules)| judged.get(rules, blob, &job.path)) {
        return Ok(known);
    }
    let size = objects.blob_size(blob).map_err(read)?;
    if size > request.limits.file_bytes {
        return whole(too_large(&job.path, size, &request.limits));
    }
    let bytes = objects.blob(blob).map_err(read)?;
    let judged = if request.keep {
        let (file, values) = judge_keeping(&bytes, &job.path, &job.judge, &request.limits);
        (file, Arc::new(values))
    } else {
        (judge(&bytes, &job.path, &job.judge, &request.limits), Values::default())
    };
    if let Some((shared, rules)) = shared {
        shared.put(rules, blob, size, &judged);
    }
    Ok(judged)
}
