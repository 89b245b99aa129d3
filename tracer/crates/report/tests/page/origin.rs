//! Works out from the JSON report what a number's `title` says it is made of: a second way to every number of the page.

use std::collections::BTreeMap;

use serde_json::Value;
use taskweight_core::{report::Report, stats::summary::summarise};
use taskweight_report::conclude;

/// A report as the library reads it, and as the JSON that it is.
pub struct Source {
    pub report: Report,
    pub json: Value,
}

impl Source {
    pub fn new(mut report: Report) -> Self {
        conclude(&mut report);
        let json = serde_json::to_value(&report).expect("a report is JSON");
        Self { report, json }
    }

    /// The value of an origin such as `median of runs[0,4:12:4]: per_operation.elapsed_ns`.
    pub fn value(&self, origin: &str) -> f64 {
        if let Some((over, under)) =
            origin.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')?.split_once(") / ("))
        {
            return self.value(over) / self.value(under);
        }
        let Some((what, of)) = origin.split_once(" of ") else { return evaluate(&self.json, origin) };
        if let Some(name) = of.strip_prefix("witness ") {
            return self.witness(what, name);
        }
        if let Some(cause) = of.strip_prefix("loss ") {
            return self.runs().filter_map(|run| run["loss"][cause].as_f64()).sum();
        }
        let (runs, expression) = of.split_once(": ").unwrap();
        let indices = runs.strip_prefix("runs[").unwrap().strip_suffix(']').unwrap();
        let runs: Vec<&Value> = indices.split(',').flat_map(selected).map(|index| &self.json["runs"][index]).collect();
        match what {
            "median" | "low" | "high" => over_runs(what, &runs, expression),
            _ => of_distribution(what, &runs, expression),
        }
    }

    fn runs(&self) -> impl Iterator<Item = &Value> {
        self.json["runs"].as_array().unwrap().iter()
    }

    fn witness(&self, what: &str, name: &str) -> f64 {
        let all = self.runs().map(|run| &run["witness"][name]).filter(|witness| !witness.is_null());
        let agrees = |witness: &Value| {
            let number = |field: &str| witness[field].as_u64().unwrap_or(0);
            let most = number("ours").checked_add(number("bound")).unwrap();
            (number("ours")..=most).contains(&number("theirs")) && number("threads_disagreeing") == 0
        };
        let is_exact = |witness: &Value| witness["ours"] == witness["theirs"];
        let counted: Vec<u64> = all
            .map(|witness| match what {
                "compared" => 1,
                "exact" => u64::from(agrees(witness) && is_exact(witness)),
                "within_bound" => u64::from(agrees(witness) && !is_exact(witness)),
                "disagreeing" => u64::from(!agrees(witness)),
                "threads" => witness["threads_compared"].as_u64().unwrap_or(0),
                _ => panic!("{what}"),
            })
            .collect();
        counted.iter().sum::<u64>() as f64
    }
}

/// Indices of a selector: one, or a slice such as `0:20:4` with its end not in it.
fn selected(selector: &str) -> Vec<usize> {
    let numbers: Vec<usize> = selector.split(':').map(|number| number.parse().unwrap()).collect();
    match numbers[..] {
        [index] => vec![index],
        [from, to] => (from..to).collect(),
        [from, to, step] => (from..to).step_by(step).collect(),
        _ => panic!("{selector}"),
    }
}

/// Name and index of `name[3]`.
fn indexed(text: &str) -> Option<(&str, usize)> {
    let (name, index) = text.strip_suffix(']')?.rsplit_once('[')?;
    Some((name, index.parse().ok()?))
}

fn over_runs(what: &str, runs: &[&Value], expression: &str) -> f64 {
    let values: Vec<f64> = runs.iter().map(|run| evaluate(run, expression)).collect();
    if what == "median" {
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        return if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
    }
    let interval = summarise(&values).unwrap().interval.unwrap();
    if what == "low" { interval.low } else { interval.high }
}

/// Terms divided and added from left to right.
fn evaluate(root: &Value, expression: &str) -> f64 {
    let mut words = expression.split(' ');
    let mut value = term(root, words.next().unwrap());
    while let Some(operator) = words.next() {
        let next = term(root, words.next().unwrap());
        value = if operator == "/" { value / next } else { value + next };
    }
    value
}

fn term(root: &Value, text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| at(root, text).as_f64().unwrap_or_else(|| panic!("{text} is no number")))
}

fn at<'a>(root: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(root, |value, part| match indexed(part) {
        Some((name, index)) => &value[name][index],
        None => &value[part],
    })
}

/// Count, extremes and percentiles of histograms added up bucket by bucket.
fn of_distribution(what: &str, runs: &[&Value], path: &str) -> f64 {
    let all: Vec<&Value> = runs.iter().map(|run| at(run, path)).filter(|histogram| !histogram.is_null()).collect();
    let mut buckets: BTreeMap<u64, u64> = BTreeMap::new();
    for pair in all.iter().flat_map(|histogram| histogram["buckets"].as_array().unwrap()) {
        *buckets.entry(pair[0].as_u64().unwrap()).or_default() += pair[1].as_u64().unwrap();
    }
    let (count, extremes) = (buckets.values().sum::<u64>(), |field: &str| {
        all.iter().filter_map(|histogram| histogram[field].as_u64()).collect::<Vec<_>>()
    });
    let max = || extremes("max").into_iter().max().unwrap();
    let permille = match what {
        "count" => return count as f64,
        "min" => return extremes("min").into_iter().min().unwrap() as f64,
        "max" => return max() as f64,
        "p50" => 500,
        "p90" => 900,
        "p99" => 990,
        "p999" => 999,
        _ => panic!("{what}"),
    };
    let rank = (count * permille).div_ceil(1000).max(1);
    let mut seen = 0;
    let last = *buckets.keys().last().unwrap();
    let reached = buckets.iter().find(|(_, in_bucket)| {
        seen += **in_bucket;
        seen >= rank
    });
    let upper = *reached.unwrap().0;
    if upper == last { max() as f64 } else { upper.min(max()) as f64 }
}
