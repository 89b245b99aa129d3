//! How long taskweight takes around the shortest of commands.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::place::Place;
use super::table::{Figures, median};

/// Starts are short: this many in each round.
const STARTS_PER_ROUND: u32 = 2;

/// The table: the command alone, under taskweight, and what loading and attaching has in it.
pub fn table(place: &Place, rounds: u32) -> Result<String> {
    eprintln!("start-up: measuring");
    let starts = rounds * STARTS_PER_ROUND;
    let (mut alone, mut traced, mut attached) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..starts {
        alone.push(start(place, &["true"])?.0);
        let (ms, stderr) = start(place, &["taskweight", "--verbose", "run", "--", "true"])?;
        traced.push(ms);
        attached.extend(attached_in(&stderr));
    }
    let mut figures = Figures::new(format!("Start-up: medians of {starts} starts"), &["", "ms"]);
    for (what, times) in
        [("true", alone), ("taskweight run -- true", traced), ("  of it, loading and attaching", attached)]
    {
        figures.row(&[what.into(), format!("{:.1}", median(times))]);
    }
    Ok(figures.render())
}

/// Milliseconds from start to end, and what was printed to stderr.
fn start(place: &Place, words: &[&str]) -> Result<(f64, String)> {
    let mut command = place.command(words)?;
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {}", words.join(" ")))?;
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{} failed: {}: {}", words.join(" "), output.status, stderr.trim());
    Ok((ms, stderr))
}

/// The figure in `taskweight: loaded and attached in 36.4 ms`.
fn attached_in(stderr: &str) -> Option<f64> {
    let rest = stderr.split_once("loaded and attached in ")?.1;
    rest.split_once(" ms")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_attach_is_found_in_what_is_said() {
        assert_eq!(attached_in("taskweight: loaded and attached in 36.4 ms\n\n  total\n"), Some(36.4));
        assert_eq!(attached_in("taskweight: no such file"), None);
    }
}
