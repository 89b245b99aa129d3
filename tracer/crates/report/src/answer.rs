//! The answer: what was found, in a few sentences.

use signal_hook::low_level::signal_name;

use taskweight_core::format::{duration, rate, time};
use taskweight_core::report::{Report, Run};

use crate::claims::{Language, summary, verdicts};
use crate::regimes::cells::SMALL_RATIO;

/// Writes the answer and the verdicts into a report whose measurement has ended: what reads the report need not know how they
/// are found.
pub fn conclude(report: &mut Report) {
    let ran_scenarios = report.runs.iter().any(|run| run.case.scenario.is_some());
    report.answer = answer(report, Language::English);
    report.verdicts =
        if ran_scenarios || !report.anatomy.is_empty() { verdicts(report, Language::English) } else { Vec::new() };
}

/// A line for a command; for comparisons a sentence for each question that they answer.
#[must_use]
pub fn answer(report: &Report, language: Language) -> Vec<String> {
    if let Some(run) = report.runs.iter().rfind(|run| run.case.scenario.is_none()) {
        return vec![of_command(run)];
    }
    let mut sentences = summary(report, language);
    sentences.extend(of_regimes(report));
    if sentences.is_empty() {
        sentences.extend(report.anatomy.iter().map(of_anatomy));
    }
    if sentences.is_empty() && report.runs.is_empty() {
        sentences.push("Nothing was measured.".to_owned());
    }
    sentences
}

/// How it ended where it failed, then what it took.
fn of_command(run: &Run) -> String {
    let failed = match run.exit_status {
        Some(0) => None,
        // 128 + a signal's number is how shells tell that a signal ended the command.
        Some(status) => Some(match signal_name(status - 128) {
            Some(name) => format!("exit status {status} ({name})"),
            None => format!("exit status {status}"),
        }),
        None => Some("exit status unknown".to_owned()),
    };
    let elapsed = format!("{} elapsed", duration(run.elapsed_ns.traced));
    let cpu = run.cpu.user_ns.zip(run.cpu.system_ns).map(|(user, system)| user.saturating_add(system));
    let cpu = cpu.map(|ns| format!("{} of CPU time", duration(ns)));
    let (divisor, per) = match run.operations.filter(|operations| *operations > 0) {
        Some(operations) => (operations as f64, "per operation"),
        None => (run.elapsed_ns.traced as f64 / 1e9, "per second"),
    };
    let [switches, calls] =
        [run.kernel.switches.total(), run.kernel.syscalls.count].map(|count| rate(count as f64 / divisor));
    let counts = format!("{switches} context switches and {calls} syscalls {per}");
    failed.into_iter().chain([elapsed]).chain(cpu).chain([counts]).collect::<Vec<_>>().join(", ")
}

/// In how many circumstances coroutines win.
fn of_regimes(report: &Report) -> Option<String> {
    let ratios: Vec<f64> = report.regimes.iter().filter_map(|regime| Some(regime.ratio?.median)).collect();
    let least = ratios.iter().copied().min_by(f64::total_cmp)?;
    let most = ratios.iter().copied().max_by(f64::total_cmp)?;
    let fast = ratios.iter().filter(|ratio| **ratio >= SMALL_RATIO).count();
    Some(format!(
        "Coroutines switched at least twice as fast as threads in {fast} of {} workloads ({least:.2} to {most:.1} times).",
        ratios.len()
    ))
}

fn of_anatomy(anatomy: &taskweight_core::report::Anatomy) -> String {
    let longest = anatomy.segments.iter().max_by(|a, b| a.per_hand_over_ns.total_cmp(&b.per_hand_over_ns));
    let longest = longest.map_or(String::new(), |one| {
        let share = one.per_hand_over_ns / anatomy.sum_ns * 100.0;
        format!(", most of it in {} ({share:.0} %)", one.step)
    });
    format!("{}: {} per switch{longest}.", anatomy.model, time(anatomy.sum_ns))
}
