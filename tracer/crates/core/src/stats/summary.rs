//! Median and bootstrap interval.

/// Resamples drawn for an interval.
const RESAMPLE_COUNT: usize = 2_000;
/// Resamples outside of the interval on either side: 2.5 %.
const TAIL_COUNT: usize = RESAMPLE_COUNT / 40;
/// Fixed, so that rendering a report again gives the same figures.
const SEED: u64 = 0x7461_736b_7765_6967;

/// What repeated measurements of one quantity say about it, in the unit of the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Middle value; the mean of the two middle ones when there is an even number.
    pub median: f64,
    /// 95 % interval of the median; `None` when there is only one sample.
    pub interval: Option<Interval>,
    /// Samples summarised.
    pub samples: usize,
}

/// Range in which the median lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Summary {
    /// Width of the interval as a share of the median; `None` without an interval or with a median of 0.
    pub fn relative_width(&self) -> Option<f64> {
        let interval = self.interval?;
        (self.median != 0.0).then(|| (interval.high - interval.low) / self.median.abs())
    }
}

/// Median of the samples, with its 95 % percentile-bootstrap interval.
///
/// `None` without samples, or when one of them is not a finite number.
pub fn summarise(samples: &[f64]) -> Option<Summary> {
    if samples.is_empty() || samples.iter().any(|sample| !sample.is_finite()) {
        return None;
    }
    let interval = (samples.len() > 1).then(|| bootstrap(samples));
    Some(Summary { median: median(&mut samples.to_vec()), interval, samples: samples.len() })
}

/// Ratio of the medians of two sets that were measured independently, with its 95 % percentile-bootstrap interval.
///
/// `None` without samples, when one is not a finite number, or when the denominators have a median of 0. There is no
/// interval when both sets are single samples, or when resamples of the denominators can have a median of 0.
/// `samples` is the size of the smaller set.
pub fn ratio(numerators: &[f64], denominators: &[f64]) -> Option<Summary> {
    let [over, under] = [numerators, denominators].map(summarise);
    let (over, under) = (over?, under?);
    if under.median == 0.0 {
        return None;
    }
    let samples = over.samples.min(under.samples);
    let is_repeated = over.samples.max(under.samples) > 1;
    let interval = is_repeated.then(|| bootstrap_ratio(numerators, denominators)).flatten();
    Some(Summary { median: over.median / under.median, interval, samples })
}

/// Interval of the median over resamples drawn with replacement.
fn bootstrap(samples: &[f64]) -> Interval {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut resample = Vec::with_capacity(samples.len());
    interval((0..RESAMPLE_COUNT).map(|_| resampled_median(samples, &mut resample, &mut random)).collect())
}

/// The same of a ratio; both sets are resampled.
fn bootstrap_ratio(numerators: &[f64], denominators: &[f64]) -> Option<Interval> {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut resample = Vec::new();
    let ratios: Vec<f64> = (0..RESAMPLE_COUNT)
        .map(|_| {
            let over = resampled_median(numerators, &mut resample, &mut random);
            over / resampled_median(denominators, &mut resample, &mut random)
        })
        .collect();
    ratios.iter().all(|ratio| ratio.is_finite()).then(|| interval(ratios))
}

fn resampled_median(samples: &[f64], resample: &mut Vec<f64>, random: &mut fastrand::Rng) -> f64 {
    resample.clear();
    resample.extend(samples.iter().map(|_| samples[random.usize(..samples.len())]));
    median(resample)
}

/// What lies between the tails of as many figures as there are resamples.
fn interval(mut figures: Vec<f64>) -> Interval {
    figures.sort_unstable_by(f64::total_cmp);
    Interval { low: figures[TAIL_COUNT], high: figures[RESAMPLE_COUNT - 1 - TAIL_COUNT] }
}

