//! The exit codes, in one place; who ends with which is the commands' business.

/// How the program ends.
///
/// | code | name | when |
/// |---|---|---|
/// | 0 | [`Exit::Done`] | done, or nothing wrong |
/// | 1 | [`Exit::Findings`] | findings at or above the asked severity; for sync a fabric left alone, or what `--fail-on` names; a merge's conflicts; for verify a commit that is not what it claims; for doctor a problem |
/// | 2 | [`Exit::Usage`] | the command line asks for something that does not exist or contradicts itself |
/// | 3 | [`Exit::CouldNot`] | hhgit could not look, or could not write; nothing changed |
/// | 4 | [`Exit::KeptMoving`] | the branch kept moving, and the tries are used up; nothing changed |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, or nothing wrong.
    Done,
    /// Findings that were asked to count, or a fabric left alone.
    Findings,
    /// A command line that means nothing.
    Usage,
    /// Could not look or could not write; nothing changed.
    CouldNot,
    /// The branch kept moving; nothing changed.
    KeptMoving,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub const ALL: [Self; 5] = [Self::Done, Self::Findings, Self::Usage, Self::CouldNot, Self::KeptMoving];

    /// The code the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::CouldNot => 3,
            Self::KeptMoving => 4,
        }
    }

    /// When the program ends so, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Done => "done, or nothing wrong",
            Self::Findings => {
                "a fabric was left alone; there are findings that --fail-on names; a merge has conflicts; a commit is not what it claims; doctor found a problem"
            }
            Self::Usage => "the command line is wrong",
            Self::CouldNot => "could not look or could not write; nothing changed",
            Self::KeptMoving => "the branch kept moving and the tries are used up; nothing changed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn done_is_0() {
        assert_eq!(Exit::Done.code(), 0);
    }

    #[test]
    fn findings_are_1() {
        assert_eq!(Exit::Findings.code(), 1);
    }

    #[test]
    fn a_wrong_command_line_is_2() {
        assert_eq!(Exit::Usage.code(), 2);
    }

    #[test]
    fn what_could_not_be_done_is_3() {
        assert_eq!(Exit::CouldNot.code(), 3);
    }

    #[test]
    fn a_branch_that_keeps_moving_is_4() {
        assert_eq!(Exit::KeptMoving.code(), 4);
    }

    #[test]
    fn no_two_ways_to_end_share_a_code() {
        let codes: Vec<u8> = Exit::ALL.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4]);
    }
}
