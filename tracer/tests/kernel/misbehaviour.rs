//! Workloads that misbehave: one clear line each, in bounded time and memory, and the others are measured all the same.

use std::process::Command;

use crate::invocation::{compare, programs};

const READY: &str = r#"echo '{"event":"ready","tasks":2}'"#;

/// A `done` with one number replaced.
fn done(operations: &str) -> String {
    format!(
        r#"{READY}; read go; echo '{{"event":"done","operations":{operations},"logical_switches":0,"elapsed_ns":7}}'; read exit"#
    )
}

/// What each does, and what is said of it.
fn programs_that_misbehave() -> Vec<(&'static str, String, &'static str)> {
    vec![
        ("exits-early", "exit 3".into(), "exited with status 3 before it was ready"),
        ("exits-late", format!("{READY}; exit 0"), "exited with status 0 before it "),
        ("crashes", format!("{READY}; read go; kill -SEGV $$"), "was killed by SIGSEGV before it finished"),
        ("daemon", "sleep 5 & exit 4".into(), "exited with status 4 before it was ready"),
        ("executes", format!("{READY}; read go; exec true"), "exited with status 0 before it finished"),
        ("closes", format!("{READY}; read go; exec sleep 60 >&-"), "closed its stdout before it finished"),
        ("floods", "exec head -c 1073741824 /dev/zero".into(), "more than 1048576 bytes to stdout"),
        ("long-lines", "head -c 10000000 /dev/zero | tr '\\0' x; echo".into(), "more than 1048576 bytes to stdout"),
        ("not-text", r"printf '\377\376\n'; read go".into(), "is not UTF-8"),
        ("negative", done("-1"), "is not a whole number"),
        ("huge", done("9223372036854775808"), "is not a whole number"),
        ("not-a-number", done("NaN"), "is not a JSON object"),
    ]
}

#[test]
fn each_is_told_in_one_line_and_the_good_one_is_measured() {
    needs_bpf!();
    let cases = programs_that_misbehave();
    let models: Vec<_> =
        cases.iter().map(|(name, script, _)| format!("{name}=sh -c {}", shell_words::quote(script))).collect();
    let mut options = vec!["--models", "future", "--scenarios", "control", "--tasks", "2", "--operations", "101"];
    options.extend(["--pin", "none", "--repetitions", "1", "--timeout", "120"]);
    options.extend(models.iter().flat_map(|model| ["--model", model.as_str()]));
    let outcome = compare(&options);
    let report = outcome.report();
    assert_eq!((outcome.code, report.runs.len()), (1, 1), "{}", outcome.stderr);
    assert_eq!(report.runs[0].case.model, "future");
    for (name, _, words) in &cases {
        let said: Vec<_> =
            outcome.stderr.lines().filter(|line| line.contains(&format!("taskweight: {name} "))).collect();
        assert!(said.len() == 1 && said[0].contains(words), "{name}: {said:?}");
    }
    assert!(report.own_cost.unwrap().peak_rss_bytes < 512 << 20, "{:?}", report.own_cost);
}

#[test]
fn the_check_of_a_program_tells_the_same() {
    for (name, script, words) in programs_that_misbehave() {
        let output = Command::new(programs().join("taskweight"))
            .args(["check-model", "--timeout", "120", "--scenarios", "control", "--", "sh", "-c", &script])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.lines().any(|line| line.starts_with("WRONG  ") && line.contains(words)), "{name}: {said}");
    }
}
