//! The distributions of a report by name, for the exports that are made of histograms.

use taskweight_core::case::Case;
use taskweight_core::report::{Histogram, Report, Run};
use taskweight_core::stats::histogram::merge;

/// Every distribution of a run that is not empty, named as its field in the report; that of a system call
/// `syscall_histograms.NAME`.
pub fn of_run(run: &Run) -> Vec<(String, &Histogram)> {
    let kernel = &run.histograms;
    let mut all = vec![
        ("on_cpu_ns".to_owned(), &kernel.on_cpu_ns),
        ("off_cpu_ns".to_owned(), &kernel.off_cpu_ns),
        ("run_queue_ns".to_owned(), &kernel.run_queue_ns),
        ("syscall_ns".to_owned(), &kernel.syscall_ns),
    ];
    all.extend(run.syscall_histograms.iter().map(|(name, one)| (format!("syscall_histograms.{name}"), one)));
    let own = run.own.as_ref();
    let own = own.map(|own| {
        [("hand_over_ns", &own.hand_over_ns), ("lateness_ns", &own.lateness_ns), ("latency_ns", &own.latency_ns)]
    });
    let own = own.into_iter().flatten();
    all.extend(own.filter_map(|(name, histogram)| Some((format!("own.{name}"), histogram.as_ref()?))));
    all.retain(|(_, histogram)| histogram.count > 0);
    all
}

/// Every distribution of each case, all repetitions merged, in the order in which they first occurred.
pub fn of_cases(report: &Report) -> Vec<(&Case, String, Histogram)> {
    let mut all: Vec<(&Case, String, Vec<&Histogram>)> = Vec::new();
    for run in &report.runs {
        let case = &run.case;
        for (name, histogram) in of_run(run) {
            match all.iter_mut().find(|(known, known_name, _)| *known == case && *known_name == name) {
                Some((.., parts)) => parts.push(histogram),
                None => all.push((case, name, vec![histogram])),
            }
        }
    }
    all.into_iter().map(|(case, name, parts)| (case, name, merge(parts))).collect()
}
