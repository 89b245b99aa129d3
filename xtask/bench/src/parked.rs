//! What a ping-pong of two threads pays for all the others that are traced and do nothing.

use anyhow::Result;

use crate::ping_pong::figure;
use crate::place::Place;
use crate::table::{Figures, median, one_decimal};
use crate::threads::most;
use xtask::command;

/// Threads beside the two; then as many as there can be.
const PARKED: [u64; 4] = [0, 100, 1_000, 10_000];
const HAND_OVERS: &str = "50000";
const TASKWEIGHT: [&str; 4] = ["taskweight", "--quiet", "run", "--"];

/// Nanoseconds per switch, without taskweight and under it, in each round.
type Rounds = Vec<(f64, f64)>;

/// The table: a row for each number of threads.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    let numbers: Vec<u64> = PARKED.into_iter().chain(most()?.filter(|most| *most > PARKED[3])).collect();
    let mut all: Vec<Rounds> = vec![Vec::new(); numbers.len()];
    for round in 1..=rounds {
        for (parked, measured) in numbers.iter().zip(&mut all) {
            eprintln!("parked threads: {parked}, round {round} of {rounds}");
            measured.push((ns(place, &[], *parked)?, ns(place, &TASKWEIGHT, *parked)?));
        }
    }
    Ok(render(format!("Ping-pong among parked threads: ns per switch, medians of {rounds} rounds"), &numbers, &all))
}

fn ns(place: &Place, watched_by: &[&str], parked: u64) -> Result<f64> {
    let (cpu, parked) = (place.cpu.to_string(), parked.to_string());
    let words = [watched_by, &["ping_pong", &cpu, HAND_OVERS, &parked]].concat();
    figure(&command::output(&mut place.tracing_command(&place.timed(&words))?)?)
}

/// The difference is that within each round.
fn render(title: String, numbers: &[u64], all: &[Rounds]) -> String {
    let mut figures = Figures::new(title, &["threads beside the two", "nothing", "taskweight run", "over nothing"]);
    for (parked, rounds) in numbers.iter().zip(all) {
        let middle = |of: fn(&(f64, f64)) -> f64| median(rounds.iter().map(of));
        figures.row(&[
            parked.to_string(),
            one_decimal(middle(|ns| ns.0)),
            one_decimal(middle(|ns| ns.1)),
            format!("{:+.1}", middle(|ns| ns.1 - ns.0)),
        ]);
    }
    figures.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_difference_within_a_round() {
        let text = render("t".into(), &[100], &[vec![(100.0, 110.0), (200.0, 240.0), (300.0, 320.0)]]);
        let row = text.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(row, ["100", "200.0", "240.0", "+20.0"]);
    }
}
