//! Commands: shown before they run, an error when they fail, as root only where it must be.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;

/// Variables that reach a program started through sudo, beside `TASKWEIGHT_*` and cargo's own. PATH is one
/// of them because sudo replaces it, and the programs to measure (go, java) may be found by the user's only.
const KEPT: [&str; 9] =
    ["PATH", "CI", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE", "RUST_LOG", "RUST_TEST_THREADS", "TERM"];

/// The cargo that started this program.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Shows the command, runs it and takes anything but success for an error.
pub fn run(command: &mut Command) -> Result<()> {
    show(command);
    let status = command.status().with_context(|| format!("start {}", line(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", line(command));
    }
    Ok(())
}

/// Shows the command and runs it without showing what it prints, of which an error has the last line.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    show(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {}", line(command)))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("nothing was printed");
    bail!("{} failed: {}: {last}", line(command), output.status)
}

/// What a silent command prints.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("start {}", line(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}: {}", line(command), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed text that is not UTF-8", line(command)))
}

/// Becomes the command, so that signals and the exit status are its own. Returns only an error.
pub fn exec(mut command: Command) -> Result<std::convert::Infallible> {
    Err(command.exec()).with_context(|| format!("start {}", line(&command)))
}

/// Prints the command to stderr, as a shell would with `set -x`.
pub fn show(command: &Command) {
    eprintln!("+ {}", line(command));
}

/// The command on one line: the program by its name only, `sudo env NAME=value` without the variables.
fn line(command: &Command) -> String {
    let name = |path: &OsStr| PathBuf::from(path).file_name().unwrap_or(path).to_string_lossy().into_owned();
    let program = name(command.get_program());
    let is_environment = |arg: &&OsStr| program == "sudo" && (*arg == "env" || arg.as_bytes().contains(&b'='));
    let args = command.get_args().skip_while(is_environment).map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(program.clone()).chain(args).collect::<Vec<_>>().join(" ")
}

/// Whether this process is root.
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// Whether a command can be run as root: directly or through sudo.
pub fn can_be_root() -> bool {
    is_root() || which::which("sudo").is_ok()
}

/// The program as root: itself when this process is root, through `sudo` otherwise.
///
/// `sudo env NAME=value` and not `sudo -E`: that one needs a permission of its own.
pub fn as_root(program: impl AsRef<OsStr>) -> Result<Command> {
    if is_root() {
        return Ok(Command::new(program));
    }
    let program = program.as_ref();
    let sudo = which::which("sudo").with_context(|| {
        format!("{} needs root and there is no sudo: run this command as root", program.to_string_lossy())
    })?;
    let mut command = Command::new(sudo);
    command.arg("env").args(kept(env::vars_os())).arg(program);
    Ok(command)
}

/// The `NAME=value` words for the variables that a program keeps when it becomes root.
fn kept(vars: impl Iterator<Item = (OsString, OsString)>) -> Vec<OsString> {
    let wanted =
        |name: &str| KEPT.contains(&name) || name.starts_with("TASKWEIGHT_") || name.starts_with("CARGO_BIN_EXE_");
    vars.filter(|(name, _)| name.to_str().is_some_and(wanted))
        .map(|(name, value)| [name, value].join(OsStr::new("=")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wanted_variables_reach_root() {
        let vars = [("PATH", "/a:/b"), ("TASKWEIGHT_BIN_DIR", "/t"), ("HOME", "/home/me"), ("LD_LIBRARY_PATH", "/x")];
        let words = kept(vars.iter().map(|(name, value)| (name.into(), value.into())));
        assert_eq!(words, ["PATH=/a:/b", "TASKWEIGHT_BIN_DIR=/t"]);
    }

    #[test]
    fn a_shown_command_is_short() {
        let mut command = Command::new("/usr/local/bin/cargo");
        command.args(["build", "--release"]);
        assert_eq!(line(&command), "cargo build --release");
    }

    #[test]
    fn the_environment_for_root_is_not_shown() {
        let mut command = Command::new("/usr/bin/sudo");
        command.args(["env", "PATH=/a", "CI=true", "apt-get", "-o", "a=b"]);
        assert_eq!(line(&command), "sudo apt-get -o a=b");
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh -c exit 3 failed: exit status: 3");
    }

    #[test]
    fn a_quiet_failure_has_the_last_line() {
        let error =
            run_quietly(Command::new("sh").args(["-c", "echo one; echo two >&2; echo >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().ends_with("failed: exit status: 3: two"), "{error}");
    }
}
