//! The formats of JSON that hhgit writes, by name, each with its JSON Schema.

use std::io::{self, Write};

use serde::Serialize;

use super::{doctor, fleet, json, log, merge, replay, status, verify, watch, why};

/// A format of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Of sync, check and whatever else makes a report.
    Report,
    /// Of status.
    Status,
    /// Of log.
    Log,
    /// Of why.
    Why,
    /// Of verify.
    Verify,
    /// Of replay.
    Replay,
    /// Of merge.
    Merge,
    /// Of a line of watch.
    Watch,
    /// Of a line of fleet.
    Fleet,
    /// Of doctor.
    Doctor,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 10] = [
        Self::Report,
        Self::Status,
        Self::Log,
        Self::Why,
        Self::Verify,
        Self::Replay,
        Self::Merge,
        Self::Watch,
        Self::Fleet,
        Self::Doctor,
    ];

    /// The middle of its name: `report` of `hhgit.report/1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Status => "status",
            Self::Log => "log",
            Self::Why => "why",
            Self::Verify => "verify",
            Self::Replay => "replay",
            Self::Merge => "merge",
            Self::Watch => "watch",
            Self::Fleet => "fleet",
            Self::Doctor => "doctor",
        }
    }

    /// The format of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

/// Writes the JSON Schema (draft 2020-12) of a format.
pub fn schema(out: &mut dyn Write, format: Format) -> io::Result<()> {
    fn write(out: &mut dyn Write, schema: &impl Serialize) -> io::Result<()> {
        json::write_value(out, schema)
    }
    match format {
        Format::Report => json::schema(out),
        Format::Status => write(out, &status::schema()),
        Format::Log => log::schema(out),
        Format::Why => write(out, &why::schema()),
        Format::Verify => write(out, &verify::schema()),
        Format::Replay => write(out, &replay::schema()),
        Format::Merge => write(out, &merge::schema()),
        Format::Watch => write(out, &watch::schema()),
        Format::Fleet => write(out, &fleet::schema()),
        Format::Doctor => write(out, &doctor::schema()),
    }
}
