//! Where reports go: the formats and files asked for. Files are opened before the work, so that a bad name costs nothing,
//! and replaced in one step after it, so that nobody reads half a report.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::render::{Show, Style, github, junit, sarif};

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Human,
    /// The wire format `hhgit.report/1`.
    Json,
    /// SARIF 2.1.0: the findings, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions: the findings, beside the lines of a pull request.
    Github,
    /// JUnit XML: the findings, for CI servers that show tests.
    Junit,
}

impl Format {
    /// All formats, by their names on the command line.
    pub const ALL: [(&'static str, Self); 5] = [
        ("human", Self::Human),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("github", Self::Github),
        ("junit", Self::Junit),
    ];

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Whether the format has words for findings alone, so that only a report can be written in it.
    fn only_findings(self) -> bool {
        matches!(self, Self::Sarif | Self::Github | Self::Junit)
    }
}

/// One `--output`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; none for standard output.
    pub file: Option<PathBuf>,
}

impl Output {
    /// Reads `FORMAT[=FILE]`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name must follow the =".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        match Format::ALL.into_iter().find(|(known, _)| *known == name) {
            Some((_, format)) => Ok(Self { format, file }),
            None => Err("the formats are human, json, sarif, github and junit".to_owned()),
        }
    }

    /// Refuses the formats of findings for a command that makes no report of any.
    pub fn refuse_findings(asked: &[Self]) -> Result<(), OutputError> {
        match asked.iter().find(|output| output.format.only_findings()) {
            Some(output) => Err(OutputError::NoFindings { format: output.format.name() }),
            None => Ok(()),
        }
    }

    /// Writes a report in this format.
    fn render(&self, show: &dyn Show, style: Style) -> Result<Vec<u8>, OutputError> {
        let mut bytes = Vec::new();
        let findings = || show.report().ok_or(OutputError::NoFindings { format: self.format.name() });
        let style = if self.file.is_none() { style } else { Style { verbose: style.verbose, ..Style::default() } };
        let written = match self.format {
            Format::Human => show.human(&mut bytes, style),
            Format::Json => show.json(&mut bytes),
            Format::Sarif => sarif::report(&mut bytes, findings()?),
            Format::Github => github::report(&mut bytes, findings()?),
            Format::Junit => junit::report(&mut bytes, findings()?),
        };
        written.map(|()| bytes).map_err(OutputError::Render)
    }
}

/// Why reports cannot go where they were asked to.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Two reports would be mixed into one stream or file.
    #[error("two outputs go to {place}")]
    Shared {
        /// Standard output, or the file.
        place: String,
    },
    /// The file cannot be made or replaced.
    #[error("the report file {} cannot be written", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The format is for findings, and the command's answer is no report of any.
    #[error("{format} is a format for findings, and this command makes no report of them")]
    NoFindings {
        /// The format.
        format: &'static str,
    },
    /// A report could not be put into its format.
    #[error("the report cannot be put into words")]
    Render(#[source] io::Error),
}

/// The outputs of one run, their files open.
#[derive(Debug)]
pub struct Outputs {
    open: Vec<(Output, Option<Sink>)>,
}

/// A file to be written: beside its target, or, where that is no regular file (a pipe, /dev/null), itself.
#[derive(Debug)]
enum Sink {
    Beside(NamedTempFile, PathBuf),
    Direct(fs::File),
}

impl Outputs {
    /// Opens all that was asked for; text for people on standard output if nothing was.
    pub fn open(directory: &Path, asked: &[Output]) -> Result<Self, OutputError> {
        let default = [Output { format: Format::Human, file: None }];
        let asked = if asked.is_empty() { &default[..] } else { asked };
        for (index, output) in asked.iter().enumerate() {
            if asked[..index].iter().any(|earlier| earlier.file == output.file) {
                let file = output.file.as_ref().map(|file| file.display().to_string());
                return Err(OutputError::Shared { place: file.unwrap_or_else(|| "standard output".to_owned()) });
            }
        }
        let open = |output: &Output| match &output.file {
            None => Ok((output.clone(), None)),
            Some(file) => match open(&directory.join(file)) {
                Ok(sink) => Ok((output.clone(), Some(sink))),
                Err(source) => Err(OutputError::File { file: file.clone(), source }),
            },
        };
        Ok(Self { open: asked.iter().map(open).collect::<Result<_, _>>()? })
    }

