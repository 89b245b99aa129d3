//! What the program gets from whoever called taskweight, and what it does not.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::process::Stdio as StdStdio;
use std::{fs, io};

use nix::unistd::Pid;
use taskweight_run::child::{Child, SpawnError, Spec, Stdio, Step};
use taskweight_run::privilege::Identity;

use crate::{field, helper, ours_ignored, output, run, sh, signals, spec};

#[test]
fn the_child_has_no_descriptor_of_ours() {
    let bystander = Child::spawn_suspended(&spec("true", &[])).unwrap();
    let theirs = output("ls /proc/self/fd > \"$0\"");
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
    let status = output("grep -E '^Sig(Blk|Ign)' /proc/self/status > \"$0\"");
    let expected = ours_ignored() & !(1 << (libc::SIGPIPE - 1));
    assert_eq!(field(&status, "SigBlk:"), 0);
    assert_eq!(field(&status, "SigIgn:"), expected);
}

#[test]
fn the_environment_is_that_of_the_caller() {
    let theirs = output("cat /proc/$$/environ > \"$0\"");
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
    nix::sched::sched_getaffinity(Pid::from_raw(0)).unwrap()
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
fn only_protocol_has_its_own_process_group() {
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
    let mut command = helper("inherited::helper_called_through_sudo");
    command.envs([("SUDO_UID", "4100000000"), ("SUDO_GID", "4100000001")]).stdout(StdStdio::null());
    assert!(command.status().unwrap().success());
}

/// Not a test of its own: run with SIGHUP ignored.
#[test]
#[ignore = "run by another test"]
fn helper_under_nohup() {
    let _installed = signals();
    assert_ne!(ours_ignored() & (1 << (libc::SIGHUP - 1)), 0);
    let status = output("grep '^SigIgn' /proc/self/status > \"$0\"");
    assert_eq!(field(&status, "SigIgn:") & (1 << (libc::SIGHUP - 1)), 1 << (libc::SIGHUP - 1));
}

/// Not a test of its own: run with SIGCHLD ignored.
#[test]
#[ignore = "run by another test"]
fn helper_that_ignores_children() {
    let ignored = 1 << (libc::SIGCHLD - 1);
    assert_ne!(ours_ignored() & ignored, 0);
    let _installed = signals();
    assert_eq!(run(&sh("exit 3")).exit_code(), 3);
    // Not a shell, which looks after its children as taskweight does.
    let mut child = Child::spawn_suspended(&spec("sleep", &["1000"])).unwrap();
    child.release().unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.pid())).unwrap();
    assert_eq!(field(&status, "SigIgn:") & ignored, ignored);
}

/// Runs a helper with a signal ignored.
fn passes_with_ignored(signal: i32, name: &str) {
    let mut command = helper(name);
    // SAFETY: one system call, which is safe after a fork.
    unsafe {
        command.pre_exec(move || {
            libc::signal(signal, libc::SIG_IGN);
            Ok(())
        });
    }
    assert!(command.stdout(StdStdio::null()).status().unwrap().success());
}

#[test]
fn ignored_signal_stays_ignored() {
    passes_with_ignored(libc::SIGHUP, "inherited::helper_under_nohup");
}

#[test]
fn exit_status_is_known_with_sigchld_ignored() {
    passes_with_ignored(libc::SIGCHLD, "inherited::helper_that_ignores_children");
}
