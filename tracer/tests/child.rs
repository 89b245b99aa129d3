//! Suspended children: real processes, on any Linux, mostly without privileges.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio as StdStdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use taskweight::workload::child::{Child, ExecError, Exit, SpawnError, Spec, Stdio, Step, Waited};
use taskweight::workload::privilege::Identity;
use taskweight::workload::signals::Signals;

fn signals() -> &'static Signals {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    SIGNALS.get_or_init(|| Signals::install().unwrap())
}

fn spec(program: impl Into<OsString>, args: &[&str]) -> Spec {
    let args = args.iter().map(OsString::from).collect();
    Spec { program: program.into(), args, user: Identity::unchanged(), cpu: None, stdio: Stdio::Inherit }
}

fn sh(script: &str) -> Spec {
    spec("sh", &["-c", script])
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(30))
}

fn finish(child: &mut Child) -> Exit {
    match child.wait_until(soon(), signals()).unwrap() {
        Waited::Exited(exit) => exit,
        other => panic!("{other:?}"),
    }
}

fn run(spec: &Spec) -> Exit {
    let mut child = Child::spawn_suspended(spec).unwrap();
    child.release().unwrap();
    finish(&mut child)
}

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
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// What `sh` sees when the script writes to `$0`.
fn output(script: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("output");
    assert_eq!(run(&spec("sh", &["-c", script, file.to_str().unwrap()])).exit_code(), 0);
    fs::read_to_string(file).unwrap()
}

#[test]
fn a_suspended_child_executes_nothing_before_its_release() {
    let ours = exe(std::process::id());
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
    assert_ne!(exe(child.pid()), exe(std::process::id()));
    assert_eq!(comm, "sleep\n");
    assert_eq!(child.wait_until(Some(Instant::now()), signals()).unwrap(), Waited::TimedOut);
    child.kill(Signal::SIGTERM).unwrap();
    let exit = finish(&mut child);
    assert_eq!((exit.status.signal(), exit.exit_code()), (Some(15), 143));
}

#[test]
fn the_exit_status_is_that_of_the_program() {
    assert_eq!(run(&sh("exit 7")).exit_code(), 7);
    assert_eq!(run(&sh("exit 255")).exit_code(), 255);
    assert_eq!(run(&sh("kill -KILL $$")).exit_code(), 137);
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

#[test]
fn the_child_has_no_descriptor_of_ours() {
    let bystander = Child::spawn_suspended(&spec("true", &[])).unwrap();
    let theirs = output("ls /proc/self/fd > $0");
    drop(bystander);
    let mut theirs: BTreeSet<u32> = theirs.split_whitespace().map(|fd| fd.parse().unwrap()).collect();
    let expected = passed_on();
    let directory = (0..).find(|fd| !expected.contains(fd)).unwrap();
    assert!(theirs.remove(&directory), "ls itself reads the directory");
    assert_eq!(theirs, expected);
}

/// What whoever runs the tests passed on: 0, 1, 2 and perhaps a job server. All that is ours is closed by an exec.
fn passed_on() -> BTreeSet<u32> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap().parse().unwrap();
    let fds: Vec<u32> = fs::read_dir("/proc/self/fdinfo").unwrap().map(name).collect();
    fds.into_iter().filter(|&fd| stays_open(fd)).collect()
}

fn stays_open(fd: u32) -> bool {
    let Ok(info) = fs::read_to_string(format!("/proc/self/fdinfo/{fd}")) else { return false };
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
    i32::from_str_radix(flags.trim(), 8).unwrap() & libc::O_CLOEXEC == 0
}

#[test]
fn signals_are_as_they_were_before_taskweight() {
    let _installed = signals();
    let status = output("grep -E '^Sig(Blk|Ign)' /proc/self/status > $0");
    let expected = ours_ignored() & !(1 << (libc::SIGPIPE - 1));
    assert_eq!(field(&status, "SigBlk:"), 0);
    assert_eq!(field(&status, "SigIgn:"), expected);
}

fn ours_ignored() -> u64 {
    field(&fs::read_to_string("/proc/self/status").unwrap(), "SigIgn:")
}

fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    u64::from_str_radix(line.trim(), 16).unwrap()
}