    /// Puts the report into every file, and returns what goes to standard output.
    pub fn write(self, report: &dyn Show, style: Style) -> Result<Vec<u8>, OutputError> {
        let mut stdout = Vec::new();
        for (output, sink) in self.open {
            let bytes = output.render(report, style)?;
            match sink {
                None => stdout = bytes,
                Some(sink) => {
                    let file = output.file.unwrap_or_default();
                    sink.write(&bytes).map_err(|source| OutputError::File { file, source })?;
                }
            }
        }
        Ok(stdout)
    }
}

/// Writes a file that is not a report, whole or not at all.
pub(super) fn write_file(target: &Path, bytes: &[u8]) -> io::Result<()> {
    open(target)?.write(bytes)
}

fn open(target: &Path) -> io::Result<Sink> {
    let target = match fs::canonicalize(target) {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => target.to_owned(),
        Err(error) => return Err(error),
    };
    if target.exists() && !target.is_file() {
        return Ok(Sink::Direct(fs::OpenOptions::new().write(true).open(&target)?));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::metadata(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hhgit-report-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    Ok(Sink::Beside(builder.tempfile_in(folder).map_err(plain)?, target))
}

/// What the system said, without the name of the temporary file, which tells nobody anything.
fn plain(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => io::Error::from(kind),
        _ => error,
    }
}

impl Sink {
    fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Direct(mut file) => file.write_all(bytes),
            Self::Beside(mut file, target) => {
                file.write_all(bytes)?;
                file.persist(target).map(drop).map_err(|error| error.error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn output(text: &str) -> Output {
        Output::parse(text).expect("a good output")
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn formats_are_read_with_and_without_a_file() {
        assert_eq!(output("json=a=b"), Output { format: Format::Json, file: Some("a=b".into()) });
        assert_eq!(output("human"), Output { format: Format::Human, file: None });
        for (name, format) in Format::ALL {
            assert_eq!(output(name), Output { format, file: None });
            assert_eq!(format.name(), name);
        }
        assert_eq!(Output::parse("json="), Err("a file name must follow the =".into()));
        assert_eq!(Output::parse("xml"), Err("the formats are human, json, sarif, github and junit".into()));
    }

    #[test]
    fn several_reports_are_written_at_once_and_replace_older_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("r.json"), "old").expect("written");
        let outputs = Outputs::open(folder.path(), &[output("human"), output("json=r.json")]).expect("open");
        let stdout = outputs.write(&sample::quiet(), Style::default()).expect("written");
        assert_eq!(stdout, b"fabric (.): nothing to sort\nmain: nothing to do\n");
        let json = fs::read_to_string(folder.path().join("r.json")).expect("a report");
        assert!(json.starts_with("{\n  \"schema\": \"hhgit.report/1\","), "{json}");
        assert_eq!(names(folder.path()), ["r.json"]);
    }

    #[test]
    fn outputs_that_are_opened_and_not_written_leave_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Outputs::open(folder.path(), &[output("json=r.json")]).expect("open"));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn two_reports_into_one_place_and_a_folder_that_is_not_there_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = |asked: &[&str]| {
            let asked: Vec<Output> = asked.iter().map(|text| output(text)).collect();
            Outputs::open(folder.path(), &asked).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(refused(&["human", "json"]), Err("two outputs go to standard output".into()));
        assert_eq!(refused(&["human=a", "json=a"]), Err("two outputs go to a".into()));
        assert_eq!(refused(&["json=no/r.json"]), Err("the report file no/r.json cannot be written".into()));
    }

    #[cfg(unix)]
    #[test]
    fn a_target_that_is_no_file_is_written_to_and_not_replaced() {
        let outputs = Outputs::open(Path::new("."), &[output("json=/dev/null")]).expect("open");
        outputs.write(&sample::quiet(), Style::default()).expect("written");
        assert!(!Path::new("/dev/null").is_file());
    }
}
