//! Reports from file to terminal, and their documentation.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use taskweight_core::report::{Histograms, ProbeState, Report, Run};
use taskweight_report::conclude;
use taskweight_report::document::Options;
use taskweight_report::json;
use taskweight_report::paint::text::render;
use taskweight_report::warning::{Warning, warnings};
use unicode_width::UnicodeWidthStr;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn fixture(name: &str) -> Report {
    json::read(&path(name)).unwrap()
}

/// The rendered report, which fits its page and cannot act on the terminal.
fn text(report: &Report) -> String {
    let text = render(report, &Options::default());
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert_eq!(line, line.trim_end());
        assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    text
}

/// The line that begins so, its words one space apart.
fn line(text: &str, start: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(start));
    let line = line.unwrap_or_else(|| panic!("no line begins with {start:?} in\n{text}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without its line breaks, for what may be folded.
fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn models_stand_beside_each_other() {
    let text = text(&fixture("compare.json"));
    println!("{text}");
    assert!(text.starts_with("Thread switch: 2.33 µs, 2.00 context switches."), "{text}");
    assert!(text.contains("switch: one task switch\n") && text.contains("\n2 tasks, pinned to CPU 1\n"));
    assert_eq!(line(&text, "os-thread"), "os-thread 2.33 µs 2.31-2.36 2.00 3.00 0.0004");
    assert_eq!(line(&text, "tokio"), "tokio 185 ns 182-188 0.0010 0 0.0004");
    assert_eq!(line(&text, "corosensei"), "corosensei 7.94 ns 7.90-7.98 0 0 0.0001");
    assert!(text.contains("\n2 tasks, unpinned\n"));
    let options = Options { verbose: true, width: 120, ..Options::default() };
    let verbose = unfolded(&render(&fixture("compare.json"), &options));
    assert!(verbose.contains("os-thread 2.33 µs 2.31-2.36 2.00 3.00 0.0004 1.70 µs"), "{verbose}");
    assert!(verbose.contains("- wait p50, wait p99 (corosensei): no thread became runnable"), "{verbose}");
    assert_eq!(line(&text, "Witnesses"), "Witnesses: 40 of 40 counts equal the kernel's own");
    assert_eq!(line(&text, "Lost"), "Lost events: none");
    assert!(unfolded(&text).contains("java-virtual switch, 2 tasks, CPU 1, repetition 0, untraced: java: not found"));
}

#[test]
fn a_command_has_totals_and_figures_per_operation() {
    let text = text(&fixture("command.json"));
    println!("{text}");
    assert_eq!(line(&text, "elapsed"), "elapsed 1.23 s 123 µs");
    assert_eq!(line(&text, "voluntary"), "voluntary 20,014 2.00");
    assert_eq!(line(&text, "futex"), "futex 30,011 700 ms 86.2 % 28.2 µs 36.9 µs 430 µs");
    assert_eq!(line(&text, "run-queue wait"), "run-queue wait 400 2.10 µs 2.94 µs 3.65 µs 45.1 µs 45.3 µs 45.3 µs");
    assert_eq!(line(&text, "data TLB"), "data TLB load misses - -");
    assert_eq!(line(&text, "interrupts"), "interrupts 1,400 0.140");
    assert_eq!(line(&text, "outside syscalls"), "outside syscalls 1,180 0.118");
    assert_eq!(line(&text, "softirq time"), "softirq time 640 µs 64.0 ns");
    assert!(text.contains("- p50, p99, max (munmap): no histogram was kept for it"));
    assert!(text.contains("and 8 more threads"));
    let answer = "./server --threads 12\nexit status 139 (SIGSEGV), 1.23 s elapsed, 1.22 s of CPU time, ";
    assert!(
        text.starts_with(answer) && unfolded(&text).contains("2.03 context switches and 5.43 syscalls per operation")
    );
    assert_eq!(line(&text, "Lost"), "Lost events: unmatched_syscall_exit 3");
    assert_eq!(line(&text, "command: minor"), "command: minor_faults: probes 1,234, kernel 1,240 (getrusage)");
    assert!(text.contains("Interrupted:"));
    assert_eq!(text.lines().filter(|line| line.contains("evil")).count(), 1);
    assert!(text.contains(r"evil\x1b[2J\x0aname"));
}

#[test]
fn lists_end_where_they_are_told_to() {
    let report = fixture("command.json");
    let text = render(&report, &Options { top: 2, ..Options::default() });
    assert!(text.contains("and 4 more system calls") && text.contains("and 10 more threads"));
    assert!(!text.contains("worker-2") && !text.contains("munmap"));
}

#[test]
fn what_a_missing_probe_counts_is_absent() {
    let mut report = fixture("command.json");
    for probe in &mut report.probes {
        probe.state = ProbeState::Missing;
        probe.reason = Some("not built in".to_owned());
    }
    report.runs[0].kernel.page_faults = Default::default();
    report.runs[0].kernel.interrupts = Default::default();
    let command = text(&report);
    for name in ["syscalls", "syscall time", "minor page faults", "interrupts"] {
        assert_eq!(line(&command, name), format!("{name} - -"));
    }
    assert!(unfolded(&command).contains("- syscalls: probe sys_enter is missing: not built in"));
    let mut report = fixture("compare.json");
    report.probes.iter_mut().for_each(|probe| probe.state = ProbeState::Missing);
    assert_eq!(line(&text(&report), "tokio"), "tokio 185 ns 182-188 0.0010 - 0.0004");
}

#[test]
fn one_repetition_without_operations_or_twin_has_only_dashes() {
    let mut report = fixture("compare.json");
    report.runs.truncate(1);
    let run = &mut report.runs[0];
    (run.per_operation, run.elapsed_ns.twin, run.histograms) = (None, None, Histograms::default());
    assert_eq!(line(&text(&report), "os-thread"), format!("os-thread{}", " -".repeat(5)));
    let verbose = unfolded(&render(&report, &Options { verbose: true, ..Options::default() }));
    for reason in ["the number of operations is unknown", "there is no untraced run", "no thread became runnable"] {
        assert!(verbose.contains(reason), "{reason}");
    }
}

#[test]
fn nothing_measured() {
    let mut report = fixture("compare.json");
    (report.runs, report.probes) = (Vec::new(), Vec::new());
    let text = text(&report);
    assert!(text.starts_with("Nothing was measured.\n") && text.contains("Failed: 1 run\n"), "{text}");
}

#[test]
fn names_that_threads_and_models_gave_themselves_are_shown_escaped() {
    let report = fixture("hostile.json");
    let verbose = render(&report, &Options { verbose: true, top: usize::MAX, ..Options::default() });
    for shown in [text(&report), verbose] {
        assert!(shown.contains(r"\x1b[2J\x1b]0;own\x07"), "{shown}");
        assert!(!shown.contains(|character: char| character != '\n' && character.is_control()), "{shown:?}");
    }
}

#[test]
fn every_string_of_a_report_is_escaped_and_folded() {
    let hostile = format!("\x1b]0;x\x07\n\u{202e}任务 {}", "long".repeat(40));
    for name in ["compare.json", "command.json"] {
        let mut value = serde_json::to_value(fixture(name)).unwrap();
        for_each_string(&mut value, &mut |string| string.push_str(&hostile));
        let probes = value["probes"].as_array_mut().unwrap();
        probes.iter_mut().for_each(|probe| probe["state"] = "missing".into());
        let text = text(&serde_json::from_value(value).unwrap());
        assert!(unfolded(&text).contains(r"\x1b]0;x\x07\x0a"));
    }
}

fn for_each_string(value: &mut Value, action: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(string) => action(string),
        Value::Array(values) => values.iter_mut().for_each(|value| for_each_string(value, action)),
        Value::Object(fields) => {
            let free_text = fields.iter_mut().filter(|(name, _)| *name != "state");
            free_text.for_each(|(_, value)| for_each_string(value, action));
        }
        _ => {}
    }
}

#[test]
fn colours_only_when_asked_for() {
    let report = fixture("compare.json");
    let colored = render(&report, &Options { color: true, ..Options::default() });
    assert!(colored.contains("\x1b[33mWarning") && colored.contains("\x1b[1m"));
    let sequences = ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    let stripped = sequences.iter().fold(colored, |text, sequence| text.replace(sequence, ""));
    assert_eq!(stripped.replace(' ', ""), text(&report).replace(' ', ""));
}

#[test]
fn every_caveat_is_found_and_says_what_to_do() {
    let mut report = fixture("compare.json");
    report.environment.container = Some("docker".to_owned());
    report.probes[0].state = ProbeState::Missing;
    report.runs[0].loss.insert("pid_reused".to_owned(), 2);
    report.runs[1].witness.values_mut().for_each(|witness| witness.threads_disagreeing = Some(1));
    let found = warnings(&report);
    assert_eq!(found[0], Warning::Governor("powersave".to_owned()));
    assert_eq!(found[1], Warning::Container("docker".to_owned()));
    assert!(matches!(&found[2], Warning::Overhead(runs) if (runs[0].1 - 2.4).abs() < 1e-9), "{found:?}");
    assert!(matches!(&found[3], Warning::Noise(runs) if runs.len() == 1 && runs[0].1 > 0.2), "{found:?}");
    assert_eq!(
        found[4..],
        [Warning::ProbeMissing("sched_switch".to_owned()), Warning::Loss(2), Warning::Disagreement(2)]
    );
    for warning in &found {
        assert!(warning.to_string().contains([';', ':']), "no advice: {warning}");
    }
    report.environment.governor = None;
    assert!(!warnings(&report).iter().any(|warning| matches!(warning, Warning::Governor(_))));
}

#[test]
fn a_report_is_the_same_after_writing_and_reading() {
    for name in ["compare.json", "command.json"] {
        let mut report = fixture(name);
        report.probes[0].net_ns_per_run = Some(0.1 + 0.2);
        report.runs[0].elapsed_ns.traced = u64::MAX;
        let file = tempfile::NamedTempFile::new().unwrap();
        json::write(&report, file.as_file()).unwrap();
        assert_eq!(json::read(file.path()).unwrap(), report);
        let written = fs::read_to_string(file.path()).unwrap();
        let buckets = written.lines().filter(|line| line.trim_start().starts_with("\"buckets\": ["));
        assert!(buckets.clone().count() > 4 && buckets.into_iter().all(|line| line.ends_with(']')));
    }
}

#[test]
fn every_beginning_of_a_report_is_called_truncated() {
    let text = fs::read(path("command.json")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("r.json");
    for length in (1..text.len() - 2).step_by(331) {
        fs::write(&file, &text[..length]).unwrap();
        let error = json::read(&file).unwrap_err().to_string();
        assert!(error.contains("truncated") && error.lines().count() == 1, "{length}: {error}");
    }
}

#[test]
fn a_field_that_is_missing_or_mistyped_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("r.json");
    let message = |change: fn(&mut Value)| {
        let mut value = serde_json::to_value(fixture("command.json")).unwrap();
        change(&mut value);
        fs::write(&file, value.to_string()).unwrap();
        let error = json::read(&file).unwrap_err().to_string();
        error.split_once("r.json: ").unwrap().1.to_owned()
    };
    let missing = message(|report| drop(report["runs"][0]["kernel"].as_object_mut().unwrap().remove("wakeups")));
    assert!(missing.starts_with("field `runs[0].kernel`: missing field `wakeups`"), "{missing}");
    let mistyped = message(|report| report["runs"][0]["threads"][1]["tid"] = "many".into());
    assert!(mistyped.starts_with("field `runs[0].threads[1].tid`: invalid type: string \"many\""), "{mistyped}");
    let other = message(|report| report["schema_version"] = 3.into());
    assert_eq!(other, "schema version 3, but this taskweight reads 1: use the version that wrote it");
}

#[test]
fn a_hand_over_is_taken_apart_step_by_step_and_adds_up() {
    let report = fixture("anatomy.json");
    let text = text(&report);
    println!("{text}");
    let pthread = text.split("pthread in switch: 2 tasks, pinned to CPU 1").nth(1).unwrap();
    assert_eq!(line(pthread, "leave_kernel"), "leave_kernel leave kernel 62.4 ns 2.8 % - - -");
    assert_eq!(line(pthread, "scheduling"), "scheduling schedule 648 ns 29.0 % 653 ns 749 ns 100,015");
    let closure = text.split("One switch: segments").nth(1).unwrap();
    assert_eq!(line(closure, "pthread"), "pthread 2.23 µs 2.16 µs -72.3 ns 4.00 µs 100,000");
    // What is far below a thousandth of a switch is not shown.
    assert!(!pthread.contains("other_syscalls"), "{pthread}");
    let interrupts =
        "Interrupts, included in the segments they hit: call: 34 of mean 1.12 µs, device: 15 of mean 4.74 µs";
    assert!(unfolded(pthread).contains(interrupts), "{pthread}");
    let coroutine = text.split("corosensei in switch").nth(1).unwrap();
    assert_eq!(line(coroutine, "user"), "user user 4.59 ns 99.9 % - - -");
    assert!(unfolded(coroutine).contains("The kernel does not see task switches within the program"));
    assert!(text.contains("Lost events, switch breakdown: none") && !text.contains("Nothing was measured"));
}

#[test]
fn bars_are_on_one_scale_and_as_long_as_their_sums() {
    let mut report = fixture("anatomy.json");
    let length = |text: &str, model: &str| {
        let bars = text.split("One switch (").nth(1).unwrap();
        line(bars, model).split(' ').nth(1).unwrap().len() as f64
    };
    let shown = text(&report);
    let (thread, tokio) = (length(&shown, "pthread"), length(&shown, "tokio"));
    let ratio = report.anatomy[2].sum_ns / report.anatomy[1].sum_ns;
    assert!((tokio / thread - ratio).abs() < 1.0 / thread, "{tokio} of {thread} columns");
    assert_eq!(length(&shown, "corosensei"), 1.0, "what is short is not nothing");
    // Twice as long, and everything else half as long as it was.
    for segment in &mut report.anatomy[0].segments {
        segment.per_hand_over_ns *= 2.0;
    }
    report.anatomy[0].sum_ns *= 2.0;
    let halved = length(&text(&report), "pthread");
    assert!((halved - thread / 2.0).abs() <= 1.0, "{halved} columns, {thread} before");
}

#[test]
fn an_anatomy_says_what_it_could_not_separate_what_was_lost_and_who_disturbed_it() {
    let mut report = fixture("anatomy.json");
    let anatomy = &mut report.anatomy[1];
    anatomy.merged = vec!["state_switch is part of wakee_syscall: \u{1b}[31m".to_owned()];
    anatomy.loss.insert("waker_went_on".to_owned(), 3);
    let user = anatomy.segments.iter_mut().find(|segment| segment.name == "user").unwrap();
    user.name = "run_queue_wait".to_owned();
    let text = unfolded(&text(&report));
    assert!(text.contains(r"Merged on this kernel: state_switch is part of wakee_syscall: \x1b[31m"), "{text}");
    assert!(text.contains("Lost events, switch breakdown: pthread waker_went_on 3"), "{text}");
    assert!(text.contains("Other programs had the CPU for 184 ns of it"), "{text}");
}

#[test]
fn every_field_is_documented() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs");
    let documentation = ["report.md", "metrics.md"].map(|name| fs::read_to_string(docs.join(name)).unwrap()).concat();
    let mut names = BTreeSet::new();
    for name in ["compare.json", "command.json", "anatomy.json"] {
        let mut report = fixture(name);
        conclude(&mut report);
        field_names(&serde_json::to_value(report).unwrap(), &mut names);
    }
    names.extend(tracer_ebpf::Loss::ALL.map(|cause| cause.name().to_owned()));
    for name in names {
        let is_mentioned = [format!("`{name}`"), format!(".{name}`"), format!("`{name}.")];
        assert!(
            is_mentioned.iter().any(|form| documentation.contains(form)),
            "neither docs/report.md nor docs/metrics.md has `{name}`"
        );
    }
}

