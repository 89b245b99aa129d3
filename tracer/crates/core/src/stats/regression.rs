//! A line through points: what one more task adds, with its interval, and whether it is a line at all.

/// Least share of the variation that a line must explain.
const LEAST_R2: f64 = 0.98;
/// Largest half of the interval of a slope, as a share of the slope.
const WIDEST_SHARE: f64 = 0.15;
/// Half of an interval that is narrow whatever the slope: bytes for each task. A quantity that does not depend on the
/// number of tasks has a slope near 0, and scatter that no line explains; that it is near 0 is known all the same.
const NARROW: f64 = 8.0;
/// Fewer different abscissae cannot contradict a line.
const LEAST_DISTINCT: usize = 3;

/// The line `intercept + slope * x` that is nearest to the points by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Where it meets x = 0.
    pub intercept: f64,
    /// By how much y grows with x.
    pub slope: f64,
    /// 95 % interval of the slope, by Student's t: lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Share of the variation of y that the line explains, 0 to 1; 1 where y does not vary.
    pub r2: f64,
    /// Different values of x.
    distinct: usize,
}

impl Line {
    /// Whether the points support a line: three different x or more, and either an interval of the slope of at most
    /// 8 to either side, or one of at most 15 % of the slope with 98 % of the variation explained.
    #[must_use]
    pub fn is_line(&self) -> bool {
        let is_clear = self.r2 >= LEAST_R2 && self.half_width() <= WIDEST_SHARE * self.slope.abs();
        is_clear && self.distinct >= LEAST_DISTINCT || self.is_known_within(NARROW)
    }

    /// Whether the slope is known to so much on either side, by three different x or more: where that is little beside what
    /// the slope is a part of, it does not matter that it is no line.
    #[must_use]
    pub fn is_known_within(&self, half_width: f64) -> bool {
        self.distinct >= LEAST_DISTINCT && self.half_width() <= half_width
    }

    fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Fits a line to points (x, y).
///
/// `None` with fewer than three points (two have no interval), with one x only, or when a number is not finite.
#[must_use]
pub fn fit(points: &[(f64, f64)]) -> Option<Line> {
    let degrees_of_freedom = points.len().checked_sub(2).filter(|&degrees| degrees > 0)?;
    let distinct = distinct(points);
    if distinct < 2 || points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let count = points.len() as f64;
    let (mean_x, mean_y) = (sum(points, |x, _| x) / count, sum(points, |_, y| y) / count);
    // Sums of products of distances from the means: sums of squares would lose the digits that matter.
    let xx = sum(points, |x, _| (x - mean_x) * (x - mean_x));
    let yy = sum(points, |_, y| (y - mean_y) * (y - mean_y));
    let slope = sum(points, |x, y| (x - mean_x) * (y - mean_y)) / xx;
    let intercept = mean_y - slope * mean_x;
    let unexplained = sum(points, |x, y| (y - intercept - slope * x).powi(2));
    let half_width = student_t(degrees_of_freedom) * (unexplained / degrees_of_freedom as f64 / xx).sqrt();
    let r2 = if yy == 0.0 { 1.0 } else { (1.0 - unexplained / yy).clamp(0.0, 1.0) };
    let line = Line { intercept, slope, low: slope - half_width, high: slope + half_width, r2, distinct };
    [intercept, line.low, line.high, r2].iter().all(|number| number.is_finite()).then_some(line)
}

fn sum(points: &[(f64, f64)], term: impl Fn(f64, f64) -> f64) -> f64 {
    points.iter().map(|&(x, y)| term(x, y)).sum()
}

fn distinct(points: &[(f64, f64)]) -> usize {
    let mut abscissae: Vec<f64> = points.iter().map(|(x, _)| *x).collect();
    abscissae.sort_unstable_by(f64::total_cmp);
    abscissae.dedup();
    abscissae.len()
}

/// 97.5 % quantile of Student's distribution, to three digits after the point.
fn student_t(degrees_of_freedom: usize) -> f64 {
    const TABLE: [f64; 12] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];
    let tabled = degrees_of_freedom.checked_sub(1).and_then(|row| TABLE.get(row));
    tabled.copied().unwrap_or_else(|| expanded_t(degrees_of_freedom as f64))
}

