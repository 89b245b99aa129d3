//! Reading a report, and saying in one line why one cannot be read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use thiserror::Error;

use taskweight_core::report::{Report, SCHEMA_VERSION};

/// Why a report could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("{}: no such file", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened or read.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is larger than any report.
    #[error("{}: not a taskweight report: larger than {} MiB", path.display(), LARGEST_BYTES >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is empty.
    #[error("{}: empty file", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file ends before the report does.
    #[error("{}: truncated: the file ends within the report, at line {line}", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Its last line.
        line: usize,
    },
    /// The file is something else.
    #[error("{}: not JSON: line {line}, column {column}: {reason}", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where it stops being JSON, from 1.
        line: usize,
        /// Column of that line, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It is JSON, but of another kind.
    #[error("{}: not a taskweight report: {reason}", path.display())]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// What gives it away.
        reason: String,
    },
    /// The report has another structure.
    #[error(
        "{}: schema version {found}, but this taskweight reads {SCHEMA_VERSION}: use the version that wrote it",
        path.display()
    )]
    SchemaVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// A field is missing or has another type.
    #[error("{}: field `{field}`: {reason}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// Where the field stands, such as `runs[0].kernel`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The largest report: many times what the largest run makes.
const LARGEST_BYTES: u64 = 256 << 20;

/// The field that tells how to read the others; all of them are skipped, and so is its own value.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    schema_version: &'a RawValue,
}

/// Reads a report from a file, or from standard input when `path` is `-`.
///
/// # Errors
/// Says which file, where in it, and what is wrong; see [`ReadError`].
pub fn read(path: &Path) -> Result<Report, ReadError> {
    let (path, text) = if path == Path::new("-") {
        (PathBuf::from("standard input"), read_all(io::stdin()))
    } else {
        (path.to_owned(), File::open(path).and_then(read_all))
    };
    let text = text.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ReadError::NotFound { path: path.clone() },
        io::ErrorKind::FileTooLarge => ReadError::TooLarge { path: path.clone() },
        _ => ReadError::Io { path: path.clone(), error },
    })?;
    decode(&text, path)
}

/// All of it, in bounded memory whatever it is.
fn read_all(from: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    from.take(LARGEST_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST_BYTES { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(text) }
}

fn decode(text: &[u8], path: PathBuf) -> Result<Report, ReadError> {
    if text.trim_ascii().is_empty() {
        return Err(ReadError::Empty { path });
    }
    let header: Header<'_> = serde_json::from_slice(text).map_err(|error| not_a_report(&error, &path))?;
    let version = header.schema_version.get();
    match version.parse() {
        Ok(found) if found == u64::from(SCHEMA_VERSION) => {}
        Ok(found) => return Err(ReadError::SchemaVersion { path, found }),
        Err(_) => {
            let reason = format!("schema_version is {}, not a number", shortened(version));
            return Err(ReadError::NotAReport { path, reason });
        }
    }
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(text)).map_err(|error| {
        let field = shortened(&error.path().to_string());
        ReadError::Field { path, field, reason: shortened(&error.into_inner().to_string()) }
    })
}

/// What is quoted from a file can be as long as the file.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 300;
    text.char_indices().nth(SHOWN).map_or_else(|| text.to_owned(), |(end, _)| format!("{}...", &text[..end]))
}

fn not_a_report(error: &serde_json::Error, path: &Path) -> ReadError {
    let (path, line, column) = (path.to_owned(), error.line(), error.column());
    let reason = error.to_string();
    // serde_json puts the place at the end, where it would stand twice.
    let reason = shortened(reason.split(" at line ").next().unwrap_or_default());
    match error.classify() {
        Category::Eof => ReadError::Truncated { path, line },
        Category::Data => ReadError::NotAReport { path, reason },
        Category::Io | Category::Syntax => ReadError::NotJson { path, line, column, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        decode(text.as_bytes(), "r.json".into()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_the_file_is_instead() {
        assert_eq!(message(" \n"), "r.json: empty file");
        assert_eq!(
            message("{\"schema_version\": 1,\n \"ru"),
            "r.json: truncated: the file ends within the report, at line 2"
        );
        assert_eq!(message("{\n  nonsense"), "r.json: not JSON: line 2, column 3: key must be a string");
        assert_eq!(message("{}"), "r.json: not a taskweight report: missing field `schema_version`");
        assert!(message("42").starts_with("r.json: not a taskweight report: invalid type: integer `42`"));
        assert_eq!(
            message(r#"{"schema_version": "1"}"#),
            "r.json: not a taskweight report: schema_version is \"1\", not a number"
        );
        assert_eq!(message(r#"{"schema_version":1} {}"#), "r.json: not JSON: line 1, column 22: trailing characters");
    }

    #[test]
    fn another_version_is_refused_before_its_fields_are_read() {
        assert_eq!(
            message(r#"{"runs": "elsewhere now", "schema_version": 3}"#),
            "r.json: schema version 3, but this taskweight reads 1: use the version that wrote it"
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_no_report() {
        let error = decode(b"\x7fELF\x02\x01", "a.out".into()).unwrap_err();
        assert!(matches!(error, ReadError::NotJson { line: 1, .. }), "{error}");
    }

    #[test]
    fn names_the_field() {
        let error = message(r#"{"schema_version": 1, "taskweight_version": "1", "command_line": ["a", 7]}"#);
        assert!(error.starts_with("r.json: field `command_line[1]`: invalid type: integer `7`"), "{error}");
        let error = message(r#"{"schema_version": 1, "runs": [{"model": "go", "kernel": {"wakeups": "7"}}]}"#);
        assert!(error.starts_with("r.json: field `runs[0].kernel.wakeups`: invalid type: string"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there() {
        assert_eq!(
            read(Path::new("/nonexistent/r.json")).unwrap_err().to_string(),
            "/nonexistent/r.json: no such file"
        );
        assert!(matches!(read(Path::new("/")).unwrap_err(), ReadError::Io { .. }));
    }
}
