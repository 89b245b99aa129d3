//! Interval logs of HdrHistogram, version 1.3 with V2 compressed histograms: every distribution of every run.

use std::time::{Duration, UNIX_EPOCH};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::distribution::of_run;
use super::{ExportError, File, Source};
use taskweight_core::case::plain_word;
use taskweight_core::stats::histogram::to_hdr;

/// What the maximum of an interval is divided by: it is in milliseconds, as in the logs of HdrHistogram's own writer.
const MAX_DIVISOR: f64 = 1e6;
/// What readers know the format by.
const VERSION: &str = "[Histogram log format version 1.3]";
const EXPLANATION: &str = "Durations are in nanoseconds, scale 1; the maximum before each histogram is in milliseconds.
One interval is one distribution of one run, tagged CASE/DISTRIBUTION. It is as long as the run's window with
probes, and starts where that of the run before it ends: the time between two windows is left out.";

/// One file for the report.
pub(super) fn files(source: &Source<'_>) -> Result<Vec<File>, ExportError> {
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let started = UNIX_EPOCH + Duration::from_secs(source.report.started_at_unix_s);
    let mut head = IntervalLogWriterBuilder::new();
    head.add_comment(VERSION).add_comment(EXPLANATION);
    head.with_start_time(started).with_base_time(started).with_max_value_divisor(MAX_DIVISOR);
    let mut log = head.begin_log_with(&mut bytes, &mut serializer).map_err(ExportError::hlog)?;
    let mut start = Duration::ZERO;
    for run in &source.report.runs {
        let length = Duration::from_nanos(run.elapsed_ns.traced);
        for (name, histogram) in of_run(run) {
            let tag = format!("{}/{}", run.case.slug(), plain_word(&name));
            log.write_histogram(&to_hdr(histogram)?, start, length, Tag::new(&tag)).map_err(ExportError::hlog)?;
        }
        start = start.saturating_add(length);
    }
    drop(log);
    Ok(vec![source.file("hlog", bytes)])
}
