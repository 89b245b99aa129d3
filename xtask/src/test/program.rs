//! Starts one test program for cargo test: as root when it tests the kernel side.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::command;
use crate::vm::console::MARK;

/// Tells the tests where the optimised programs are that they drive.
pub const BIN_DIR: &str = "TASKWEIGHT_BIN_DIR";
/// Set when the tests that need root are left out.
pub const NO_ROOT: &str = "TASKWEIGHT_NO_ROOT";

/// The kernel's release, as `uname -r`.
const RELEASE: &str = "/proc/sys/kernel/osrelease";

/// A test program as cargo calls it.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// The program
    program: PathBuf,
    /// Its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Becomes the test program.
pub fn start(args: &Args) -> Result<ExitCode> {
    if !needs_root(&args.program) {
        let mut command = Command::new(&args.program);
        command.args(&args.args);
        match command::exec(command)? {}
    }
    if env::var_os(NO_ROOT).is_some() {
        return skip(&args.program);
    }
    let mut command = command::as_root(&args.program)?;
    command.args(&args.args);
    println!("{MARK}kernel {}", fs::read_to_string(RELEASE).with_context(|| format!("read {RELEASE}"))?.trim());
    match command::exec(command)? {}
}

/// The tests of the kernel side are `tracer/tests/kernel.rs`, which cargo builds as `kernel-HASH`.
fn needs_root(program: &Path) -> bool {
    let stem = program.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.rsplit_once('-'));
    stem.is_some_and(|(name, _)| name == "kernel")
}

/// Counts the tests of the program instead of running them.
fn skip(program: &Path) -> Result<ExitCode> {
    let list = command::output(Command::new(program).args(["--list", "--format", "terse"]))?;
    let ignored = list.lines().filter(|line| line.ends_with(": test")).count();
    println!("\nnot run, as --no-root says: they need root\n");
    println!("test result: ok. 0 passed; 0 failed; {ignored} ignored; 0 measured; 0 filtered out");
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_kernel_tests_become_root() {
        assert!(needs_root(Path::new("/t/debug/deps/kernel-0a1b2c3d4e5f6071")));
        assert!(!needs_root(Path::new("/t/debug/deps/cli-0a1b2c3d4e5f6071")));
        assert!(!needs_root(Path::new("/t/debug/deps/kernel_side-0a1b2c3d4e5f6071")));
    }
}
