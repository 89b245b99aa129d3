//! Warnings: what a reader should know before quoting a number, with advice.

use std::fmt;

use taskweight_core::report::{ProbeState, Report, Run};

use crate::document::context::{groups, models, name};
use crate::document::cpu::differing_checksums;
use crate::document::trust::{comparisons, total_loss};
use taskweight_core::format::{count, plural};
use taskweight_core::stats::summary::{Summary, summarise};

/// Tracing that takes more than this multiple of the twin's time distorts what it measures.
const OVERHEAD_LIMIT: f64 = 2.0;
/// An interval wider than this share of its median does not tell models apart.
const NOISE_LIMIT: f64 = 0.2;

/// Clock sources that programs cannot read by themselves, through the vDSO.
const SLOW_CLOCKS: [&str; 4] = ["hpet", "acpi_pm", "pit", "jiffies"];

/// Cases that a warning names; of the others it gives the number.
const NAMED: usize = 3;

/// One caveat; shown as a sentence that ends in advice.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The frequency governor changes the speed of the CPUs.
    Governor(String),
    /// Every reading of the clock enters the kernel.
    ClockSource(String),
    /// A container may limit CPU time and hide parts of the machine.
    Container(String),
    /// The probes took most of the elapsed time: model and scenario, and the elapsed time, traced over twin.
    Overhead(Vec<(String, f64)>),
    /// The time per operation varies too much to be compared: model and scenario, and the width of the interval as a
    /// share of the median.
    Noise(Vec<(String, f64)>),
    /// Models that were to compute the same did not: by number of chunks, who has which sum.
    Checksums(Vec<String>),
    /// Work was handed to the kernel without system calls.
    IoUring,
    /// Something is not counted at all.
    ProbeMissing(String),
    /// Something was not counted sometimes.
    Loss(u64),
    /// Counts differ from independent ones.
    Disagreement(usize),
}

