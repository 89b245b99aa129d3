//! `test`: every test that needs neither guests nor lints, with what was left out and one sum at the end.

mod browser;
mod left_out;
pub mod program;
mod promtool;
mod summary;

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::languages::check::Outcome;
use crate::workspace::Workspace;
use crate::{build, command, languages, parallel};
use left_out::LeftOut;
use summary::Summary;

/// The packages whose tests are run. Guests are built with the same ones: with others cargo would build the libraries anew.
pub const PACKAGES: [&str; 3] = ["--workspace", "--exclude", "bench"];

/// cargo's options before `--`, those of the test programs after it. With any of them, the checks of the workloads in
/// other languages are left out.
#[derive(clap::Args)]
pub struct Args {
    /// Leave out the tests that need root
    #[arg(long)]
    no_root: bool,
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
    let fetch = || (browser::ensure(workspace), promtool::find(workspace));
    let ((browser, promtool), built) = parallel::both(fetch, || build::programs(workspace));
    built?;
    build_subject(workspace, args)?;
    let mut left_out = LeftOut::new();
    browser?.iter().for_each(|reason| left_out.add("pages in a browser", reason));
    let promtool = promtool.inspect_err(|error| left_out.add("promtool on OpenMetrics", &format!("{error:#}"))).ok();
    let mut summary = run_tests(workspace, args, promtool, &mut left_out)?;
    if !args.no_root {
        summary.add_check(&doctor(workspace)?);
    }
    if args.is_complete() {
        for (language, outcome) in languages::check::check(workspace) {
            summary.add_check(&outcome);
            left_out.add_check(language, &outcome);
        }
    } else {
        left_out.add("everything that the arguments do not name", "cargo xtask test");
    }
    println!("{left_out}\n{summary}");
    Ok(if summary.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Args {
    /// Whether all tests are asked for.
    fn is_complete(&self) -> bool {
        self.cargo.is_empty() && self.test.is_empty()
    }
}

/// What the tests of the kernel side measure. cargo builds it with all tests, but not with some that are named.
fn build_subject(workspace: &Workspace, args: &Args) -> Result<()> {
    if args.cargo.is_empty() {
        return Ok(());
    }
    command::run(&mut workspace.cargo(["build", "--example", "subject"]))
}

/// Without eBPF the tests of the kernel side skip themselves. That is a failure, of which this is the test.
fn doctor(workspace: &Workspace) -> Result<Outcome> {
    let mut doctor = command::as_root(workspace.release().join("taskweight"))?;
    Ok(match command::run_quietly(doctor.arg("doctor")) {
        Ok(()) => Outcome::Passed,
        Err(error) => {
            println!("test taskweight doctor ... FAILED\n{error:#}");
            Outcome::Failed
        }
    })
}

fn run_tests(workspace: &Workspace, args: &Args, promtool: Option<PathBuf>, left_out: &mut LeftOut) -> Result<Summary> {
    let mut cargo = cargo_test(workspace)?;
    if !names_packages(&args.cargo) {
        cargo.args(PACKAGES);
    }
    // What tests that pass have printed says which of them were skipped; it is shown only when asked for.
    let show_output = "--show-output";
    let is_asked_for = args.test.iter().any(|arg| arg == show_output);
    cargo.args(&args.cargo).arg("--").args((!is_asked_for).then_some(show_output)).args(&args.test);
    cargo.envs(promtool.map(|path| (promtool::PROMTOOL, path)));
    if args.no_root {
        cargo.env(program::NO_ROOT, "1");
        left_out.add("tests that need root", "cargo xtask test, without --no-root");
    }
    let mut summary = Summary::default();
    let success = each_line(&mut cargo, |line| {
        let text = String::from_utf8_lossy(line);
        summary.add(&text);
        left_out.read(&text) || is_asked_for
    })?;
    summary.finish(success, left_out.miscounted());
    Ok(summary)
}

/// cargo test with this program as runner: cargo stays with the user, and the runner makes root what has to be.
pub fn cargo_test(workspace: &Workspace) -> Result<Command> {
    let me = env::current_exe().context("find the path of this program")?;
    let runner = format!("target.'cfg(all())'.runner = [{:?}, 'test-program']", me.display().to_string());
    let mut cargo = workspace.cargo(["test", "--no-fail-fast", "--config", &runner]);
    cargo.env(program::BIN_DIR, workspace.release());
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

/// Runs a command, shows the lines that it prints for which `take` returns true, and returns whether it succeeded.
pub fn each_line(command: &mut Command, mut take: impl FnMut(&[u8]) -> bool) -> Result<bool> {
    command::show(command);
    let mut child = command.stdout(Stdio::piped()).spawn().context("start cargo test")?;
    let mut output = BufReader::new(child.stdout.take().context("cargo test has no output")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line).context("read what cargo test prints")? > 0 {
        if take(&line) {
            io::stdout().write_all(&line).context("write to stdout")?;
        }
        line.clear();
    }
    Ok(child.wait().context("wait for cargo test")?.success())
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

    #[test]
    fn every_line_is_taken_and_the_status_returned() {
        let mut lines = Vec::new();
        let success = each_line(Command::new("sh").args(["-c", "echo a; printf b; exit 3"]), |line| {
            lines.push(line.to_vec());
            false
        });
        assert!(!success.unwrap());
        assert_eq!(lines, [b"a\n".to_vec(), b"b".to_vec()]);
    }
}