#[test]
fn the_environment_is_that_of_the_caller() {
    let theirs = output("cat /proc/$$/environ > $0");
    let theirs: BTreeSet<&str> = theirs.split_terminator('\0').collect();
    let ours: Vec<String> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(theirs, ours.iter().map(String::as_str).collect());
}

#[test]
fn a_pinned_child_may_run_on_one_cpu() {
    let cpu = (0..1024).find(|&cpu| nix_affinity().is_set(cpu).unwrap()).unwrap();
    let pinned = Spec { cpu: Some(cpu), ..sh(&format!("grep -qx 'Cpus_allowed_list:.{cpu}' /proc/self/status")) };
    assert_eq!(run(&pinned).exit_code(), 0);
}

fn nix_affinity() -> nix::sched::CpuSet {
    nix::sched::sched_getaffinity(nix::unistd::Pid::from_raw(0)).unwrap()
}

#[test]
fn a_cpu_that_does_not_exist_is_named() {
    let error = Child::spawn_suspended(&Spec { cpu: Some(1023), ..sh("") }).unwrap_err();
    assert!(matches!(error, SpawnError::Setup { step: Step::Cpu, .. }), "{error:?}");
    assert_eq!(error.to_string(), "sh: pin to the CPU (sched_setaffinity): Invalid argument");
    let error = Child::spawn_suspended(&Spec { cpu: Some(5000), ..sh("") }).unwrap_err();
    assert_eq!(error.to_string(), "sh: there is no CPU 5000");
}

#[test]
fn an_exited_child_can_be_looked_at_until_it_is_reaped() {
    let mut child = Child::spawn_suspended(&sh("exit 3")).unwrap();
    child.release().unwrap();
    assert_eq!(child.wait_exit(soon(), signals()).unwrap(), Waited::Exited(()));
    assert!(child.has_exited().unwrap());
    assert_eq!(child.exit_status().unwrap().and_then(|status| status.code()), Some(3));
    let path = format!("/proc/{}", child.pid());
    assert!(fs::read_to_string(format!("{path}/stat")).unwrap().contains(") Z "));
    assert_eq!(child.reap().unwrap().exit_code(), 3);
    assert!(!Path::new(&path).exists());
    assert!(child.reap().is_err(), "there is nothing left to reap");
    child.kill(Signal::SIGKILL).unwrap();
}

#[test]
fn a_peeked_status_tells_signals_from_exits() {
    let mut child = Child::spawn_suspended(&sh("kill -TERM $$")).unwrap();
    assert_eq!(child.exit_status().unwrap(), None);
    child.release().unwrap();
    child.wait_exit(soon(), signals()).unwrap();
    let peeked = child.exit_status().unwrap();
    assert_eq!(peeked.and_then(|status| status.signal()), Some(15));
    assert_eq!(Some(child.reap().unwrap().status), peeked);
}

#[test]
fn rusage_covers_the_program_and_what_it_waited_for() {
    let alone = run(&spec("true", &[])).rusage;
    assert!(alone.minor_faults > 10, "{alone:?}");
    let together = run(&sh("true; (i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done); sleep 0.001; :")).rusage;
    assert!(together.user_ns > 0, "{together:?}");
    assert!(together.voluntary >= 1, "sleep and wait block: {together:?}");
    assert!(together.minor_faults > alone.minor_faults, "{alone:?} {together:?}");
}

#[test]
fn a_child_killed_at_the_gate_is_found_dead_by_the_wait() {
    let mut child = Child::spawn_suspended(&sh("exit 0")).unwrap();
    child.kill(Signal::SIGINT).unwrap();
    assert_eq!(child.wait_exit(soon(), signals()).unwrap(), Waited::Exited(()));
    child.release().unwrap();
    assert_eq!(finish(&mut child).exit_code(), 130);
}

#[test]
fn a_dropped_child_leaves_nothing_behind() {
    for stdio in [Stdio::Inherit, Stdio::Protocol] {
        for released in [false, true] {
            let mut child = Child::spawn_suspended(&Spec { stdio, ..spec("sleep", &["1000"]) }).unwrap();
            if released {
                child.release().unwrap();
            }
            let path = format!("/proc/{}", child.pid());
            drop(child);
            assert!(!Path::new(&path).exists(), "{stdio:?}, released: {released}");
        }
    }
}

