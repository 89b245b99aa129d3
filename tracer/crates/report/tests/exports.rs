//! One report in all formats: read back, they say the same.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;
mod readers;

use std::collections::{BTreeMap, BTreeSet};

use common::{FIXTURES, fixture};
use readers::{Row, hgrm, hlog, json_figures, openmetrics, rows};
use taskweight_core::report::{ProbeState, Report};
use taskweight_core::stats::histogram::{of_durations, to_hdr};
use taskweight_report::document::Options;
use taskweight_report::export::distribution::{of_cases, of_run};
use taskweight_report::export::{File, Format, Source, files};
use taskweight_report::paint::text::render;

/// The report's files in a format.
fn exported(report: &Report, format: Format) -> Vec<File> {
    files(&Source { report, stem: "r", top: 10 }, format).unwrap()
}

/// The text of its only file.
fn text(report: &Report, format: Format) -> String {
    let [file] = <[File; 1]>::try_from(exported(report, format)).unwrap();
    String::from_utf8(file.bytes).unwrap()
}

/// Whether the report has distributions; one of an anatomy alone has none.
fn has_distributions(report: &Report) -> bool {
    !of_cases(report).is_empty()
}

/// All fixtures, and one with everything a workload measures itself.
fn reports() -> Vec<Report> {
    let mut all = FIXTURES.map(fixture).to_vec();
    let mut own = fixture("compare.json");
    for run in &mut own.runs {
        let mut figures = taskweight_core::report::OwnFigures { tasks_reached: 2, ..Default::default() };
        figures.hand_over_ns = Some(of_durations(&[(1_234_567, 3), (7, 90), (u64::from(run.repetition) + 100, 5)]));
        (figures.checksum, figures.clock_ns) = (Some(u64::MAX), Some(25));
        run.own = Some(figures);
    }
    all.push(own);
    all
}

#[test]
fn every_figure_of_the_report_is_a_row_and_every_row_a_figure() {
    for report in reports() {
        let found: BTreeMap<_, _> = rows(&text(&report, Format::Csv)).into_iter().map(Row::into_figure).collect();
        let expected = json_figures(&report);
        assert!(expected.len() > 100, "{}", expected.len());
        assert_eq!(found, expected);
    }
}

#[test]
fn openmetrics_have_the_rows_of_csv() {
    for report in reports() {
        let mut samples = openmetrics(&text(&report, Format::Openmetrics));
        assert!(samples.remove("taskweight_environment_info").is_some());
        let mut rest: Vec<_> = samples.into_values().flatten().collect();
        for row in rows(&text(&report, Format::Csv)) {
            let scale = if row.unit.starts_with("ns") { 1e-9 } else { 1.0 };
            let place = rest.iter().position(|sample| sample.is_of(&row)).unwrap_or_else(|| panic!("no {row:?}"));
            let sample = rest.swap_remove(place);
            let (value, expected) = (sample.value, row.value.parse::<f64>().unwrap() * scale);
            assert!((value - expected).abs() <= expected.abs() * 1e-15, "{row:?}: {sample:?}");
        }
        assert!(rest.is_empty(), "{rest:?}");
    }
}

#[test]
fn percentile_files_have_the_percentiles_of_the_report() {
    for report in reports().into_iter().filter(has_distributions) {
        let files: BTreeMap<_, _> =
            exported(&report, Format::Hgrm).into_iter().map(|file| (file.name, file.bytes)).collect();
        let distributions = of_cases(&report);
        assert_eq!(files.len(), distributions.len());
        for (case, name, histogram) in distributions {
            let file = &files[&format!("{}-{name}.hgrm", case.slug())];
            let read = hgrm(std::str::from_utf8(file).unwrap());
            assert_eq!(read.footers["Total count"], histogram.count as f64);
            assert_eq!(read.footers["Max"], histogram.max.unwrap() as f64);
            assert!((read.footers["Mean"] - histogram.mean.unwrap()).abs() <= 0.000_5, "{name}");
            assert!(read.lines.is_sorted() && read.lines.last().unwrap().1 == 1.0);
            let hdr = to_hdr(&histogram).unwrap();
            for (value, share, total) in read.lines.iter().copied() {
                let below =
                    histogram.buckets.iter().filter(|(upper, _)| hdr.highest_equivalent(*upper) <= value as u64);
                let is_last = value == histogram.max.unwrap() as f64;
                let below = if is_last { histogram.count } else { below.map(|(_, count)| count).sum() };
                assert_eq!(total, below, "{name}: {value}");
                assert!(total as f64 >= share * histogram.count as f64 - 1e-6);
            }
            let median = read.lines_at(0.5);
            assert!(hdr.equivalent(median as u64, histogram.p50.unwrap()), "{name}: {median}");
        }
    }
}

