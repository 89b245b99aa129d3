//! Percentile files, as `outputPercentileDistribution` of HdrHistogram writes them and its plotters read them.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::distribution::of_cases;
use super::{ExportError, File, Source};
use taskweight_core::case::plain_word;
use taskweight_core::report::Histogram;
use taskweight_core::stats::histogram::to_hdr;

/// Lines for each halving of the distance to 100 %: HdrHistogram's default.
const TICKS_PER_HALF_DISTANCE: u32 = 5;

/// One file for each distribution of each case, over all repetitions.
pub(super) fn files(source: &Source<'_>) -> Result<Vec<File>, ExportError> {
    let mut taken: HashMap<String, u32> = HashMap::new();
    let mut files = Vec::new();
    for (case, name, histogram) in of_cases(source.report) {
        let mut stem = format!("{}-{}", case.slug(), plain_word(&name));
        // Two names may differ only in what a file's name cannot have.
        let times = taken.entry(stem.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 {
            let _ = write!(stem, "-{times}");
        }
        files.push(File { name: format!("{stem}.hgrm"), bytes: text(&histogram)?.into_bytes() });
    }
    Ok(files)
}

/// Value, percentile as a share, how many are at or below the value, 1/(1-percentile). Mean and maximum are the exact
/// ones of the report, all other values the upper bounds of its buckets.
fn text(histogram: &Histogram) -> Result<String, ExportError> {
    let hdr = to_hdr(histogram)?;
    let max = histogram.max.unwrap_or(0);
    let mut text = format!("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    let mut total = 0;
    for step in hdr.iter_quantiles(TICKS_PER_HALF_DISTANCE) {
        total += step.count_since_last_iteration();
        let (value, share) = (step.value_iterated_to().min(max), step.quantile_iterated_to());
        let _ = write!(text, "{:12.3} {share:2.12} {total:10}", value as f64);
        let inverse = 1.0 / (1.0 - share);
        let _ = if inverse.is_finite() { writeln!(text, " {inverse:14.2}") } else { writeln!(text) };
    }
    let mean = histogram.mean.unwrap_or(0.0);
    let _ = writeln!(text, "#[Mean    = {mean:12.3}, StdDeviation   = {:12.3}]", hdr.stdev());
    let _ = writeln!(text, "#[Max     = {:12.3}, Total count    = {:12}]", max as f64, hdr.len());
    // As many as separate all values of that many digits.
    let sub_buckets = (2 * 10u64.pow(u32::from(hdr.sigfig()))).next_power_of_two();
    let _ = writeln!(text, "#[Buckets = {:12}, SubBuckets     = {sub_buckets:12}]", hdr.buckets());
    text.push_str("#[Unit    =  nanoseconds, Scale          =            1]\n");
    Ok(text)
}
