//! The sum of all kernels.

use comfy_table::{Table, presets};

use super::verdict::Verdict;

/// A row for each kernel.
pub fn table(verdicts: &[Verdict]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["kernel", "release", "run", "passed", "failed", "skipped", "time", ""]);
    for verdict in verdicts {
        table.add_row([
            verdict.name.clone(),
            verdict.release.clone().unwrap_or_else(|| "-".to_owned()),
            verdict.run_count().to_string(),
            verdict.passed.to_string(),
            verdict.failed.len().to_string(),
            verdict.skipped.len().to_string(),
            format!("{} s", verdict.elapsed.as_secs()),
            word(verdict).to_owned(),
        ]);
    }
    table
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        verdict if verdict.is_success() => "ok",
        verdict if verdict.is_unavailable() => "NOT RUN",
        _ => "FAILED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_has_a_row() {
        let ran = Verdict { release: Some("6.1.0".to_owned()), passed: 7, ..Verdict::default() };
        let verdicts = [Verdict::unavailable("6.12-rt", "nothing".to_owned()), ran];
        let text = table(&verdicts).trim_fmt();
        let rows: Vec<_> = text.lines().map(str::trim).collect();
        assert!(rows[1].starts_with("6.12-rt") && rows[1].ends_with("NOT RUN"), "{text}");
        assert!(rows[2].starts_with("6.1.0") && rows[2].ends_with("ok"), "{text}");
    }
}
