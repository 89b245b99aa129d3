//! Judging conditions.

use serde::Serialize;

use taskweight_core::stats::summary::{self, Summary};

use super::{Diff, Pair, expression::Expression, group::Group, ratio};

/// A condition that is met in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Met {
    /// The condition.
    pub expression: String,
    /// The group.
    pub group: String,
    /// The figure that meets it.
    pub figure: String,
}

impl Diff {
    /// Every condition that is met, in every group.
    ///
    /// # Errors
    /// When the figure of a condition is in no group: a condition that cannot be judged is not one that is not met.
    pub fn check(&self, expressions: &[Expression]) -> Result<Vec<Met>, String> {
        let mut met = Vec::new();
        for expression in expressions {
            let judged: Vec<_> = self.groups.iter().filter_map(|pair| Some((pair, pair.figure(expression)?))).collect();
            if judged.is_empty() {
                return Err(self.cannot_judge(expression));
            }
            met.extend(judged.into_iter().filter(|(_, figure)| expression.is_met(figure)).map(|(pair, figure)| Met {
                expression: expression.to_string(),
                group: pair.title.clone(),
                figure: in_words(&figure, expression.is_of_ratio),
            }));
        }
        Ok(met)
    }

    fn cannot_judge(&self, expression: &Expression) -> String {
        let path = &expression.path;
        let last = path.rsplit('.').next().unwrap_or(path);
        let mut known: Vec<&str> =
            self.groups.iter().flat_map(|pair| pair.sides[1].repetitions[0].keys().map(String::as_str)).collect();
        known.sort_unstable();
        known.dedup();
        let near: Vec<&str> = known.into_iter().filter(|one| one.contains(last)).take(3).collect();
        let hint = if near.is_empty() {
            String::from("paths name fields of the runs in the JSON report")
        } else {
            format!("did you mean {}?", near.join(", "))
        };
        format!("--fail-on {expression}: `{path}` was not measured on both sides of any group; {hint}")
    }
}

impl Pair {
    /// What a condition is on: the ratio, or the figure of B; `None` where it is absent.
    fn figure(&self, expression: &Expression) -> Option<Summary> {
        let [a, b] = &self.sides;
        if expression.is_of_ratio {
            return ratio(a, b, &expression.path).or_else(|| from_nothing(a, b, &expression.path));
        }
        summary::summarise(&b.samples(&expression.path))
    }
}

/// Over none at all: 1 for none, and more than any limit for some.
fn from_nothing(a: &Group, b: &Group, path: &str) -> Option<Summary> {
    let [a, b] = [a, b].map(|group| summary::summarise(&group.samples(path)));
    (a?.median == 0.0).then_some(Summary {
        median: if b?.median > 0.0 { f64::INFINITY } else { 1.0 },
        interval: None,
        samples: 1,
    })
}

fn in_words(figure: &Summary, is_of_ratio: bool) -> String {
    let x = if is_of_ratio { "x" } else { "" };
    let interval = figure.interval.map(|ends| format!(" ({:.4}{x} to {:.4}{x})", ends.low, ends.high));
    format!("{:.4}{x}{}", figure.median, interval.unwrap_or_default())
}
