//! What is said before a sync takes much away, or moves files to where another folder must be applied from.

use crate::path::RepoPath;
use crate::plan::fabric::Inventory;
use crate::plan::source::Home;
use crate::report::FabricReport;

use super::error::ModeError;
use super::sync::Task;
use super::talk::Talk;

/// What to say where more objects would leave managed/ than may.
pub(super) fn too_many_deletions(fabrics: &[FabricReport], most: Option<usize>) -> Option<String> {
    let removed: usize = fabrics.iter().map(|fabric| fabric.removed.len()).sum();
    let most = most.filter(|most| removed > *most)?;
    let objects = if removed == 1 { "object" } else { "objects" };
    Some(format!("{removed} {objects} would leave managed/, more than --max-deletions {most}; nothing was changed."))
}

impl Task {
    /// Asks, once, before loose files are moved to where another folder must be applied from.
    pub(super) fn agree(&mut self, inventories: &[Inventory], talk: &mut dyn Talk) -> Result<(), ModeError> {
        let adopted = |inventory: &Inventory| {
            let sources = inventory.sources.iter().filter(|source| source.home == Home::Loose);
            sources.map(|source| inventory.survey.path.join_path(&source.path)).collect::<Vec<_>>()
        };
        let files: Vec<RepoPath> = inventories.iter().flat_map(adopted).collect();
        if self.agreed || files.is_empty() {
            return Ok(());
        }
        match talk.agree(&adoption(&files)) {
            Some(true) => self.agreed = true,
            Some(false) => return Err(ModeError::Declined),
            None => return Err(ModeError::CannotAsk { files: files.len() }),
        }
        Ok(())
    }
}

/// What must be said before loose files are taken.
fn adoption(files: &[RepoPath]) -> String {
    const SHOWN: usize = 10;
    let mut text = String::from("These files lie loose in a fabric directory; their objects will move to managed/:\n");
    for path in files.iter().take(SHOWN) {
        text.push_str(&format!("  {path}\n"));
    }
    if files.len() > SHOWN {
        text.push_str(&format!("  and {} more\n", files.len() - SHOWN));
    }
    text.push_str(
        "Argo CD or Flux must apply managed/ from then on; turn its pruning off while the files move.\nGo on?",
    );
    text
}
