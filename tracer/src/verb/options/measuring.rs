//! Options of everything that measures.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use taskweight_probe::session::{ProbeForm, SessionOptions};

/// Options of everything that measures.
#[derive(Clone, Debug, Args)]
pub struct MeasuringArgs {
    /// Write the report as JSON; `-` is standard output, instead of the tables
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write the report as an HTML page with charts; `-` is standard output, instead of the tables
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    /// Fail (exit status 1) if an event was not recorded, or a count differs from the kernel's own counter
    #[arg(long)]
    pub strict: bool,
    /// Run the measured programs as root, instead of as the user who called sudo
    #[arg(long)]
    pub as_root: bool,
    /// Time limit for a program, in seconds [default: compare 60 per step, 180 with idle and deep; run unlimited]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// Maximum number of threads to track
    #[arg(long, value_name = "N", default_value_t = SessionOptions::DEFAULT_THREAD_CAPACITY, value_parser = clap::value_parser!(u32).range(1..=4_194_304))]
    pub max_threads: u32,
    /// Form of the tracepoint programs
    #[arg(long, value_enum, default_value_t, hide = true)]
    pub probe_form: ProbeForm,
}

impl Default for MeasuringArgs {
    /// What holds where the command line says nothing.
    fn default() -> Self {
        Self {
            json: None,
            html: None,
            strict: false,
            as_root: false,
            timeout: None,
            max_threads: SessionOptions::DEFAULT_THREAD_CAPACITY,
            probe_form: ProbeForm::default(),
        }
    }
}

/// A time on the command line, given in seconds.
pub(in crate::verb) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is not a number of seconds"))?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| String::from("must be more than 0 seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_positive_time() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for nonsense in ["0", "-1", "NaN", "1e300", "soon"] {
            assert!(seconds(nonsense).is_err(), "{nonsense}");
        }
    }
}
