//! What it costs a ping-pong of two threads to be watched.

use anyhow::{Context, Result};

use crate::background::Background;
use crate::peers::{PEERS, Peer, Way};
use crate::place::Place;
use crate::table::{Figures, median, one_decimal};
use xtask::command;

/// One way of watching and what was measured under it: nanoseconds per switch, one figure a round.
struct Series {
    peer: &'static Peer,
    rounds: Vec<f64>,
    failure: Option<String>,
}

/// The table, and a line for each tool that is not in it.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    let (there, missing): (Vec<_>, Vec<_>) =
        PEERS.iter().partition(|peer| peer.programs().iter().all(|program| place.has(program)));
    let mut all: Vec<_> = there.into_iter().map(|peer| Series { peer, rounds: Vec::new(), failure: None }).collect();
    for round in 1..=rounds {
        eprintln!("ping-pong: round {round} of {rounds}");
        one_round(place, &mut all)?;
    }
    let title = format!("Ping-pong on CPU {}: ns per switch, medians of {rounds} interleaved rounds", place.cpu);
    let mut lines = vec![render(title, &all)];
    lines.extend(missing.iter().map(|peer| format!("not installed: {} (package {})", peer.name, peer.package)));
    lines.extend(all.iter().filter_map(|series| Some(format!("not usable: {}", series.failure.as_ref()?))));
    Ok(lines.join("\n"))
}

/// Every tool once; one that fails is left out from then on. Only without a tool the ping-pong has to succeed.
fn one_round(place: &Place, all: &mut [Series]) -> Result<()> {
    for series in all.iter_mut().filter(|series| series.failure.is_none()) {
        match watched(place, series.peer) {
            Ok(ns) => series.rounds.push(ns),
            Err(error) if matches!(series.peer.way, Way::None) => return Err(error),
            Err(error) => series.failure = Some(format!("{}: {error:#}", series.peer.name)),
        }
    }
    Ok(())
}

fn watched(place: &Place, peer: &Peer) -> Result<f64> {
    let (cpu, hand_overs) = (place.cpu.to_string(), peer.hand_overs.to_string());
    let ping_pong = ["ping_pong", &cpu, &hand_overs];
    match peer.way {
        Way::None => figure(&command::output(&mut place.command(&place.timed(&ping_pong))?)?),
        Way::Starts(words) => {
            let words = place.timed(&[words, &ping_pong].concat());
            figure(&command::output(&mut place.tracing_command(&words)?)?)
        }
        Way::Beside(tools) => {
            let start = |words: &&[&str]| Background::start(peer.name, place.tracing_command(words)?);
            let tools = tools.iter().map(start).collect::<Result<Vec<_>>>()?;
            let ns = figure(&command::output(&mut place.command(&place.timed(&ping_pong))?)?)?;
            tools.into_iter().try_for_each(Background::stop)?;
            Ok(ns)
        }
    }
}

/// The first line is the ping-pong's; a tool may print more.
pub fn figure(stdout: &str) -> Result<f64> {
    let line = stdout.lines().next().unwrap_or_default();
    line.trim().parse().with_context(|| format!("ping_pong printed `{line}` in place of nanoseconds"))
}

/// Differences and ratios are taken within each round, so that a change of the machine between rounds is in neither.
fn render(title: String, all: &[Series]) -> String {
    let mut figures = Figures::new(title, &["watched by", "ns", "lowest", "over nothing", "ratio"]);
    let bare = all.first().map(|series| series.rounds.as_slice()).unwrap_or_default();
    for Series { peer, rounds, .. } in all.iter().filter(|series| series.failure.is_none()) {
        let pairs = || rounds.iter().zip(bare);
        figures.row(&[
            peer.name.into(),
            one_decimal(median(rounds.iter().copied())),
            one_decimal(rounds.iter().copied().fold(f64::NAN, f64::min)),
            format!("{:+.1}", median(pairs().map(|(ns, bare)| ns - bare))),
            format!("{:.2}", median(pairs().map(|(ns, bare)| ns / bare))),
        ]);
    }
    figures.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_line_is_read() {
        assert_eq!(figure("2218.4\n[ perf record: 7 times ]\n").unwrap(), 2218.4);
        assert!(figure("").unwrap_err().to_string().contains("in place of nanoseconds"));
    }

    #[test]
    fn differences_are_those_within_a_round() {
        let series =
            |index: usize, rounds: &[f64]| Series { peer: &PEERS[index], rounds: rounds.to_vec(), failure: None };
        let text = render("t".into(), &[series(0, &[100.0, 200.0, 300.0]), series(1, &[110.0, 210.0, 330.0])]);
        let row = text.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(row, ["taskweight", "run", "210.0", "110.0", "+10.0", "1.10"]);
    }
}
