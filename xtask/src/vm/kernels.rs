//! `docs/kernels.md`: what each kernel has, and what came of the tests on it. Written by `cargo xtask vm --docs`.

mod feature;

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::verdict::Verdict;
use crate::workspace::Workspace;
use feature::{FEATURES, Feature};

const HEAD: &str = "\
# Kernels

What taskweight finds on the kernels that its tests are run on, as `taskweight doctor` says it there: stock kernels of
Debian in guests under QEMU, and the kernel of the machine that ran them. `cargo xtask vm --docs` wrote this page. Times
are not here, since those of an emulated processor mean nothing; counts are the same everywhere, which is what the tests
check, in every form of the probes.

Guests differ also in what is up to the system and not to the kernel: the version of the memory cgroup, the greatest pid,
whether tracefs is mounted.
";

/// Writes the page, unless a test failed or a kernel is missing.
pub fn write(workspace: &Workspace, verdicts: &[Verdict]) -> Result<()> {
    let path = workspace.root.join("docs/kernels.md");
    if let Some(missing) = verdicts.iter().find(|verdict| !verdict.is_success()) {
        eprintln!("{} is left as it is: {} is not well", path.display(), missing.name);
        return Ok(());
    }
    fs::write(&path, page(verdicts)).with_context(|| format!("write {}", path.display()))?;
    eprintln!("written: {}", path.display());
    Ok(())
}

/// The whole page. Kernels that were not run are left out.
fn page(verdicts: &[Verdict]) -> String {
    let ran: Vec<_> = verdicts.iter().filter(|verdict| !verdict.is_unavailable()).collect();
    [HEAD.to_owned(), features(&ran), probes(&ran), tests(&ran), remarks(&ran)].join("\n")
}

fn features(verdicts: &[&Verdict]) -> String {
    rows(verdicts, &FEATURES)
}

/// Which hook each probe ended up on when the best was looked for.
fn probes(verdicts: &[&Verdict]) -> String {
    let names: Vec<_> = verdicts.iter().flat_map(|verdict| feature::probe_names(verdict)).collect();
    let mut distinct: Vec<&str> = Vec::new();
    names.iter().for_each(|name| distinct.extend((!distinct.contains(&name.as_str())).then_some(name.as_str())));
    let rows = distinct.iter().map(|name| row(name, verdicts.iter().map(|verdict| feature::hook(verdict, name))));
    format!("## Probes\n\n{}", table("probe", verdicts, rows))
}

fn tests(verdicts: &[&Verdict]) -> String {
    let counts = [
        Feature { name: "run", of: |verdict| verdict.run_count().to_string() },
        Feature { name: "passed", of: |verdict| verdict.passed.to_string() },
        Feature { name: "of these at the second attempt", of: |verdict| verdict.passed_again.len().to_string() },
        Feature { name: "skipped", of: |verdict| verdict.skipped.len().to_string() },
    ];
    format!("## Tests of the kernel side\n\n{}", rows(verdicts, &counts))
}

/// What was not run, and why.
fn remarks(verdicts: &[&Verdict]) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        for remark in verdict.remarks() {
            _ = writeln!(text, "- {}: {}", verdict.name, escaped(&remark));
        }
    }
    text
}

fn rows(verdicts: &[&Verdict], features: &[Feature]) -> String {
    let rows = features.iter().map(|Feature { name, of }| row(name, verdicts.iter().map(|verdict| of(verdict))));
    table("", verdicts, rows)
}

fn table(corner: &str, verdicts: &[&Verdict], rows: impl Iterator<Item = String>) -> String {
    let head = row(corner, verdicts.iter().map(|verdict| verdict.name.clone()));
    let rule = format!("|---|{}\n", "---|".repeat(verdicts.len()));
    [head, rule].into_iter().chain(rows).collect()
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!(" {} |", escaped(&cell))).collect();
    format!("| {name} |{cells}\n")
}

/// In a cell of a table, and not a table of its own.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn verdict() -> Verdict {
        let probes = json!([{ "name": "sched_switch", "hook": "tp_btf/sched_switch", "state": "attached" }]);
        let findings = json!([{ "subject": "tracefs", "standing": "missing", "remark": "no | bar" }]);
        let diagnosis = json!({ "probes": probes, "findings": findings, "environment": { "pid_max": 32768 } });
        Verdict {
            name: "6.1-cloud".to_owned(),
            release: Some("6.1.0-56".to_owned()),
            passed: 7,
            skipped: vec![("a::b".to_owned(), "no io_uring".to_owned())],
            diagnoses: BTreeMap::from([("auto".to_owned(), diagnosis)]),
            ..Verdict::default()
        }
    }

    #[test]
    fn a_page_has_features_probes_and_tests_of_each_kernel() {
        let page = page(&[verdict(), Verdict::unavailable("6.12-rt", "no network".to_owned())]);
        let has = |line: &str| assert!(page.lines().any(|one| one == line), "{line}\n{page}");
        has("|  | 6.1-cloud |");
        has("| release | 6.1.0-56 |");
        has("| greatest pid | 32768 |");
        has("| tracefs | missing: no \\| bar |");
        has("| sched_switch | tp_btf |");
        has("| passed | 7 |");
        has("- 6.1-cloud: skipped: a::b: no io_uring");
        assert!(!page.contains("6.12-rt"), "{page}");
    }

    #[test]
    fn what_is_not_known_is_no_answer() {
        let page = page(&[Verdict { diagnoses: BTreeMap::new(), ..verdict() }]);
        assert!(page.contains("| greatest pid | - |"), "{page}");
    }
}