#[test]
fn inherit_stays_in_our_process_group_and_protocol_gets_its_own() {
    let group = |stdio| {
        let child = Child::spawn_suspended(&Spec { stdio, ..sh("") }).unwrap();
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.pid())).unwrap();
        let after_name = stat.rsplit_once(") ").unwrap().1.to_owned();
        (child.pid().to_string(), after_name.split(' ').nth(2).unwrap().to_owned())
    };
    assert_eq!(group(Stdio::Inherit).1, nix::unistd::getpgrp().to_string());
    let (pid, own) = group(Stdio::Protocol);
    assert_eq!(own, pid);
}

#[test]
fn the_whole_group_of_a_protocol_child_ends_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    // The descendant holds the fifo open: its end is our end of file.
    let text = format!("sleep 1000 > '{}' & exit 0", fifo.display());
    let mut child = Child::spawn_suspended(&Spec { stdio: Stdio::Protocol, ..sh(&text) }).unwrap();
    child.release().unwrap();
    let mut end = fs::File::open(&fifo).unwrap();
    assert_eq!(finish(&mut child).exit_code(), 0);
    assert_eq!(end.read(&mut [0]).unwrap(), 0);
}

/// Not a test of its own: the taskweight that is killed by the next one.
#[test]
#[ignore = "run by another test"]
fn helper_that_waits_to_be_killed() {
    let stdio = if std::env::var_os("CHILD_TEST_PROTOCOL").is_some() { Stdio::Protocol } else { Stdio::Inherit };
    let mut child = Child::spawn_suspended(&Spec { stdio, ..spec("sleep", &["1000"]) }).unwrap();
    if stdio == Stdio::Protocol {
        child.release().unwrap();
    }
    println!("\nchild {}", child.pid());
    loop {
        std::thread::park();
    }
}

fn killed_helper_takes_its_child_along(configure: impl FnOnce(&mut Command)) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "helper_that_waits_to_be_killed", "--ignored", "--nocapture"]);
    configure(&mut command);
    let mut helper = command.stdout(StdStdio::piped()).stdin(StdStdio::null()).spawn().unwrap();
    let lines = BufReader::new(helper.stdout.take().unwrap()).lines();
    let pid = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("child ").map(str::to_owned)).unwrap();
    let child = pidfd(pid.parse().unwrap());
    helper.kill().unwrap();
    helper.wait().unwrap();
    let mut fds = [PollFd::new(child.as_fd(), PollFlags::POLLIN)];
    assert_eq!(poll(&mut fds, PollTimeout::from(30_000_u16)).unwrap(), 1, "the child has outlived taskweight");
}

fn pidfd(pid: i32) -> OwnedFd {
    // SAFETY: takes numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: the kernel has just made it, or refused, which is checked first.
    unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).ok().filter(|&fd| fd >= 0).unwrap()) }
}

#[test]
fn a_suspended_child_does_not_outlive_a_killed_taskweight() {
    killed_helper_takes_its_child_along(|_| {});
}

#[test]
fn a_protocol_child_does_not_outlive_a_killed_taskweight() {
    killed_helper_takes_its_child_along(|command| {
        command.env("CHILD_TEST_PROTOCOL", "1");
    });
}

/// Not a test of its own: run as root with the variables of sudo.
#[test]
#[ignore = "run by another test"]
fn helper_called_through_sudo() {
    for stdio in [Stdio::Inherit, Stdio::Protocol] {
        let check = "test \"$(id -u) $(id -ru) $(id -g) $(id -G)\" = '4100000000 4100000000 4100000001 4100000001'";
        let user = Identity::caller().unwrap();
        assert_eq!(run(&Spec { user, stdio, ..sh(check) }).exit_code(), 0);
    }
    let status = "grep -Eq '^Uid:.4100000000.4100000000.4100000000.4100000000' /proc/self/status";
    assert_eq!(run(&Spec { user: Identity::caller().unwrap(), ..sh(status) }).exit_code(), 0);
}

#[test]
fn a_child_of_root_through_sudo_runs_as_the_caller() {
    if !nix::unistd::geteuid().is_root() {
        assert!(std::env::var_os("CI").is_none(), "CI runs the tests as root");
        eprintln!("SKIPPED: dropping privileges needs root");
        return;
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_called_through_sudo", "--ignored"])
        .envs([("SUDO_UID", "4100000000"), ("SUDO_GID", "4100000001")])
        .stdout(StdStdio::null())
        .status();
    assert!(status.unwrap().success());
}
