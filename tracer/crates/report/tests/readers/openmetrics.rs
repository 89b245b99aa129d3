//! OpenMetrics text.

use std::collections::BTreeMap;

use super::Row;

/// One sample.
#[derive(Clone, Debug)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

impl Sample {
    /// Whether it is this row's figure.
    pub fn is_of(&self, row: &Row) -> bool {
        if !self.is_named_after(row) {
            return false;
        }
        let names = ["model", "scenario", "tasks", "depth_bytes", "held", "touch_bytes", "pinned"];
        let mut expected: BTreeMap<_, _> = names.into_iter().zip(row.case.iter().cloned()).collect();
        expected.extend([("run", row.run.clone()), ("repetition", row.repetition.clone()), ("item", row.item.clone())]);
        let quantile = [("p50", "0.5"), ("p90", "0.9"), ("p99", "0.99"), ("p999", "0.999")];
        let last = row.metric.rsplit('.').next().unwrap_or_default();
        if let Some((_, quantile)) = quantile.iter().find(|(name, _)| *name == last) {
            expected.insert("quantile", (*quantile).to_owned());
        }
        expected.retain(|_, value| !value.is_empty());
        let labels: BTreeMap<_, _> = self.labels.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        labels == expected
    }

    /// The words of the metric's path, in their order, make up the name, and the base unit ends it.
    fn is_named_after(&self, row: &Row) -> bool {
        let mut rest = self.name.strip_prefix("taskweight").unwrap();
        for part in row.metric.split('.') {
            let is_implied = matches!(part, "histograms" | "count" | "p50" | "p90" | "p99" | "p999");
            let word = part.trim_end_matches("_ns").trim_end_matches("_bytes").trim_end_matches("_count");
            let word = word.replace("syscall_histograms", "syscall_durations");
            match rest.strip_prefix(&format!("_{word}")) {
                Some(after) => rest = after,
                None if is_implied => {}
                None => return false,
            }
        }
        match row.unit.split('/').next().unwrap() {
            "ns" => rest == "_seconds",
            "bytes" => rest == "_bytes",
            "ratio" => rest == "_ratio",
            _ => ["", "_seconds_count"].contains(&rest),
        }
    }
}

/// Samples by family. Each family has its type and its help once, before its samples, which stand together.
pub fn openmetrics(text: &str) -> BTreeMap<String, Vec<Sample>> {
    let mut families: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    let Some(body) = text.strip_suffix("# EOF\n") else { panic!("no end marker") };
    let (mut current, mut has_help) = (String::new(), false);
    for line in body.lines() {
        assert_ne!(line, "# EOF");
        if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, kind) = head.split_once(' ').unwrap();
            assert!(["gauge", "summary"].contains(&kind), "{line}");
            assert!(families.insert(name.to_owned(), Vec::new()).is_none(), "{name} twice");
            (current, has_help) = (name.to_owned(), false);
        } else if let Some(unit) = line.strip_prefix("# UNIT ") {
            let (name, unit) = unit.split_once(' ').unwrap();
            assert!(name == current && name.ends_with(&format!("_{unit}")), "{line}");
        } else if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(help.starts_with(&format!("{current} ")) && help.len() > current.len() + 5, "{line}");
            has_help = true;
        } else {
            let sample = sample(line);
            assert!(has_help && [current.clone(), format!("{current}_count")].contains(&sample.name), "{line}");
            families.get_mut(&current).unwrap().push(sample);
        }
    }
    families
}

fn sample(line: &str) -> Sample {
    let (name, rest) = line.split_once('{').unwrap();
    let mut labels = BTreeMap::new();
    let mut rest = rest;
    while !rest.starts_with('}') {
        let (label, quoted) = rest.trim_start_matches(',').split_once("=\"").unwrap();
        let (value, after) = unquoted(quoted);
        assert!(labels.insert(label.to_owned(), value).is_none(), "{label} twice: {line}");
        rest = after;
    }
    let value = rest.strip_prefix("} ").unwrap().parse().unwrap();
    Sample { name: name.to_owned(), labels, value }
}

/// A label's value, and what follows its closing quote.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return (value, &text[index + 1..]),
            '\\' => value.push(match characters.next().unwrap().1 {
                'n' => '\n',
                character => character,
            }),
            character => value.push(character),
        }
    }
    panic!("a label does not end: {text}")
}
