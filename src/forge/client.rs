//! The order in which a forge is asked, so that one request is open in the end: found, opened or reworded, by what the forge
//! holds and never by what an error says.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::failure::{CarryError, ForgeError, asked, refused};
use super::retry::{Next, TRIES, next};
use super::words::renewed;
use super::{Answer, Branches, PAGE, Project, Pull, Request, Unreadable, Words};

/// How many pages of open requests are looked through.
const MAX_PAGES: u32 = 40;

/// Whoever carries requests to a forge and brings answers, whatever their status.
pub trait Carrier {
    /// Sends one request, once.
    fn carry(&mut self, request: &Request) -> Result<Answer, CarryError>;
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was opened.
    Opened,
    /// It was open and has other words now.
    Reworded,
    /// It was open, and nothing of it is to be changed.
    Left,
}

/// A conversation with a forge about one repository.
pub struct Client<'a> {
    project: &'a Project,
    carrier: &'a mut dyn Carrier,
    wait: &'a mut dyn FnMut(Duration),
}

/// How an asking ended that could not be answered by a success.
enum Ended {
    /// The forge said no, or something that cannot be read.
    Refused(ForgeError),
    /// It may have been done.
    Unsure(ForgeError, Duration),
}

impl<'a> Client<'a> {
    /// A conversation by way of `carrier`; `wait` is called where the forge must be given time.
    pub fn new(project: &'a Project, carrier: &'a mut dyn Carrier, wait: &'a mut dyn FnMut(Duration)) -> Self {
        Self { project, carrier, wait }
    }

    /// The open request between these branches of the repository itself, if there is one.
    pub fn find(&mut self, branches: &Branches) -> Result<Option<Pull>, ForgeError> {
        for page in 1..=MAX_PAGES {
            let request = self.project.list(branches, page);
            let answer = self.ask(&request).map_err(Ended::error)?;
            let listed = self.project.read_list(&answer.body).map_err(|source| self.foreign(&request, source))?;
            let last = listed.is_empty() || !answer.has_next_page();
            if let Some(found) = listed.into_iter().find(|pull| pull.own && pull.branches == *branches) {
                return Ok(Some(found));
            }
            if last {
                return Ok(None);
            }
        }
        Err(ForgeError::TooMany { asked: asked(&self.project.list(branches, 1)), most: MAX_PAGES * PAGE })
    }

    /// Opens a request where none is open, gives the open one these words where it has others and they are hhgit's to change.
    pub fn settle(&mut self, branches: &Branches, words: &Words) -> Result<(Became, Pull), ForgeError> {
        match self.find(branches)? {
            Some(open) => self.reword(open, words),
            None => self.open(branches, words),
        }
    }

    /// Opens a request. Two bots may try at once, and a connection may end when the forge has taken what was asked; so whatever
    /// else than success comes back, the forge is asked what is open, and a request that is there is as good as one's own.
    fn open(&mut self, branches: &Branches, words: &Words) -> Result<(Became, Pull), ForgeError> {
        let request = self.project.open(branches, words);
        let mut tries = 1;
        loop {
            let (error, pause) = match self.ask(&request) {
                Ok(answer) => match self.project.read_one(&answer.body) {
                    Ok(opened) => return Ok((Became::Opened, opened)),
                    Err(source) => (self.foreign(&request, source), None),
                },
                Err(Ended::Refused(error @ ForgeError::Refused { status: 409 | 422, .. })) => (error, None),
                Err(Ended::Refused(error)) => return Err(error),
                Err(Ended::Unsure(error, pause)) => (error, Some(pause)),
            };
            if let Some(pause) = pause {
                (self.wait)(pause);
            }
            if let Some(open) = self.find(branches)? {
                return match renewed(&open.words, words) {
                    None => Ok((if pause.is_some() { Became::Opened } else { Became::Left }, open)),
                    Some(_) => self.reword(open, words),
                };
            }
            if pause.is_none() || tries >= TRIES {
                return Err(error);
            }
            tries += 1;
        }
    }

    fn reword(&mut self, open: Pull, words: &Words) -> Result<(Became, Pull), ForgeError> {
        let Some(words) = renewed(&open.words, words) else { return Ok((Became::Left, open)) };
        let request = self.project.reword(open.number, &words);
        self.ask(&request).map_err(Ended::error)?;
        Ok((Became::Reworded, Pull { words, ..open }))
    }

    /// Asks until there is an answer worth having, as the rules of [`super::retry`] say.
    fn ask(&mut self, request: &Request) -> Result<Answer, Ended> {
        let (mut tries, mut waited) = (1, Duration::ZERO);
        loop {
            let outcome = self.carrier.carry(request);
            let pause = match next(request.method, outcome.as_ref(), tries, waited, roll()) {
                Next::Again(pause) => pause,
                Next::Limited(until) => {
                    return Err(Ended::Refused(ForgeError::Limited { asked: asked(request), until }));
                }
                decided => {
                    let error = match outcome {
                        Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                        Ok(answer) => refused(self.project.kind, request, &answer),
                        Err(source) => ForgeError::NoAnswer { asked: asked(request), tries, source },
                    };
                    return Err(match decided {
                        Next::Look(pause) => Ended::Unsure(error, pause),
                        _ => Ended::Refused(error),
                    });
                }
            };
            (self.wait)(pause);
            waited += pause;
            tries += 1;
        }
    }

    fn foreign(&self, request: &Request, source: Unreadable) -> ForgeError {
        ForgeError::Foreign { asked: asked(request), kind: self.project.kind.name(), source }
    }
}

impl Ended {
    fn error(self) -> ForgeError {
        match self {
            Self::Refused(error) | Self::Unsure(error, _) => error,
        }
    }
}

/// A random number, so that two bots come apart.
fn roll() -> u64 {
    RandomState::new().hash_one(0)
}
