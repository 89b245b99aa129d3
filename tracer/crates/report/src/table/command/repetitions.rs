//! Medians of a command's repetitions, and their spread.

use taskweight_core::report::Run;
use taskweight_core::stats::summary::{Summary, summarise};

use super::super::grid::Grid;
use super::super::text::Page;
use taskweight_core::format::{ABSENT, rate, rate_range, time, time_range};

/// A figure as text, and the ends of its interval around a median.
type Words = (fn(f64) -> String, fn(f64, f64, f64) -> String);

const TIME: Words = (time, time_range);
const COUNT: Words = (rate, rate_range);

/// Where a figure stands.
type Value = fn(&Run) -> Option<f64>;

/// Names, how they are read, and where they stand.
const ROWS: [(&str, Words, Value); 8] = [
    ("elapsed", TIME, |run| Some(run.elapsed_ns.traced as f64)),
    ("CPU time in user mode", TIME, |run| Some(run.cpu.user_ns? as f64)),
    ("CPU time in the kernel", TIME, |run| Some(run.cpu.system_ns? as f64)),
    ("context switches", COUNT, |run| Some(run.kernel.switches.total() as f64)),
    ("  preempted", COUNT, |run| Some(run.kernel.switches.preempted as f64)),
    ("wakeups", COUNT, |run| Some(run.kernel.wakeups as f64)),
    ("syscalls", COUNT, |run| Some(run.kernel.syscalls.count as f64)),
    ("minor page faults", COUNT, |run| Some(run.kernel.page_faults.minor? as f64)),
];

pub(super) fn render(runs: &[&Run], page: &mut Page) {
    let count = runs.len();
    let mut grid = Grid::new(&[&format!("{count} repetitions"), "median", "95 % CI", "min", "max"]);
    for (name, words, value) in ROWS {
        let samples: Option<Vec<f64>> = runs.iter().map(|run| value(run)).collect();
        let samples = samples.unwrap_or_default();
        grid.row([name.to_owned()].into_iter().chain(cells(words, &samples)));
    }
    grid.print(page);
    page.blank();
}

fn cells((figure, range): Words, samples: &[f64]) -> [String; 4] {
    let Some(Summary { median, interval: Some(interval), .. }) = summarise(samples) else {
        return [(); 4].map(|()| ABSENT.to_owned());
    };
    let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
    let most = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    [figure(median), range(median, interval.low, interval.high), figure(least), figure(most)]
}
