//! What each eBPF program costs, by taskweight's own calibration.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::place::Place;
use super::table::{Figures, median, one_decimal};
use crate::command;

/// As much of a report as is read here.
#[derive(Deserialize)]
struct Report {
    probes: Vec<Probe>,
}

#[derive(Deserialize)]
struct Probe {
    name: String,
    hook: String,
    runs: Option<u64>,
    net_ns_per_run: Option<f64>,
    verified_instruction_count: Option<u64>,
}

/// The table: a row for each program.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    let mut by_name = BTreeMap::<String, Vec<Probe>>::new();
    let mut order = Vec::new();
    for round in 1..=rounds {
        eprintln!("programs: calibration {round} of {rounds}");
        let probes = calibrate(place)?;
        order = probes.iter().map(|probe| probe.name.clone()).collect();
        probes.into_iter().for_each(|probe| by_name.entry(probe.name.clone()).or_default().push(probe));
    }
    let title = format!("Programs: net ns per run, beside an empty one; medians of {rounds} calibrations");
    let mut figures = Figures::new(title, &["hook", "runs", "net ns", "verified instructions"]);
    order.iter().filter_map(|name| by_name.get(name)).for_each(|calibrations| figures.row(&row(calibrations)));
    Ok(figures.render())
}

fn calibrate(place: &Place) -> Result<Vec<Probe>> {
    let words = ["taskweight", "--quiet", "run", "--calibrate", "--json", "-", "--", "true"];
    let json = command::output(&mut place.command(&words)?)?;
    let report: Report = serde_json::from_str(&json).context("read the report of taskweight run --calibrate")?;
    Ok(report.probes)
}

fn row(calibrations: &[Probe]) -> [String; 4] {
    let runs = median(calibrations.iter().filter_map(|probe| probe.runs).map(|runs| runs as f64));
    let net_ns = median(calibrations.iter().filter_map(|probe| probe.net_ns_per_run));
    let (hook, verified) =
        calibrations.last().map_or(("", None), |probe| (&probe.hook, probe.verified_instruction_count));
    let whole = |value: f64| if value.is_nan() { "-".into() } else { format!("{value:.0}") };
    [hook.into(), whole(runs), one_decimal(net_ns), verified.map_or("-".into(), |count| count.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(net_ns_per_run: Option<f64>) -> Probe {
        let json = r#"{"name": "x", "hook": "tp_btf/x", "runs": 1000, "net_ns_per_run": null}"#;
        Probe { net_ns_per_run, ..serde_json::from_str(json).unwrap() }
    }

    #[test]
    fn a_calibration_without_a_figure_is_left_out_of_the_median() {
        let calibrations = [probe(Some(70.0)), probe(None), probe(Some(60.0)), probe(Some(90.0))];
        assert_eq!(row(&calibrations), ["tp_btf/x", "1000", "70.0", "-"]);
        assert_eq!(row(&[probe(None)]), ["tp_btf/x", "1000", "-", "-"]);
    }
}
