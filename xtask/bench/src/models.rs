//! What a switch and a yield cost in each model, untraced.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::place::Place;
use crate::table::{Figures, median, one_decimal};
use xtask::command;

/// Nanoseconds per switch that were reached before, and are within reach.
const REACH: [(&str, f64); 2] = [("corosensei", 12.0), ("future", 8.0)];

/// As much of a report as is read here.
#[derive(Deserialize)]
struct Report {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    model: String,
    scenario: Option<String>,
    per_operation: Option<PerOperation>,
}

#[derive(Deserialize)]
struct PerOperation {
    elapsed_ns: f64,
}

/// The table: a row for each model.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    eprintln!("models: comparing");
    let runs = compare(place, rounds)?;
    let title = format!("Models: ns per operation of 2 tasks on CPU {}; medians of {rounds} runs", place.cpu);
    let mut figures = Figures::new(title, &["model", "switch", "within reach", "yield"]);
    let mut models: Vec<&str> = Vec::new();
    for run in &runs {
        if !models.contains(&run.model.as_str()) {
            models.push(&run.model);
        }
    }
    models.iter().for_each(|model| figures.row(&row(&runs, model)));
    Ok(figures.render())
}

fn compare(place: &Place, rounds: u32) -> Result<Vec<Run>> {
    let (cpu, rounds) = (place.cpu.to_string(), rounds.to_string());
    let scenarios = ["--scenarios", "switch,yield", "--tasks", "2", "--pin", &cpu];
    let words = [&["taskweight", "--quiet", "compare", "--json", "-", "--repetitions", &rounds], &scenarios[..]];
    let json = command::output(&mut place.command(&words.concat())?)?;
    let report: Report = serde_json::from_str(&json).context("read the report of taskweight compare")?;
    Ok(report.runs)
}

fn row(runs: &[Run], model: &str) -> [String; 4] {
    let of = |scenario| {
        let chosen = runs.iter().filter(|run| run.model == model && run.scenario.as_deref() == Some(scenario));
        one_decimal(median(chosen.filter_map(|run| run.per_operation.as_ref()).map(|figures| figures.elapsed_ns)))
    };
    let reach = REACH.iter().find(|(name, _)| *name == model).map_or(String::new(), |(_, ns)| format!("<= {ns}"));
    [model.into(), of("switch"), reach, of("yield")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(scenario: &str, elapsed_ns: f64) -> Run {
        let per_operation = Some(PerOperation { elapsed_ns });
        Run { model: "future".into(), scenario: Some(scenario.into()), per_operation }
    }

    #[test]
    fn scenarios_are_kept_apart() {
        let runs = [run("switch", 6.0), run("yield", 3.0), run("switch", 8.0)];
        assert_eq!(row(&runs, "future"), ["future", "7.0", "<= 8", "3.0"]);
        assert_eq!(row(&runs, "tokio"), ["tokio", "-", "", "-"]);
    }
}
