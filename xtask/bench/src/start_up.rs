//! How long taskweight takes around the shortest of commands, and until that begins.

use std::process::Stdio;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::place::Place;
use crate::table::{Figures, median};

/// Starts are short: this many in each round.
const STARTS_PER_ROUND: u32 = 2;
/// A command that says when it began: nanoseconds since 1970.
const CLOCK: [&str; 2] = ["date", "+%s%N"];

/// As much of a report as is read here.
#[derive(Deserialize)]
struct Report {
    own_cost: Option<OwnCost>,
}

#[derive(Deserialize)]
struct OwnCost {
    user_ns: u64,
    system_ns: u64,
}

/// Milliseconds, a figure for each start.
#[derive(Default)]
struct Times {
    alone: Vec<f64>,
    traced: Vec<f64>,
    types: Vec<f64>,
    attached: Vec<f64>,
    user: Vec<f64>,
    system: Vec<f64>,
    began_alone: Vec<f64>,
    began: Vec<f64>,
}

/// The table: the command alone, under taskweight, and where the difference comes from.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    eprintln!("start-up: measuring");
    let starts = rounds * STARTS_PER_ROUND;
    let mut times = Times::default();
    for _ in 0..starts {
        times.measure(place)?;
    }
    let mut figures = Figures::new(format!("Start-up: medians of {starts} starts"), &["", "ms"]);
    let until_first = median(times.began) - median(times.began_alone);
    for (what, ms) in [
        ("true", median(times.alone)),
        ("taskweight run -- true", median(times.traced)),
        ("  reading the kernel's type information", median(times.types)),
        ("  loading and attaching", median(times.attached)),
        ("  CPU time of taskweight in user mode", median(times.user)),
        ("  CPU time of taskweight in the kernel", median(times.system)),
        ("from the start to the command's first instruction", until_first),
    ] {
        figures.row(&[what.into(), format!("{ms:.1}")]);
    }
    Ok(figures.render())
}

impl Times {
    fn measure(&mut self, place: &Place) -> Result<()> {
        self.alone.push(start(place, &["true"])?.ms);
        let traced = start(place, &["taskweight", "--verbose", "run", "--", "true"])?;
        self.traced.push(traced.ms);
        self.types.extend(figure(&traced.stderr, "information read in "));
        self.attached.extend(figure(&traced.stderr, "loaded and attached in "));
        let report = start(place, &["taskweight", "--quiet", "run", "--json", "-", "--", "true"])?.stdout;
        let report: Report = serde_json::from_str(&report).context("read the report of taskweight run")?;
        if let Some(OwnCost { user_ns, system_ns }) = report.own_cost {
            self.user.push(user_ns as f64 / 1e6);
            self.system.push(system_ns as f64 / 1e6);
        }
        self.began_alone.push(began(place, &CLOCK)?);
        self.began.push(began(place, &[&["taskweight", "--quiet", "run", "--"], &CLOCK[..]].concat())?);
        Ok(())
    }
}

/// What one start took and printed.
struct Started {
    ms: f64,
    stdout: String,
    stderr: String,
}

fn start(place: &Place, words: &[&str]) -> Result<Started> {
    let mut command = place.command(words)?;
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {}", words.join(" ")))?;
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    ensure!(output.status.success(), "{} failed: {}: {}", words.join(" "), output.status, stderr.trim());
    Ok(Started { ms, stdout, stderr })
}

/// Milliseconds from a start to the time that the command prints.
fn began(place: &Place, words: &[&str]) -> Result<f64> {
    let before = SystemTime::now().duration_since(UNIX_EPOCH).context("ask what time it is")?.as_nanos();
    let stdout = start(place, words)?.stdout;
    let then: u128 = stdout.trim().parse().with_context(|| format!("date printed `{}`", stdout.trim()))?;
    Ok(then.saturating_sub(before) as f64 / 1e6)
}

/// The figure after some words: `loaded and attached in 36.4 ms`.
fn figure(stderr: &str, words: &str) -> Option<f64> {
    let rest = stderr.split_once(words)?.1;
    rest.split_once(" ms")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phases_are_found_in_what_is_said() {
        let stderr = "taskweight: type information read in 12.1 ms, loaded and attached in 36.4 ms\n\n  total\n";
        assert_eq!(figure(stderr, "information read in "), Some(12.1));
        assert_eq!(figure(stderr, "loaded and attached in "), Some(36.4));
        assert_eq!(figure("taskweight: no such file", "loaded and attached in "), None);
    }
}
