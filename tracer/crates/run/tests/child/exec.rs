//! From the gate to the program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::time::Instant;

use nix::sys::signal::Signal;
use taskweight_run::child::{Child, ExecError, SpawnError, Spec, Waited};

use crate::{finish, run, signals, spec};

fn refused(spec: &Spec) -> ExecError {
    let mut child = Child::spawn_suspended(spec).unwrap();
    let error = child.release().unwrap_err();
    assert_eq!(finish(&mut child).exit_code(), 127, "the child ends when it cannot execute anything");
    error
}

fn exe(pid: u32) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/exe")).unwrap()
}

fn script(directory: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = directory.join(name);
    // Not written from here: a child that another test forks meanwhile would have it open for writing, and a file that
    // is being written cannot be executed.
    let write = Command::new("sh").args(["-c", "printf %s \"$1\" > \"$0\"", path.to_str().unwrap(), text]).status();
    assert!(write.unwrap().success());
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_suspended_child_executes_nothing_before_its_release() {
    let ours = exe(process::id());
    let mut child = Child::spawn_suspended(&spec("cat", &["/dev/null"])).unwrap();
    assert_eq!(exe(child.pid()), ours);
    assert!(!child.has_exited().unwrap());
    child.release().unwrap();
    assert_eq!(finish(&mut child).exit_code(), 0);
}

#[test]
fn a_released_child_is_the_program() {
    let mut child = Child::spawn_suspended(&spec("sleep", &["1000"])).unwrap();
    child.release().unwrap();
    let comm = fs::read_to_string(format!("/proc/{}/comm", child.pid())).unwrap();
    assert_ne!(exe(child.pid()), exe(process::id()));
    assert_eq!(comm, "sleep\n");
    assert_eq!(child.wait_until(Some(Instant::now()), signals()).unwrap(), Waited::TimedOut);
    child.kill(Signal::SIGTERM).unwrap();
    let exit = finish(&mut child);
    assert_eq!((exit.status.signal(), exit.exit_code()), (Some(15), 143));
}

#[test]
fn a_missing_command_is_127() {
    let error = refused(&spec("no-such-command", &[]));
    assert_eq!((error.exit_status(), error.to_string().as_str()), (127, "no-such-command: No such file or directory"));
    assert_eq!(refused(&spec("", &[])).exit_status(), 127);
}

#[test]
fn a_file_that_is_not_executable_is_126() {
    let directory = tempfile::tempdir().unwrap();
    let error = refused(&spec(script(directory.path(), "plain", "exit 0\n", 0o644), &[]));
    assert_eq!(error.exit_status(), 126);
    assert!(error.to_string().ends_with("/plain: Permission denied"), "{error}");
    assert_eq!(refused(&spec(directory.path(), &[])).exit_status(), 126);
}

#[test]
fn a_script_without_an_interpreter_line_runs_in_sh() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "bare", "test \"$1\" = \"a b\" && exit 5\n", 0o755);
    assert_eq!(run(&spec(path, &["a b"])).exit_code(), 5);
}

#[test]
fn an_argument_with_a_null_byte_is_refused() {
    let error = Child::spawn_suspended(&spec("true", &["a\0b"])).unwrap_err();
    assert!(matches!(error, SpawnError::NullByte { .. }), "{error:?}");
}
