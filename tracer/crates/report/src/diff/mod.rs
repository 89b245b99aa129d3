//! Two reports side by side: the same figures, their ratio with its interval, and what else differs.

pub mod check;
pub mod expression;
pub mod figures;
pub mod group;
pub mod metric;
pub mod surroundings;

use serde::Serialize;

use taskweight_core::{
    report::Report,
    stats::summary::{self, Interval, Summary},
};

use group::{Group, Key};
use metric::Shown;
use surroundings::Difference;
use taskweight_core::unit::Unit;

/// Two reports, compared.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// Settings that differ.
    pub environment: Vec<Difference>,
    /// What both have, group by group.
    pub groups: Vec<Pair>,
    /// What only the first has.
    pub only_in_a: Vec<String>,
    /// What only the second has.
    pub only_in_b: Vec<String>,
}

/// One group on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct Pair {
    /// What it is: in the words of both sides where they differ.
    pub title: String,
    /// Repetitions on each side.
    pub repetitions: [usize; 2],
    /// CPUs to which each side was bound, where these differ.
    pub differently_bound: Option<[Option<u32>; 2]>,
    /// Figures that at least one side has.
    pub rows: Vec<Row>,
    #[serde(skip)]
    sides: [Group; 2],
}

/// One figure on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Name for a reader.
    pub label: String,
    /// Path in the report.
    pub path: String,
    /// How it is read.
    #[serde(skip)]
    pub unit: Unit,
    /// Median in the first report; `null` where it was not measured.
    pub a: Option<f64>,
    /// In the second.
    pub b: Option<f64>,
    /// Median of B over that of A, with its 95 % interval.
    pub ratio: Option<Ratio>,
    /// What can be said about the two.
    pub seen: Seen,
}

/// B over A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// Of the medians.
    pub median: f64,
    /// Lower end of its interval; `null` without repetitions, as `high`.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// What can be said about two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// They are the same in all repetitions.
    Equal,
    /// The interval of the ratio holds 1.
    NoDifference,
    /// B is less.
    Less,
    /// B is more.
    More,
    /// They differ, and without repetitions nobody can say whether by chance.
    NotRepeated,
    /// One of them was not measured.
    NotMeasured,
}

/// Compares two reports. `models` restricts each to one model, and sets these beside each other.
#[must_use]
pub fn diff(a: &Report, b: &Report, models: Option<&[String; 2]>, syscalls: usize) -> Diff {
    let of_a = group::groups(a, models.map(|models| models[0].as_str()));
    let of_b = group::groups(b, models.map(|models| models[1].as_str()));
    let missing = |these: &[Group], those: &[Group]| {
        let alone = these.iter().filter(|one| those.iter().all(|other| other.key != one.key));
        alone.map(|group| group.title.clone()).collect()
    };
    Diff {
        environment: surroundings::differences(a, b),
        only_in_a: missing(&of_a, &of_b),
        only_in_b: missing(&of_b, &of_a),
        groups: of_a
            .into_iter()
            .filter_map(|one| Some((of_b.iter().find(|other| other.key == one.key)?.clone(), one)))
            .map(|(other, one)| pair(one, other, syscalls))
            .collect(),
    }
}

fn pair(a: Group, b: Group, syscalls: usize) -> Pair {
    let metrics = match a.key {
        Key::Ledger { .. } => metric::of_ledger(),
        Key::Runs { .. } | Key::Command => metric::of_runs([&a.repetitions[0], &b.repetitions[0]], syscalls),
    };
    let rows = metrics.iter().filter_map(|metric| row(&a, &b, metric)).collect();
    Pair {
        title: if a.title == b.title { a.title.clone() } else { format!("{} | {}", a.title, b.title) },
        repetitions: [a.repetitions.len(), b.repetitions.len()],
        differently_bound: (a.pinned != b.pinned).then_some([a.pinned, b.pinned]),
        rows,
        sides: [a, b],
    }
}

/// `None` where neither side has the figure, or nothing of it ever happened.
fn row(a: &Group, b: &Group, metric: &Shown) -> Option<Row> {
    let [of_a, of_b] = [a, b].map(|group| group.samples(&metric.path));
    let [median_a, median_b] = [&of_a, &of_b].map(|samples| Some(summary::summarise(samples)?.median));
    let is_nothing = of_a.iter().chain(&of_b).all(|figure| *figure == 0.0);
    if is_nothing {
        return None;
    }
    let ratio = ratio(a, b, &metric.path);
    Some(Row {
        label: metric.label.clone(),
        path: metric.path.clone(),
        unit: metric.unit,
        a: median_a,
        b: median_b,
        ratio: ratio.map(Ratio::from),
        seen: seen(&of_a, &of_b, ratio),
    })
}

/// Of the medians; of slopes with what their own intervals allow.
fn ratio(a: &Group, b: &Group, path: &str) -> Option<Summary> {
    let ratio = summary::ratio(&b.samples(path), &a.samples(path))?;
    let Some(line) = path.strip_suffix(".slope") else { return Some(ratio) };
    let end = |group: &Group, name: &str| group.samples(&format!("{line}.{name}")).first().copied();
    let [low_a, high_a] = ["low", "high"].map(|name| end(a, name).filter(|end| *end > 0.0));
    let interval = Interval { low: end(b, "low")? / high_a?, high: end(b, "high")? / low_a? };
    Some(Summary { interval: Some(interval), ..ratio })
}

fn seen(a: &[f64], b: &[f64], ratio: Option<Summary>) -> Seen {
    let (Some(first), false) = (a.first(), b.is_empty()) else { return Seen::NotMeasured };
    if a.iter().chain(b).all(|figure| figure == first) {
        return Seen::Equal;
    }
    match ratio.and_then(|ratio| ratio.interval) {
        Some(interval) if interval.low > 1.0 => Seen::More,
        Some(interval) if interval.high < 1.0 => Seen::Less,
        Some(_) => Seen::NoDifference,
        // None of it in A, and some in each repetition of B.
        None if a.len() > 1 && b.len() > 1 && a.iter().all(|a| b.iter().all(|b| b > a)) => Seen::More,
        None if a.len() > 1 || b.len() > 1 => Seen::NoDifference,
        None => Seen::NotRepeated,
    }
}

impl From<Summary> for Ratio {
    fn from(ratio: Summary) -> Self {
        let [low, high] = [ratio.interval.map(|ends| ends.low), ratio.interval.map(|ends| ends.high)];
        Self { median: ratio.median, low, high }
    }
}

impl Group {
    /// A figure of each repetition; empty where it was not measured in all of them.
    fn samples(&self, path: &str) -> Vec<f64> {
        self.repetitions.iter().map(|figures| figures::get(figures, path)).collect::<Option<_>>().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
