//! The formats of other tools. Of what is long, the first line of each kind is shown, and a digest of the whole.

use std::collections::HashSet;
use std::hash::Hash;

use csv::StringRecord;
use taskweight_core::report::Report;
use taskweight_report::export::{File, Format, Source, files};

use crate::digest::digest;
use crate::{assert_is, reports};

/// What a format makes of the report, in words where it makes nothing.
fn exported(report: &Report, format: Format) -> Result<Vec<File>, String> {
    files(&Source { report, stem: "r", top: 10 }, format).map_err(|error| error.to_string())
}

fn assert_format(suffix: &str, format: Format, shown: fn(&str) -> String) {
    for (name, report) in reports::all() {
        let shown = |file: File| {
            let text = String::from_utf8(file.bytes).unwrap();
            format!("==> {} <==\n{}\n", file.name, shown(&text))
        };
        let all = exported(&report, format).map(|files| files.into_iter().map(shown).collect());
        assert_is(&format!("{name}-{suffix}"), &all.unwrap_or_else(|error| error));
    }
}

/// Whether a key is met for the first time.
fn first<Key: Eq + Hash>() -> impl FnMut(Key) -> bool {
    let mut met = HashSet::new();
    move |key| met.insert(key)
}

#[test]
fn markdown() {
    assert_format("markdown", Format::Markdown, str::to_owned);
}

#[test]
fn comma_separated_values() {
    assert_format("csv", Format::Csv, |text| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let rows: Vec<StringRecord> = reader.records().map(Result::unwrap).collect();
        let metric = rows[0].iter().position(|name| name == "metric").unwrap();
        let mut is_first = first();
        let shown = rows.iter().filter(|row| is_first(row[metric].to_owned()));
        let shown: String = shown.map(|row| row.iter().collect::<Vec<_>>().join(",") + "\n").collect();
        format!("{shown}{} rows, {}", rows.len(), digest(text.as_bytes()))
    });
}

#[test]
fn openmetrics() {
    assert_format("openmetrics", Format::Openmetrics, |text| {
        let mut is_first = first();
        let shown = text
            .lines()
            .filter(|line| line.starts_with('#') || is_first(line.split(['{', ' ']).next().unwrap().to_owned()));
        let shown: Vec<_> = shown.collect();
        format!("{}\n{} lines, {}", shown.join("\n"), text.lines().count(), digest(text.as_bytes()))
    });
}

#[test]
fn percentile_files() {
    assert_format("hgrm", Format::Hgrm, |text| {
        let footers: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
        format!("{}: {}", digest(text.as_bytes()), footers.join(" "))
    });
}

#[test]
fn percentile_files_in_full() {
    let files = exported(&reports::fixture("command"), Format::Hgrm).unwrap();
    let text = |file: File| format!("==> {} <==\n{}\n", file.name, String::from_utf8(file.bytes).unwrap());
    assert_is("command-hgrm-in-full", &files.into_iter().map(text).collect::<String>());
}

/// Of the first repetition, without the compressed histograms, which another version of the compressor may write otherwise.
#[test]
fn interval_logs() {
    assert_format("hlog", Format::Hlog, |text| {
        let without_histogram = |line: &str| match line.rsplit_once(',') {
            Some((head, histogram)) if histogram.starts_with("HISTF") => format!("{head},HISTF...\n"),
            _ => format!("{line}\n"),
        };
        let mut is_first = first();
        let shown = text.lines().filter(|line| is_first(line.split(',').next().unwrap().to_owned()));
        shown.map(without_histogram).chain([format!("{} lines", text.lines().count())]).collect()
    });
}

#[test]
fn stacks() {
    assert_is("compare-folded", &exported(&reports::fixture("compare"), Format::Folded).unwrap_err());
}