#[test]
fn a_report_without_distributions_says_so() {
    let report = fixture("anatomy.json");
    for (format, reason) in [(Format::Hgrm, "no distributions"), (Format::Folded, "no stacks")] {
        let error = files(&Source { report: &report, stem: "r", top: 10 }, format).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{reason} in this report: ")) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn interval_logs_have_every_distribution_of_every_run() {
    for report in reports() {
        let mut intervals = hlog(&text(&report, Format::Hlog)).into_iter();
        for run in &report.runs {
            for (name, histogram) in of_run(run) {
                let (tag, length_s, hdr) = intervals.next().unwrap();
                assert_eq!(tag, format!("{}/{name}", run.case.slug()));
                assert!((length_s - run.elapsed_ns.traced as f64 / 1e9).abs() <= 0.000_5 + 1e-9);
                assert_eq!(hdr, to_hdr(histogram).unwrap());
                for (share, value) in [(0.5, histogram.p50), (0.99, histogram.p99), (0.999, histogram.p999)] {
                    assert!(hdr.equivalent(hdr.value_at_quantile(share), value.unwrap()), "{name}");
                }
            }
        }
        assert_eq!(intervals.next().map(|(tag, ..)| tag), None);
    }
}

#[test]
fn markdown_has_the_figures_of_the_tables() {
    for report in reports() {
        let figures = |text: &str| {
            let words = text.split_whitespace().filter(|word| word.contains(|letter: char| letter.is_ascii_digit()));
            let mut words: Vec<String> = words.map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let markdown = text(&report, Format::Markdown).replace("<!-- -->", "").replace('\\', "");
        let (tables, origin) = markdown.split_once("\nMeasured by taskweight ").unwrap();
        assert!(origin.contains(&report.environment.kernel) && origin.trim_end().lines().count() == 1, "{origin}");
        let terminal = render(&report, &Options::default());
        assert_eq!(figures(tables), figures(&terminal.replace('\\', "")));
    }
}

/// A name that is a formula, a cell's end, a heading, an image, a quote, a mention, a path and a terminal's sequence.
const HOSTILE: &str = "=cmd|'/c calc'!A1\n### <img src=x onerror=alert(1)> `x` \"q\" \\ @you ../../etc/passwd,;\t\x1b[2J{le=\"1\"} 1\n# EOF";

fn hostile() -> Report {
    let mut report = fixture("compare.json");
    for run in &mut report.runs {
        run.case.model = format!("{HOSTILE}{}", run.case.model);
        run.case.scenario = Some(HOSTILE.to_owned());
        run.syscall_histograms = [(HOSTILE.to_owned(), run.histograms.syscall_ns.clone())].into();
    }
    report.environment.kernel = HOSTILE.to_owned();
    report.ledger.clear();
    report
}

#[test]
fn what_names_say_is_not_obeyed() {
    let report = hostile();
    let rows = rows(&text(&report, Format::Csv));
    assert!(rows.iter().all(|row| row.case[0].starts_with("'=cmd|") && row.case[1].contains(r"\x0a")));
    let samples = openmetrics(&text(&report, Format::Openmetrics));
    let labels: BTreeSet<_> = samples.values().flatten().filter_map(|sample| sample.labels.get("scenario")).collect();
    assert_eq!(labels, BTreeSet::from([&HOSTILE.to_owned()]), "labels have every character that they were given");
    let markdown = text(&report, Format::Markdown);
    let without_comments = markdown.replace("<!-- -->", "");
    let is_tag = without_comments.match_indices('<').any(|(at, _)| !without_comments[..at].ends_with('\\'));
    assert!(!is_tag && !markdown.contains('\x1b') && !markdown.contains("@you"), "{markdown}");
    let cells = |line: &str| line.replace(r"\|", "").matches('|').count();
    let is_row = |line: &&str| line.starts_with("| ");
    let rows: Vec<_> = markdown.lines().filter(is_row).map(cells).collect();
    assert!(rows.len() > 3, "{markdown}");
    for table in markdown.split("\n\n") {
        let mut rows = table.lines().filter(is_row).map(cells);
        let head = rows.next();
        assert!(rows.all(|cells| Some(cells) == head), "{table}");
    }
    for file in exported(&report, Format::Hgrm) {
        assert!(
            file.name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)),
            "{}",
            file.name
        );
        assert!(!file.name.starts_with(['.', '-']));
    }
    let names: BTreeSet<_> = exported(&report, Format::Hgrm).into_iter().map(|file| file.name).collect();
    assert_eq!(names.len(), of_cases(&report).len(), "names that differ only in what a file cannot have stay apart");
    assert_eq!(
        hlog(&text(&report, Format::Hlog)).len(),
        report.runs.iter().map(|run| of_run(run).len()).sum::<usize>()
    );
}

#[test]
fn what_no_probe_counted_is_in_no_export() {
    let mut report = fixture("compare.json");
    let named = |report: &Report| {
        rows(&text(report, Format::Csv)).into_iter().map(|row| row.metric).collect::<BTreeSet<String>>()
    };
    assert!(named(&report).contains("per_operation.syscalls"));
    report.probes.iter_mut().for_each(|probe| probe.state = ProbeState::Missing);
    let names = named(&report);
    assert!(names.contains("per_operation.kernel_switches"));
    let uncounted = names.iter().find(|name| name.contains("syscalls") || name.ends_with("transitions"));
    assert_eq!(uncounted, None);
}

#[test]
fn prometheus_takes_it() {
    let program = std::env::var_os("TASKWEIGHT_PROMTOOL").unwrap_or("promtool".into());
    for report in reports().into_iter().chain([hostile()]) {
        let mut command = std::process::Command::new(&program);
        if command.arg("--version").output().is_err() {
            eprintln!("SKIPPED: there is no promtool: `cargo xtask test` brings it along");
            return;
        }
        let mut command = assert_cmd::Command::new(&program);
        let checked = command.args(["check", "metrics"]).write_stdin(text(&report, Format::Openmetrics)).assert();
        checked.success().stdout("").stderr("");
    }
}
