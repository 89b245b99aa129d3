//! Whether the programs cost the same among few threads and among as many as the machine can have.

use std::fs;

use anyhow::{Context, Result};

use crate::place::Place;
use crate::probes::{self, Costs};
use crate::table::{Figures, median, one_decimal};

/// Threads of the ring; beside them as many as there can be.
const THREADS: [u64; 4] = [2, 100, 1_000, 10_000];
const MOST: u64 = 30_000;
/// Pids that stay free for everybody else.
const FREE: u64 = 2_000;
/// A ring of C threads: they need the fewest mappings, of which a process can have about 65,000.
const MODEL: &str = "pthread";
/// Rounds, at most: tens of thousands of threads are slow to start.
const MOST_ROUNDS: u32 = 3;
const HOOKS: [&str; 4] = ["tp_btf/sched_switch", "tp_btf/sched_wakeup", "raw_tp/sys_enter", "raw_tp/sys_exit"];

/// The table: a row for each number of threads.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    let rounds = rounds.min(MOST_ROUNDS);
    let numbers: Vec<u64> = THREADS.into_iter().chain(most()?.filter(|most| *most > THREADS[3])).collect();
    let mut measured: Vec<Vec<Costs>> = numbers.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (threads, rings) in numbers.iter().zip(&mut measured) {
            eprintln!("threads: {threads}, round {round} of {rounds}");
            let words = ["--model", MODEL, "--threads", &threads.to_string()];
            rings.push(probes::costs(place, &words)?);
        }
    }
    let title = format!("Threads in a ring on CPU {}: net ns per run; medians of {rounds} rounds", place.cpu);
    Ok(render(title, &numbers, &measured))
}

/// The sum is of one event of each kind, of which a switch may make more: the share shows how both grow, and is less than
/// what a switch pays.
fn render(title: String, numbers: &[u64], measured: &[Vec<Costs>]) -> String {
    let columns = ["threads", HOOKS[0], HOOKS[1], HOOKS[2], HOOKS[3], "sum", "switch", "share"];
    let mut figures = Figures::new(title, &columns);
    for (threads, rings) in numbers.iter().zip(measured) {
        let of_hooks = HOOKS.map(|hook| net_ns(rings, hook));
        let sum: f64 = of_hooks.iter().sum();
        let hand_over = median(rings.iter().map(|ring| ring.hand_over_ns));
        let in_ns = of_hooks.into_iter().chain([sum, hand_over]).map(one_decimal);
        let share = format!("{:.0} %", 100.0 * sum / hand_over);
        figures.row(&[threads.to_string()].into_iter().chain(in_ns).chain([share]).collect::<Vec<_>>());
    }
    figures.render()
}

fn net_ns(rings: &[Costs], hook: &str) -> f64 {
    let programs = rings.iter().flat_map(|ring| &ring.main);
    median(programs.filter(|program| program.hook == hook).filter_map(|program| program.net_ns_per_run))
}

/// As many threads as can be started while enough pids stay free.
pub fn most() -> Result<impl Iterator<Item = u64>> {
    let read = |path: &str| fs::read_to_string(path).with_context(|| format!("read {path}"));
    let pid_max = read("/proc/sys/kernel/pid_max")?.trim().parse().context("read /proc/sys/kernel/pid_max")?;
    let there = threads_there(&read("/proc/loadavg")?).context("read /proc/loadavg")?;
    Ok(room(pid_max, there).into_iter())
}

fn room(pid_max: u64, there: u64) -> Option<u64> {
    pid_max.checked_sub(there + FREE).map(|room| room.min(MOST))
}

/// The second number in `running/there`, the fourth word.
fn threads_there(loadavg: &str) -> Option<u64> {
    loadavg.split(' ').nth(3)?.split_once('/')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_share_of_the_hand_over() {
        let program = |hook| format!(r#"{{"hook": "{hook}", "net_ns_per_run": 50.0}}"#);
        let json = format!(r#"{{"main": [{}], "anatomy": [], "hand_over_ns": 2000.0}}"#, HOOKS.map(program).join(","));
        let text = render("t".into(), &[100], &[vec![serde_json::from_str(&json).unwrap()]]);
        let row = text.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(row, ["100", "50.0", "50.0", "50.0", "50.0", "200.0", "2000.0", "10", "%"]);
    }

    #[test]
    fn pids_stay_free_for_others() {
        assert_eq!(threads_there("0.83 2.01 15.33 3/412 12345\n"), Some(412));
        assert_eq!(room(32_768, 412), Some(30_000));
        assert_eq!(room(32_768, 1_412), Some(29_356));
        assert_eq!(room(4_194_304, 412), Some(30_000));
        assert_eq!(room(2_000, 412), None);
    }
}
