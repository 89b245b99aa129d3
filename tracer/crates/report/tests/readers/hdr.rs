//! Files of HdrHistogram.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

/// A percentile file.
pub struct Percentiles {
    /// (value, share of durations at or below it that was asked for, how many they are).
    pub lines: Vec<(f64, f64, u64)>,
    pub footers: BTreeMap<String, f64>,
}

impl Percentiles {
    /// The value of the line with this share.
    pub fn lines_at(&self, share: f64) -> f64 {
        self.lines.iter().find(|(_, one, _)| *one >= share).unwrap().0
    }
}

/// A file as `outputPercentileDistribution` writes it.
pub fn hgrm(text: &str) -> Percentiles {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("       Value     Percentile TotalCount 1/(1-Percentile)"));
    assert_eq!(lines.next(), Some(""));
    let (footers, lines): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with("#["));
    let number = |text: &str| text.parse::<f64>().unwrap();
    let line = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.len(), if words[1] == "1.000000000000" { 3 } else { 4 }, "{line}");
        (number(words[0]), number(words[1]), words[2].parse().unwrap())
    };
    let pairs = footers.iter().flat_map(|footer| footer.trim_start_matches("#[").trim_end_matches(']').split(','));
    let pairs: Vec<_> = pairs.map(|pair| pair.split_once('=').unwrap()).map(|(a, b)| (a.trim(), b.trim())).collect();
    assert!(pairs.contains(&("Unit", "nanoseconds")));
    let footers = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
    Percentiles { lines: lines.iter().map(line).collect(), footers: footers.collect() }
}

/// Tag, length in seconds and histogram of each interval.
pub fn hlog(text: &str) -> Vec<(String, f64, Histogram<u64>)> {
    assert!(text.starts_with("#[Histogram log format version 1.3]\n"));
    let mut intervals = Vec::new();
    for entry in IntervalLogIterator::new(text.as_bytes()) {
        let LogEntry::Interval(interval) = entry.unwrap() else { continue };
        let bytes = decoded(interval.encoded_histogram());
        let histogram: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
        let max_ms = histogram.max() as f64 / 1e6;
        assert!((interval.max() - max_ms).abs() <= 0.000_5 + 1e-9, "{} for {max_ms}", interval.max());
        intervals.push((interval.tag().unwrap().as_str().to_owned(), interval.duration().as_secs_f64(), histogram));
    }
    intervals
}

/// Base64.
fn decoded(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: &u8| alphabet.iter().position(|one| one == byte).unwrap() as u32;
    let digits: Vec<u32> = text.trim_end_matches('=').as_bytes().iter().map(digit).collect();
    let group = |group: &[u32]| {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}