/// Median of at least one value; reorders them.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if !is_even {
        return *upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(*upper);
    // Not (lower + upper) / 2, which overflows for the largest numbers.
    lower / 2.0 + *upper / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers() {
        assert_eq!(summarise(&[3.0, 1.0, 2.0]).unwrap().median, 2.0);
        assert_eq!(summarise(&[4.0, 1.0, 3.0, 2.0]).unwrap().median, 2.5);
        assert_eq!(summarise(&[f64::MAX, f64::MAX]).unwrap().median, f64::MAX);
    }

    #[test]
    fn one_sample_has_no_interval() {
        let summary = summarise(&[7.9]).unwrap();
        assert_eq!(summary, Summary { median: 7.9, interval: None, samples: 1 });
        assert_eq!(summary.relative_width(), None);
    }

    #[test]
    fn nothing_and_not_a_number_have_no_summary() {
        assert_eq!(summarise(&[]), None);
        assert_eq!(summarise(&[1.0, f64::NAN]), None);
        assert_eq!(summarise(&[1.0, f64::INFINITY]), None);
    }

    #[test]
    fn equal_samples_have_an_interval_without_width() {
        let summary = summarise(&[5.0; 10]).unwrap();
        assert_eq!(summary.interval, Some(Interval { low: 5.0, high: 5.0 }));
        assert_eq!(summary.relative_width(), Some(0.0));
    }

    #[test]
    fn two_samples_span_their_interval() {
        // The resample is (1,1), (1,3), (3,1) or (3,3): each end has a probability of a quarter, far above 2.5 %.
        assert_eq!(summarise(&[1.0, 3.0]).unwrap().interval, Some(Interval { low: 1.0, high: 3.0 }));
    }

    #[test]
    fn the_interval_has_the_ranks_of_the_binomial_distribution() {
        // Of 101 samples, the median's bootstrap distribution has its 2.5 % point near rank 41 (50.5 - 1.96 * 5.02).
        let samples: Vec<f64> = (1..=101).map(f64::from).collect();
        let summary = summarise(&samples).unwrap();
        let interval = summary.interval.unwrap();
        assert_eq!(summary.median, 51.0);
        assert!((40.0..=43.0).contains(&interval.low), "{interval:?}");
        assert!((59.0..=62.0).contains(&interval.high), "{interval:?}");
    }

    #[test]
    fn one_outlier_does_not_move_the_median() {
        let summary = summarise(&[10.0, 10.1, 9.9, 10.0, 10.05, 9.95, 10.0, 10.02, 9.98, 500.0]).unwrap();
        assert!((summary.median - 10.0).abs() < 0.02);
        assert!(summary.interval.unwrap().high < 11.0);
    }

    #[test]
    fn a_ratio_is_of_the_medians_and_resamples_both_sides() {
        let [few, many] = [[1.0, 1.1, 0.9, 1.0, 1.05], [2.0, 2.2, 1.8, 2.0, 2.1]];
        let twice = ratio(&many, &few).unwrap();
        let interval = twice.interval.unwrap();
        assert_eq!((twice.median, twice.samples), (2.0, 5));
        assert!(interval.low < 2.0 && interval.high > 2.0 && interval.low > 1.5 && interval.high < 2.5, "{interval:?}");
        let against_one = ratio(&many, &[1.0]).unwrap();
        assert_eq!(against_one.interval, summarise(&many).unwrap().interval);
    }

    #[test]
    fn a_ratio_of_single_samples_has_no_interval_and_one_over_zero_is_none() {
        assert_eq!(ratio(&[3.0], &[2.0]), Some(Summary { median: 1.5, interval: None, samples: 1 }));
        assert_eq!(ratio(&[3.0], &[0.0]), None);
        assert_eq!(ratio(&[], &[1.0]), None);
        // Two of the three resamples' medians may be 0.
        assert_eq!(ratio(&[1.0, 2.0], &[0.0, 1.0, 1.0]).unwrap().interval, None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_median_and_is_the_same_each_time(samples in prop::collection::vec(-1e9..1e9f64, 2..40)) {
            let summary = summarise(&samples).unwrap();
            let interval = summary.interval.unwrap();
            prop_assert!(interval.low <= summary.median && summary.median <= interval.high);
            prop_assert_eq!(summarise(&samples).unwrap(), summary);
        }
    }
}
