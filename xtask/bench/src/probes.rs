//! What each eBPF program costs and takes, by taskweight's own measurement.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::place::Place;
use crate::table::{Figures, median, one_decimal};
use xtask::command;

/// Programs by the session that they belong to, and the ring that they were measured with.
#[derive(Deserialize)]
pub struct Costs {
    pub main: Vec<Program>,
    pub anatomy: Vec<Program>,
    /// Time of one switch under empty programs.
    pub hand_over_ns: f64,
}

/// One program.
#[derive(Clone, Deserialize)]
pub struct Program {
    pub hook: String,
    pub net_ns_per_run: Option<f64>,
    net_ns_per_untraced_run: Option<f64>,
    verified_instruction_count: Option<u64>,
}

/// Two tables: a row for each program of `run` and `compare`, and for each of `anatomy`.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    let (mut main, mut anatomy) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        eprintln!("programs: round {round} of {rounds}");
        let costs = costs(place, &[])?;
        main.push(costs.main);
        anatomy.push(costs.anatomy);
    }
    let title = |of: &str| format!("Programs of {of}: ns per run, beside an empty one; medians of {rounds} rounds");
    Ok([render(title("run and compare"), &main), render(title("anatomy"), &anatomy)].join("\n\n"))
}

/// Measures all programs, with more words on the command line.
pub fn costs(place: &Place, more: &[&str]) -> Result<Costs> {
    let words = [&["taskweight", "program-costs"], more].concat();
    let json = command::output(&mut place.command(&place.timed(&words))?)?;
    serde_json::from_str(&json).context("read what taskweight program-costs prints")
}

/// Rounds have the same programs in the same order.
fn render(title: String, rounds: &[Vec<Program>]) -> String {
    let mut figures = Figures::new(title, &["hook", "traced", "not traced", "instructions verified"]);
    let programs = rounds.first().map_or(0, Vec::len);
    for index in 0..programs {
        figures.row(&row(&rounds.iter().filter_map(|programs| programs.get(index)).collect::<Vec<_>>()));
    }
    figures.render()
}

fn row(rounds: &[&Program]) -> [String; 4] {
    let ns = |of: fn(&Program) -> Option<f64>| one_decimal(median(rounds.iter().filter_map(|program| of(program))));
    let verified = rounds.last().and_then(|program| program.verified_instruction_count);
    [
        rounds.first().map_or(String::new(), |program| program.hook.clone()),
        ns(|program| program.net_ns_per_run),
        ns(|program| program.net_ns_per_untraced_run),
        verified.map_or("-".into(), |count| count.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(net_ns_per_run: Option<f64>) -> Program {
        let json = r#"{"hook": "tp_btf/x", "net_ns_per_untraced_run": 9.5, "verified_instruction_count": 40}"#;
        Program { net_ns_per_run, ..serde_json::from_str(json).unwrap() }
    }

    #[test]
    fn a_round_without_a_figure_is_left_out_of_the_median() {
        let rounds = [program(Some(70.0)), program(None), program(Some(60.0)), program(Some(90.0))];
        assert_eq!(row(&rounds.iter().collect::<Vec<_>>()), ["tp_btf/x", "70.0", "9.5", "40"]);
        assert_eq!(row(&[&program(None)]), ["tp_btf/x", "-", "9.5", "40"]);
    }
}
