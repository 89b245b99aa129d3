//! `test`: every test of the workspace, those of the kernel side on several kernels, with one sum at the end.

mod browser;
mod guests;
mod kernel_side;
pub mod program;
mod promtool;
mod summary;

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::workspace::Workspace;
use crate::{build, command, languages};
use guests::Guests;
use kernel_side::KernelSide;
use summary::Summary;

/// The packages whose tests are run: all but the eBPF programs themselves.
pub const PACKAGES: [&str; 8] = [
    "tracer",
    "taskweight-core",
    "taskweight-probe",
    "taskweight-report",
    "taskweight-run",
    "tracer-ebpf",
    "workloads",
    "xtask",
];

/// cargo's options before `--`, those of the test programs after it. With any of them, the checks of the workloads in
/// other languages and the guests with other kernels are left out.
#[derive(clap::Args)]
pub struct Args {
    /// Leave out the tests that need root
    #[arg(long)]
    no_root: bool,
    /// Leave out the guests with other kernels
    #[arg(long)]
    no_vm: bool,
    /// Write what each kernel has, and what came of the tests on it, to docs/kernels.md; `--docs --test kernel` runs no
    /// other tests for it
    #[arg(long, conflicts_with_all = ["no_root", "no_vm", "test"])]
    docs: bool,
    /// Options of cargo test: --test kernel
    #[arg(value_name = "CARGO_TEST_ARGS", allow_hyphen_values = true)]
    cargo: Vec<OsString>,
    /// A filter and options of the test programs: -- --nocapture sched
    #[arg(value_name = "TEST_ARGS", last = true)]
    test: Vec<OsString>,
}

/// Builds what the tests drive, runs them and prints the sum as the last line.
pub fn test(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    if !args.no_root && !command::can_be_root() {
        bail!("the tests of the kernel side need root and there is no sudo: run as root, or with --no-root");
    }
    build::programs(workspace)?;
    browser::ensure()?;
    build_subject(workspace, args)?;
    let guests = args.has_guests().then(|| Guests::prepare(workspace));
    let (mut summary, kernel_side) = count(&mut cargo_test(workspace, args)?)?;
    if args.is_complete() {
        languages::check::check(workspace).iter().for_each(|outcome| summary.add_check(outcome));
    }
    if let Some(guests) = guests {
        let elsewhere = guests.run()?;
        elsewhere.iter().for_each(|verdict| summary.add_guest(verdict, is_ci()));
        let verdicts: Vec<_> = elsewhere.into_iter().chain(kernel_side.verdict(workspace)).collect();
        guests::print(&verdicts);
        if args.docs {
            guests::write_page(workspace, &verdicts)?;
        }
    }
    println!("{summary}");
    Ok(if summary.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Args {
    /// Whether all tests are asked for.
    fn is_complete(&self) -> bool {
        self.cargo.is_empty() && self.test.is_empty()
    }

    /// Whether the guests are to be run.
    fn has_guests(&self) -> bool {
        self.docs || (self.is_complete() && !self.no_vm)
    }
}

/// Where what cannot be run is a failure.
fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}

/// What the tests of the kernel side measure. cargo builds it with all tests, but not with some that are named.
fn build_subject(workspace: &Workspace, args: &Args) -> Result<()> {
    if args.cargo.is_empty() {
        return Ok(());
    }
    command::run(&mut workspace.cargo(["build", "-p", "tracer", "--examples"]))
}

/// cargo test with this program as runner: cargo stays with the user, and the runner makes root what has to be.
fn cargo_test(workspace: &Workspace, args: &Args) -> Result<Command> {
    let me = env::current_exe().context("find the path of this program")?;
    let runner = format!("target.'cfg(all())'.runner = [{:?}, 'test-program']", me.display().to_string());
    let mut cargo = workspace.cargo(["test", "--no-fail-fast", "--config", &runner]);
    if !names_packages(&args.cargo) {
        cargo.args(PACKAGES.iter().flat_map(|name| ["-p", name]));
    }
    cargo.args(&args.cargo).arg("--").args(&args.test);
    cargo.env(program::BIN_DIR, workspace.release());
    cargo.envs(promtool::find(workspace).map(|path| (promtool::PROMTOOL, path)));
    cargo.envs(args.no_root.then_some((program::NO_ROOT, "1")));
    heed_interrupts(&mut cargo);
    Ok(cargo)
}

/// A shell without job control has what it starts in the background ignore these signals, and so has everything that
/// is started from there: the tests that send them would wait in vain.
fn heed_interrupts(command: &mut Command) {
    let reset = || {
        for interrupt in [Signal::SIGINT, Signal::SIGQUIT] {
            // SAFETY: the default action needs no handler, hence none that could be unsafe.
            unsafe { signal(interrupt, SigHandler::SigDfl) }?;
        }
        Ok(())
    };
    // SAFETY: between fork and exec only signal() is called, which is async-signal-safe.
    unsafe { command.pre_exec(reset) };
}

fn names_packages(args: &[OsString]) -> bool {
    let names = ["-p", "--package", "--workspace", "--all"];
    args.iter().filter_map(|arg| arg.to_str()).any(|arg| {
        names.contains(&arg) || arg.starts_with("--package=") || (arg.starts_with("-p") && !arg.starts_with("--"))
    })
}

/// Runs cargo test, passes on what it prints, and adds up; what it says of the kernel side also apart.
fn count(cargo: &mut Command) -> Result<(Summary, KernelSide)> {
    command::show(cargo);
    let mut child = cargo.stdout(Stdio::piped()).spawn().context("start cargo test")?;
    let mut output = BufReader::new(child.stdout.take().context("cargo test has no output")?);
    let (mut summary, mut kernel_side) = (Summary::default(), KernelSide::default());
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line).context("read what cargo test prints")? > 0 {
        io::stdout().write_all(&line).context("write to stdout")?;
        summary.add(&String::from_utf8_lossy(&line));
        kernel_side.add(&line);
        line.clear();
    }
    let status = child.wait().context("wait for cargo test")?;
    Ok((summary.finish(status.success()), kernel_side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_package_replaces_the_list() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(names_packages(&args(&["--test", "cli", "-p", "tracer"])));
        assert!(names_packages(&args(&["-ptracer"])));
        assert!(!names_packages(&args(&["--test", "kernel", "--profile", "dev"])));
    }
}
