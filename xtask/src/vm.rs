//! `vm`: the tests of the kernel side on other kernels, in guests under QEMU.

mod console;
mod guest;
mod image;
mod libraries;
pub mod package;
mod programs;
mod series;
mod verdict;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use comfy_table::{Table, presets};

use crate::setup::programs::Program;
use crate::workspace::Workspace;
use console::Console;
use guest::{Accelerator, End, Guest};
use package::{Kernel, Packages};
use series::Series;
use verdict::Verdict;

const NEEDED: [Program; 4] = [
    Program { name: guest::QEMU, package: "qemu-system-x86", purpose: "to boot other kernels" },
    Program { name: "apt-get", package: "apt", purpose: "to download Debian's kernels" },
    Program { name: "dpkg-deb", package: "dpkg", purpose: "to unpack Debian's kernels" },
    Program { name: "ldd", package: "libc-bin", purpose: "to find the libraries of programs" },
];

/// Which kernels, and which tests.
#[derive(clap::Args)]
pub struct Args {
    /// Kernels: 6.1-cloud, 6.12-cloud, 6.12-rt; all of them when none is named
    #[arg(value_name = "KERNEL", value_parser = series_named)]
    kernels: Vec<&'static Series>,
    /// Kill a guest that takes longer
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=1440))]
    limit: u64,
    /// Emulate the processor, even where its virtualisation (KVM) can be used
    #[arg(long)]
    emulate: bool,
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

/// Boots one kernel after the other, and prints what came of each.
pub fn vm(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    crate::setup::programs::ensure(&NEEDED)?;
    let folder = workspace.target.join("vm");
    let _lock = lock(&folder)?;
    let programs = programs::build(workspace)?;
    let tests = programs.test_names(&args.tests)?;
    ensure!(!tests.is_empty(), "no test has {} in its name", args.tests.join(" "));
    let mut packages = Packages::new(folder.join("packages"));
    let busybox = packages.file("busybox-static", "bin/busybox")?;
    let initramfs = image::build(&folder, &busybox, &programs)?;
    let accelerator = if args.emulate { Accelerator::Emulation } else { Accelerator::to_try() };
    let mut matrix = Matrix { args, busybox, initramfs, folder, tests, accelerator };
    let all = series::ALL.iter().collect();
    let kernels = if args.kernels.is_empty() { &all } else { &args.kernels };
    let verdicts: Vec<_> = kernels.iter().map(|series| matrix.run(series, &mut packages)).collect::<Result<_>>()?;
    println!("{}", table(&verdicts));
    Ok(if verdicts.iter().all(Verdict::is_success) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Kept by one run at a time: guests write to the same files, and two of them need all CPUs.
fn lock(folder: &Path) -> Result<File> {
    fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("create {}", path.display()))?;
    let locked = match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            eprintln!("another run of cargo xtask vm has {}: waiting for its end", path.display());
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
    };
    locked.with_context(|| format!("lock {}", path.display()))?;
    Ok(file)
}

/// What all guests have in common.
struct Matrix<'a> {
    args: &'a Args,
    folder: PathBuf,
    busybox: PathBuf,
    /// What all kernels have in common.
    initramfs: PathBuf,
    /// The names of the tests that are to be run.
    tests: Vec<String>,
    accelerator: Accelerator,
}

impl Matrix<'_> {
    /// Runs the tests on a kernel and prints what is not plain success. A kernel that cannot be had is a failure of its
    /// own, and the others are run all the same.
    fn run(&mut self, series: &Series, packages: &mut Packages) -> Result<Verdict> {
        let kernel = match packages.kernel(series) {
            Ok(kernel) => kernel,
            Err(error) => {
                let verdict = Verdict::unavailable(series.name, format!("{error:#}"));
                print!("{verdict}");
                return Ok(verdict);
            }
        };
        eprintln!("{}: {} tests on Linux {} under QEMU", series.name, self.tests.len(), kernel.release);
        let start = Instant::now();
        let (console, end) = self.boot(series, &kernel)?;
        let mut verdict = Verdict::new(series.name, &kernel.release, (&console, end), &self.tests);
        verdict.elapsed = start.elapsed();
        print!("{verdict}");
        if verdict.is_unfinished() {
            let guest = self.guest(series, &kernel);
            println!("{}: the last lines of {}:\n{}", series.name, guest.log.display(), guest.last_lines());
        }
        Ok(verdict)
    }

    /// With KVM where that works, and emulated from the first time on that it does not.
    fn boot(&mut self, series: &Series, kernel: &Kernel) -> Result<(Console, End)> {
        let guest = self.guest(series, kernel);
        image::with_modules(&self.initramfs, &self.busybox, kernel, &guest.initramfs)?;
        let (console, end) = guest.run()?;
        if console.release.is_some() || self.accelerator == Accelerator::Emulation {
            return Ok((console, end));
        }
        let last = guest.last_lines();
        let last = last.lines().last().unwrap_or("the guest hangs");
        eprintln!("KVM does not work here, the processor is emulated: {last}");
        self.accelerator = Accelerator::Emulation;
        self.guest(series, kernel).run()
    }

    fn guest<'a>(&self, series: &Series, kernel: &'a Kernel) -> Guest<'a> {
        let words = self.args.tests.iter().fold(String::new(), |words, word| words + " " + word);
        Guest {
            kernel: &kernel.image,
            initramfs: self.folder.join(format!("{}.initramfs", series.name)),
            words: format!("taskweight_pid_max={} -- --show-output{words}", series.pid_max),
            limit: Duration::from_secs(60 * self.args.limit),
            accelerator: self.accelerator,
            log: self.folder.join(format!("{}.log", series.name)),
        }
    }
}

fn table(verdicts: &[Verdict]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["kernel", "release", "passed", "failed", "skipped", "time", ""]);
    for verdict in verdicts {
        let count = |number: usize| number.to_string();
        table.add_row([
            verdict.name.clone(),
            verdict.release.clone().unwrap_or_else(|| "-".to_owned()),
            count(verdict.passed),
            count(verdict.failed.len()),
            count(verdict.skipped.len()),
            format!("{} s", verdict.elapsed.as_secs()),
            (if verdict.is_success() { "ok" } else { "FAILED" }).to_owned(),
        ]);
    }
    table
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

    #[test]
    fn a_second_run_waits() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock(folder.path()).unwrap();
        let second = File::create(folder.path().join("lock")).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(second.try_lock().is_ok());
    }

    #[test]
    fn every_kernel_has_a_row() {
        let verdicts = [Verdict::unavailable("6.12-rt", "nothing".to_owned())];
        let text = table(&verdicts).trim_fmt();
        assert!(text.lines().nth(1).is_some_and(|row| row.contains("6.12-rt") && row.ends_with("FAILED")), "{text}");
    }
}