/// Names of fields; not the keys of objects that are lists by name.
fn field_names(value: &Value, names: &mut BTreeSet<String>) {
    const BY_NAME: [&str; 8] =
        ["mitigations", "runtimes", "reasons", "by_name", "syscall_histograms", "witness", "loss", "interrupts"];
    match value {
        Value::Array(values) => values.iter().for_each(|value| field_names(value, names)),
        Value::Object(fields) => {
            for (name, value) in fields {
                names.insert(name.clone());
                let entries = value.as_object().filter(|_| BY_NAME.contains(&name.as_str()));
                match entries {
                    Some(entries) => entries.values().for_each(|value| field_names(value, names)),
                    None => field_names(value, names),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn repetitions_of_a_command_stand_before_the_last_of_them() {
    let mut report = fixture("command.json");
    let first = report.runs[0].clone();
    for (repetition, factor) in [(1, 2), (2, 3)] {
        let mut run = Run { repetition, ..first.clone() };
        run.kernel.syscalls.count *= factor;
        report.runs.push(run);
    }
    let text = text(&report);
    assert!(text.contains("medians of 3 repetitions") && text.contains("the last repetition"), "{text}");
    assert_eq!(first.kernel.syscalls.count, 54_321);
    assert_eq!(line(&text, "syscalls"), "syscalls 109k 54.3-163");
}
