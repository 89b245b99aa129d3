//! Options of `run`.

use std::ffi::OsString;

use clap::Args;

use super::{MeasuringArgs, TimelineArgs};
use taskweight_core::plan::Pinning;

/// Options of `run`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  sudo taskweight run -- ls -lR /usr/share
  sudo taskweight run --operations 10000 --json run.json -- ./load-test --requests 10000
  sudo taskweight run --per syscall:accept4 --timeout 30 -- ./server")]
pub struct RunArgs {
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Operations the command performs: counts are divided by this number
    #[arg(long, value_name = "N", conflicts_with = "per", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Divide counts by the number of calls of a system call: syscall:NAME
    #[arg(long, value_name = "syscall:NAME", value_parser = per_syscall)]
    pub per: Option<String>,
    /// Run the command N times; adds confidence intervals
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// Pin the command to one CPU, or to none
    #[arg(long, value_name = "CPU|none", default_value = "none")]
    pub pin: Pinning,
    /// Maximum rows in the tables of threads and system calls
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Also count cycles, instructions, cache and TLB misses; slows context switches down
    #[arg(long)]
    pub hardware: bool,
    /// Measure the cost of each probe afterwards, which takes half a second
    #[arg(long)]
    pub calibrate: bool,
    /// A timeline.
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
}

fn per_syscall(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("syscall:").ok_or("expected syscall:NAME, such as syscall:accept4")?;
    if taskweight_probe::syscalls::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(format!("no system call is named `{name}` on this architecture"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_can_be_calls_of_a_known_system_call() {
        assert_eq!(per_syscall("syscall:accept4"), Ok(String::from("accept4")));
        assert!(per_syscall("syscall:acept").is_err());
        assert!(per_syscall("accept4").is_err());
    }
}