/// The same by the expansion around the normal distribution (Abramowitz and Stegun, 26.7.5).
fn expanded_t(degrees_of_freedom: f64) -> f64 {
    let z = 1.959_963_985_f64;
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + first / degrees_of_freedom + second / degrees_of_freedom.powi(2) + third / degrees_of_freedom.powi(3)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TASKS: [f64; 5] = [100.0, 316.0, 1_000.0, 3_162.0, 10_000.0];

    fn along(weight: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        TASKS.iter().map(|&tasks| (tasks, weight(tasks))).collect()
    }

    fn is_line(weight: impl Fn(f64) -> f64) -> bool {
        fit(&along(weight)).unwrap().is_line()
    }

    #[test]
    fn a_known_line_is_found_exactly() {
        let line = fit(&along(|tasks| 5e5 + 27_200.0 * tasks)).unwrap();
        assert!((line.slope - 27_200.0).abs() < 1e-6 && (line.intercept - 5e5).abs() < 1e-3, "{line:?}");
        assert!(line.high - line.low < 1e-6 && line.r2 > 0.999_999 && line.is_line());
    }

    #[test]
    fn a_textbook_example() {
        // x 1..5, y 2 4 5 4 5: slope 0.6, residual sum of squares 2.4, standard error sqrt(0.8 / 10), t(3) = 3.182.
        let line = fit(&[(1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 4.0), (5.0, 5.0)]).unwrap();
        assert!((line.slope - 0.6).abs() < 1e-12 && (line.intercept - 2.2).abs() < 1e-12);
        assert!((line.high - 1.5).abs() < 1e-3 && (line.low + 0.3).abs() < 1e-3, "{line:?}");
        assert!((line.r2 - 0.6).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_true_slope_nineteen_times_in_twenty() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut gauss = || (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let trials = 4_000;
        let held = (0..trials).filter(|_| {
            let points: Vec<_> = along(|tasks| 8_400.0 * tasks).iter().map(|(x, y)| (*x, y + 1e5 * gauss())).collect();
            let line = fit(&points).unwrap();
            line.low <= 8_400.0 && 8_400.0 <= line.high
        });
        let share = held.count() as f64 / f64::from(trials);
        assert!((0.94..0.96).contains(&share), "{share}");
    }

    #[test]
    fn what_is_no_line_is_called_none() {
        assert!(!is_line(|tasks| tasks * tasks));
        assert!(!is_line(|tasks| 100.0 * tasks.powf(1.5)));
        assert!(!is_line(|tasks| if tasks > 2_000.0 { 1e8 } else { 0.0 }));
        assert!(!is_line(|tasks| 8_400.0 * tasks.min(3_000.0)));
    }

    #[test]
    fn a_line_with_a_little_noise_remains_one() {
        assert!(is_line(|tasks| (300.0 * tasks / 65_536.0).floor() * 65_536.0));
        assert!(is_line(|tasks| 8_400.0 * tasks + if tasks > 500.0 { 3e5 } else { -3e5 }));
    }

    #[test]
    fn what_does_not_depend_on_tasks_has_slope_zero() {
        let constant = fit(&along(|_| 139_264.0)).unwrap();
        assert_eq!((constant.slope, constant.low, constant.high, constant.r2), (0.0, 0.0, 0.0, 1.0));
        assert!(constant.is_line());
        let jitter = fit(&along(|tasks| 139_264.0 + if tasks == 1_000.0 { 4_096.0 } else { 0.0 })).unwrap();
        assert!(jitter.r2 < 0.5 && jitter.is_line() && jitter.slope.abs() < 1.0, "{jitter:?}");
    }

    #[test]
    fn too_little_to_tell() {
        assert_eq!(fit(&[]), None);
        assert_eq!(fit(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(fit(&[(5.0, 1.0), (5.0, 2.0), (5.0, 3.0)]), None);
        let two_places = fit(&[(1.0, 1.0), (2.0, 2.0), (2.0, 2.0), (1.0, 1.0)]).unwrap();
        assert!((two_places.slope - 1.0).abs() < 1e-12 && !two_places.is_line());
    }

    #[test]
    fn what_is_not_a_number_has_no_line() {
        for bad in [f64::NAN, f64::INFINITY, f64::MAX] {
            assert_eq!(fit(&[(1.0, 1.0), (2.0, bad), (3.0, -bad)]), None);
            assert_eq!(fit(&[(1.0, 1.0), (bad, 2.0), (f64::NAN, 3.0)]), None);
        }
    }

    #[test]
    fn quantiles_of_student() {
        assert_eq!([student_t(1), student_t(3), student_t(12)], [12.706, 3.182, 2.179]);
        for (degrees, quantile) in [(13, 2.160), (20, 2.086), (30, 2.042), (100, 1.984)] {
            assert!((student_t(degrees) - quantile).abs() < 6e-4, "{degrees}: {}", student_t(degrees));
        }
    }

    proptest! {
        #[test]
        fn no_points_make_it_panic(points in prop::collection::vec((any::<f64>(), any::<f64>()), 0..12)) {
            if let Some(line) = fit(&points) {
                prop_assert!(line.low <= line.slope && line.slope <= line.high);
                prop_assert!((0.0..=1.0).contains(&line.r2));
            }
        }
    }
}