impl Warning {
    /// In a few words, which fit on a line.
    #[must_use]
    pub fn short(&self) -> String {
        let cases = |runs: &[(String, f64)]| plural(runs.len() as u64, "case");
        match self {
            Self::Governor(governor) => {
                format!("CPU governor is `{governor}`, not `performance`: times depend on load")
            }
            Self::ClockSource(source) => format!("clock source `{source}`: reading the clock is a system call"),
            Self::Container(container) => format!("in a container ({container}): quotas appear as run-queue wait"),
            Self::Overhead(runs) => {
                format!("probes more than double the time of {}: quote untraced times", cases(runs))
            }
            Self::Noise(runs) => format!("wide confidence intervals in {}: do not compare closely", cases(runs)),
            Self::Checksums(_) => "checksums of `cpu` differ: not all models did the work".to_owned(),
            Self::IoUring => "io_uring was used: its operations are not system calls".to_owned(),
            Self::ProbeMissing(probe) => format!("probe {probe} is missing: its counts are absent, not zero"),
            Self::Loss(events) => format!("{} not recorded: see docs/metrics.md", plural(*events, "event")),
            Self::Disagreement(1) => "1 count differs from the kernel's own: do not quote it".to_owned(),
            Self::Disagreement(all) => {
                format!("{} counts differ from the kernel's own: do not quote them", count(*all as u64))
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Governor(governor) => write!(
                out,
                "the CPU governor is `{governor}`: times depend on the preceding load; set it to `performance` while \
                 measuring"
            ),
            Self::ClockSource(source) => write!(
                out,
                "the kernel's clock source is `{source}`: each time a program reads the clock it makes a system call, which is \
                 counted; boot with `tsc=reliable` if this machine's TSC can be trusted"
            ),
            Self::Container(container) => write!(
                out,
                "running in a container ({container}): CPU quotas and other containers appear as run-queue wait; measure on \
                 the host to exclude them"
            ),
            Self::Overhead(runs) => write!(
                out,
                "probes slowed runs down a lot: {}: the counts are valid, but the distributions include the probes; quote \
                 untraced times only",
                some_of(runs, |ratio| format!("{ratio:.1} times"))
            ),
            Self::Noise(runs) => {
                write!(
                    out,
                    "wide confidence intervals relative to the median: {}: too wide for close comparisons; use more \
                     repetitions, a quiet machine, or --pin",
                    some_of(runs, |width| format!("{:.0} %", width * 100.0))
                )
            }
            Self::Checksums(differing) => write!(
                out,
                "checksums of `cpu` differ: {}: not all models did the work; find the wrong one with `taskweight check-model` \
                 and do not compare it",
                differing.join("; ")
            ),
            Self::IoUring => write!(
                out,
                "io_uring was used: its operations are not system calls; compare CPU time and context switches, which include \
                 its worker threads (iou-wrk, iou-sqp), instead of system call counts"
            ),
            Self::ProbeMissing(probe) => {
                write!(out, "probe {probe} is missing: its counts are absent, not zero; the reason is above")
            }
            Self::Loss(events) => write!(
                out,
                "{} not recorded: docs/metrics.md says which counts or durations each cause above affects",
                plural(*events, "event")
            ),
            Self::Disagreement(comparisons) => write!(
                out,
                "{} from the kernel's own counter: do not quote the counts listed above; measure again, and report a bug if it \
                 persists",
                differ(*comparisons as u64)
            ),
        }
    }
}

fn differ(counts: u64) -> String {
    if counts == 1 { "1 count differs".to_owned() } else { format!("{} counts differ", count(counts)) }
}

/// The first cases with their figures, and how many more there are.
fn some_of(runs: &[(String, f64)], figure: impl Fn(f64) -> String) -> String {
    let named = runs.iter().take(NAMED).map(|(run, value)| format!("{run} ({})", figure(*value)));
    let more = runs.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    named.chain(more).collect::<Vec<_>>().join("; ")
}

/// All caveats of a report: those of the machine first, then those of single runs.
pub fn warnings(report: &Report) -> Vec<Warning> {
    let mut warnings = machine(report);
    let compared: Vec<&Run> = report.runs.iter().filter(|run| run.case.scenario.is_some()).collect();
    // `idle` has nothing to do in its window: what that took is no figure to quote.
    let working: Vec<&Run> = compared.iter().copied().filter(|run| !run.case.only_parks()).collect();
    let rows: Vec<_> = groups(&working).iter().flat_map(|group| models(group)).collect();
    let slowed: Vec<_> = rows.iter().filter_map(|repetitions| overhead(repetitions)).collect();
    warnings.extend((!slowed.is_empty()).then_some(Warning::Overhead(slowed)));
    let noisy: Vec<_> = rows.iter().filter_map(|repetitions| noise(repetitions)).collect();
    warnings.extend((!noisy.is_empty()).then_some(Warning::Noise(noisy)));
    let differing = differing_checksums(&compared);
    warnings.extend((!differing.is_empty()).then_some(Warning::Checksums(differing)));
    warnings.extend(report.runs.iter().any(uses_io_uring).then_some(Warning::IoUring));
    let missing = report.probes.iter().filter(|probe| probe.state == ProbeState::Missing);
    warnings.extend(missing.map(|probe| Warning::ProbeMissing(probe.name.clone())));
    let lost = total_loss(report).values().fold(0u64, |sum, count| sum.saturating_add(*count));
    warnings.extend((lost > 0).then_some(Warning::Loss(lost)));
    let disagreeing = comparisons(report).filter(|(.., witness)| !witness.agrees()).count();
    warnings.extend((disagreeing > 0).then_some(Warning::Disagreement(disagreeing)));
    warnings
}

fn uses_io_uring(run: &Run) -> bool {
    ["io_uring_setup", "io_uring_enter"].iter().any(|name| run.kernel.syscalls.by_name.contains_key(*name))
}

fn machine(report: &Report) -> Vec<Warning> {
    let environment = &report.environment;
    let governor = environment.governor.iter().filter(|governor| *governor != "performance");
    let container = environment.container.iter().filter(|container| *container != "none");
    let clock = environment.clock_source.iter().filter(|clock| SLOW_CLOCKS.contains(&clock.as_str()));
    let warnings = governor.cloned().map(Warning::Governor).chain(clock.cloned().map(Warning::ClockSource));
    warnings.chain(container.cloned().map(Warning::Container)).collect()
}

fn overhead(repetitions: &[&Run]) -> Option<(String, f64)> {
    let ratio = traced_to_twin(repetitions).filter(|ratio| *ratio > OVERHEAD_LIMIT)?;
    Some((title(repetitions)?, ratio))
}

fn noise(repetitions: &[&Run]) -> Option<(String, f64)> {
    let width = time_per_operation(repetitions)?.relative_width().filter(|width| *width > NOISE_LIMIT)?;
    Some((title(repetitions)?, width))
}

/// One model in one table.
fn title(repetitions: &[&Run]) -> Option<String> {
    repetitions.first().map(|run| format!("{} in {}", run.case.model, name(run)))
}

/// Elapsed time with probes as a multiple of that without; `None` without a twin.
fn traced_to_twin(runs: &[&Run]) -> Option<f64> {
    let ratio = |run: &Run| run.elapsed_ns.twin.map(|twin| run.elapsed_ns.traced as f64 / twin as f64);
    figure(runs, ratio).map(|summary| summary.median)
}

/// Time per operation of the repetitions.
fn time_per_operation(runs: &[&Run]) -> Option<Summary> {
    figure(runs, |run| Some(run.per_operation?.elapsed_ns))
}

/// A figure over the repetitions; `None` when one of them lacks it.
fn figure(runs: &[&Run], value: impl Fn(&Run) -> Option<f64>) -> Option<Summary> {
    let values: Option<Vec<f64>> = runs.iter().map(|run| value(run)).collect();
    summarise(&values?)
}
