//! `vm`: the tests of the kernel side on other kernels, in guests under QEMU, as many at once as there is room for.

pub mod console;
mod guest;
mod image;
mod kernels;
mod libraries;
mod matrix;
pub mod package;
mod programs;
mod series;
mod slowest;
mod table;
mod this_machine;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;

use crate::workspace::Workspace;
use matrix::{Matrix, Options};
use series::Series;
use table::table;
use verdict::Verdict;

/// Which kernels, and which tests.
#[derive(clap::Args)]
pub struct Args {
    /// Kernels: 6.1-cloud, 6.12-cloud, 6.12-rt; all of them when none is named
    #[arg(value_name = "KERNEL", value_parser = series_named)]
    kernels: Vec<&'static Series>,
    /// Write what each kernel has, and what came of the tests on it and on the running kernel, to docs/kernels.md
    #[arg(long, conflicts_with_all = ["kernels", "tests"])]
    docs: bool,
    /// Kill a guest that takes longer
    #[arg(long, value_name = "MINUTES", default_value_t = 35, value_parser = clap::value_parser!(u64).range(1..=1440))]
    limit: u64,
    /// Emulate the processor, even where its virtualisation (KVM) can be used
    #[arg(long)]
    emulate: bool,
    /// Say which tests took longest, N of each kernel
    #[arg(long, value_name = "N", default_value_t = 0)]
    slowest: usize,
    /// A filter and options of the test program: -- sched
    #[arg(value_name = "TEST_ARGS", last = true, value_parser = word)]
    tests: Vec<String>,
}

fn series_named(name: &str) -> Result<&'static Series, String> {
    let known = || series::ALL.map(|series| series.name).join(", ");
    Series::named(name).ok_or_else(|| format!("the kernels are {}", known()))
}

/// Arguments reach the guest in the kernel's command line, which is split at spaces and has its own quotes.
fn word(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic() && letter != '"');
    if plain { Ok(text.to_owned()) } else { Err("no spaces or quotes, please".to_owned()) }
}

/// Boots the kernels, and prints what came of each.
pub fn vm(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let kernels = if args.kernels.is_empty() { series::ALL.iter().collect() } else { args.kernels };
    let limit = Duration::from_secs(60 * args.limit);
    let options = Options { kernels, limit, emulate: args.emulate, tests: args.tests };
    let guests = Matrix::prepare(workspace, options)?;
    // One after the other: they would disturb each other.
    let here = args.docs.then(|| this_machine::verdict(workspace)).transpose()?;
    here.iter().for_each(|verdict| print!("{verdict}"));
    let verdicts: Vec<_> = guests.run()?.into_iter().chain(here).collect();
    verdicts.iter().for_each(|verdict| print_slowest(verdict, args.slowest));
    println!("{}", table(&verdicts));
    if args.docs {
        kernels::write(workspace, &verdicts)?;
    }
    Ok(if verdicts.iter().all(Verdict::is_success) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_slowest(verdict: &Verdict, count: usize) {
    for (test, time) in verdict.slowest.iter().take(count) {
        println!("{}: {:4} s {test}", verdict.name, time.as_secs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kernel_is_refused_with_those_that_are() {
        let error = series_named("5.10").unwrap_err();
        assert_eq!(error, "the kernels are 6.1-cloud, 6.12-cloud, 6.12-rt");
    }

    #[test]
    fn words_that_the_kernel_would_split_are_refused() {
        assert!(word("sched::a").is_ok());
        assert!(["", "a b", "a\"b"].iter().all(|text| word(text).is_err()));
    }
}
