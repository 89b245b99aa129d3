//! The command line.

mod usage;

use clap::{Parser, ValueEnum};

use crate::verb::Verb;
use taskweight_report::claims::Language;

/// What does a task weigh? Measures threads and coroutines with eBPF: kernel transitions, switch latency, faults.
#[derive(Debug, Parser)]
#[command(
    name = "taskweight",
    version,
    max_term_width = 100,
    after_help = "EXAMPLES:
  sudo taskweight compare                      threads vs coroutines: a verdict on each textbook claim
  sudo taskweight compare --quick              the same, in under a minute
  sudo taskweight memory                       bytes per thread, goroutine and future
  sudo taskweight regimes --quick              when coroutines stop winning, and why
  sudo taskweight run -- make -j2              what the kernel does for a command
  sudo taskweight run --per syscall:accept4 -- ./server
                                               the same, per accepted connection
  taskweight doctor                            what this kernel and user can measure"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Print more to standard error: load times and each run
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print only errors to standard error, and the report of `run`
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Language of the verdicts [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "en|ko", value_enum, hide_possible_values = true)]
    pub lang: Option<Language>,
    /// Colour the tables: `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
}

impl Cli {
    /// The language of the verdicts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_environment)
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_has_examples() {
        for verb in Cli::command().get_subcommands().filter(|verb| !verb.is_hide_set()) {
            let help = verb.clone().render_long_help().to_string();
            assert!(help.contains("EXAMPLES:\n  "), "{}", verb.get_name());
        }
    }
}
