//! Capabilities: what taskweight keeps of them, what it does with a few, and that programs get none of its own.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use caps::{CapSet, Capability, CapsHashSet};
use taskweight_report::json;
use tempfile::TempDir;

use crate::invocation::{Invocation, programs, subject};
use crate::lossless::assert_switches_witnessed;
use crate::syscall::check_getppid;

/// Nobody in particular.
const USER: u32 = 54_321;

const BPF: u64 = 1 << 39;
const PERFMON: u64 = 1 << 38;
const NET_BIND_SERVICE: u64 = 1 << 10;
/// To kill, to read and to write what is others', to look at others' memory.
const TO_WATCH: u64 = 1 << 5 | 1 << 2 | 1 << 1 | 1 << 19;

/// A set of capabilities in /proc/PID/status.
fn set(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    u64::from_str_radix(line.unwrap().trim(), 16).unwrap()
}

fn status(pid: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/status")).unwrap()
}

#[test]
fn rights_are_gone_while_command_runs() {
    needs_bpf!();
    let mut taskweight = Invocation::run(&[], &[&subject(), "wait", "101"]).start();
    assert_eq!(taskweight.line(), "started");
    let tasks = fs::read_dir(format!("/proc/{}/task", taskweight.pid())).unwrap();
    let threads: Vec<_> = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap()).collect();
    taskweight.say("go");
    check_getppid(&taskweight.finish().run(), 101);
    let ours = set(&status("self"), "CapPrm");
    for status in &threads {
        assert_eq!((set(status, "CapPrm"), set(status, "CapEff")), (TO_WATCH & ours, TO_WATCH & ours), "{status}");
        assert_eq!([set(status, "CapBnd"), set(status, "CapInh"), set(status, "CapAmb")], [0; 3], "{status}");
        assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    }
}

#[test]
fn a_program_of_root_has_all_that_root_has() {
    needs_bpf!();
    let outcome = crate::invocation::run(&[], &["cat", "/proc/self/status"]);
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(set(&outcome.stdout, name), set(&status("self"), name), "{name}");
    }
    assert!(outcome.stdout.contains("NoNewPrivs:\t0"), "{}", outcome.stdout);
}

/// A taskweight of an ordinary user, in a folder of that user's.
struct Installed {
    folder: TempDir,
}

impl Installed {
    fn new() -> Self {
        // That of temporary files may be closed to that user.
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let installed = Self { folder };
        for name in ["taskweight", "taskweight-os-thread", "subject"] {
            let from = if name == "subject" { PathBuf::from(subject()) } else { programs().join(name) };
            fs::copy(from, installed.path(name)).unwrap();
        }
        fs::set_permissions(installed.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        chown(installed.folder.path(), Some(USER), Some(USER)).unwrap();
        installed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.path("taskweight"));
        command.args(args).uid(USER).gid(USER).current_dir(self.folder.path());
        command
    }

    /// With the capabilities in the ambient set, as systemd gives them to a service.
    fn with_ambient(&self, capabilities: &[Capability], args: &[&str]) -> Output {
        let mut command = self.command(args);
        let capabilities: CapsHashSet = capabilities.iter().copied().collect();
        // The user changes before this is called: what root had must stay, and be passed on.
        command.uid(0);
        let give = move || become_user_with(&capabilities).map_err(io::Error::other);
        // SAFETY: no lock is held: this process has forked from a thread that holds none.
        unsafe { command.pre_exec(give) };
        command.output().unwrap()
    }

    /// The run in the report.
    fn run(&self) -> taskweight_core::report::Run {
        json::read(&self.path("report.json")).unwrap().runs.remove(0)
    }
}

fn become_user_with(capabilities: &CapsHashSet) -> Result<(), caps::errors::CapsError> {
    caps::securebits::set_keepcaps(true)?;
    let user = nix::unistd::Uid::from_raw(USER);
    nix::unistd::setresuid(user, user, user).map_err(|errno| errno.desc().to_owned())?;
    caps::set(None, CapSet::Inheritable, capabilities)?;
    caps::set(None, CapSet::Ambient, capabilities)
}

/// What `setcap cap_bpf,cap_perfmon+ep` writes; `false` where the file system has no room for it.
fn setcap(file: &Path) -> bool {
    let capabilities = BPF | PERFMON;
    let [low, high] = [capabilities as u32, (capabilities >> 32) as u32];
    // Revision 2, effective; permitted and inheritable, low words and high words.
    let words = [0x0200_0001, low, 0, high, 0];
    let value: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let path = std::ffi::CString::new(file.as_os_str().as_bytes()).unwrap();
    let name = c"security.capability";
    // SAFETY: strings end with a zero, and the value is as long as said.
    unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) == 0 }
}

#[test]
fn user_measures_with_file_capabilities() {
    needs_bpf!();
    let installed = Installed::new();
    if !setcap(&installed.path("taskweight")) {
        skip!("files have no capabilities here: {}", io::Error::last_os_error());
    }
    let output = installed.command(&["run", "--json", "report.json", "--", "./subject", "getppid", "10007"]).output();
    let output = output.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let run = installed.run();
    check_getppid(&run, 10_007);
    assert_switches_witnessed(&run);
    let output = installed.command(&["run", "--", "cat", "/proc/self/status"]).output().unwrap();
    let status = String::from_utf8_lossy(&output.stdout);
    assert_eq!([set(&status, "CapPrm"), set(&status, "CapEff"), set(&status, "CapAmb")], [0; 3], "{status}");
    assert!(status.contains(&format!("Uid:\t{USER}\t{USER}\t{USER}\t{USER}")), "{status}");
}

#[test]
fn user_compares_with_ambient_capabilities() {
    needs_bpf!();
    let installed = Installed::new();
    let given = [Capability::CAP_BPF, Capability::CAP_PERFMON, Capability::CAP_NET_BIND_SERVICE];
    let options = ["--models", "os-thread", "--scenarios", "switch", "--tasks", "2", "--operations", "1009"];
    let more = ["--repetitions", "1", "--pin", "none", "--json", "report.json"];
    let output = installed.with_ambient(&given, &[&["compare"], &options[..], &more].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("the probe cost is unknown"), "that needs more: {stderr}");
    let run = installed.run();
    assert_eq!(run.operations, Some(1009));
    assert_switches_witnessed(&run);
    // What was meant for the program reaches it, and what was meant for taskweight does not.
    let output = installed.with_ambient(&given, &["run", "--", "cat", "/proc/self/status"]);
    let status = String::from_utf8_lossy(&output.stdout);
    for name in ["CapPrm", "CapEff", "CapAmb"] {
        assert_eq!(set(&status, name), NET_BIND_SERVICE, "{status}");
    }
}

#[test]
fn descriptors_are_closed_to_same_user() {
    needs_bpf!();
    let installed = Installed::new();
    let script =
        "ls /proc/$PPID/fd/ || echo refused; cat /proc/$PPID/environ || echo refused; kill -0 $PPID && echo seen";
    let output =
        installed.with_ambient(&[Capability::CAP_BPF, Capability::CAP_PERFMON], &["run", "--", "sh", "-c", script]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "refused\nrefused\nseen\n");
}

#[test]
fn unkillable_program_is_reported() {
    needs_bpf!();
    let installed = Installed::new();
    fs::set_permissions(installed.path("subject"), fs::Permissions::from_mode(0o4755)).unwrap();
    let given = [Capability::CAP_BPF, Capability::CAP_PERFMON];
    let command = ["run", "--timeout", "5", "--json", "report.json", "--", "./subject", "become", "0", "10"];
    let output = installed.with_ambient(&given, &command);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !stderr.starts_with("subject: now user 0\n") {
        return println!("no set-user-ID programs here: {stderr}");
    }
    assert_eq!(output.status.code(), Some(125), "{stderr}");
    assert!(stderr.contains("taskweight: command still running: process "), "{stderr}");
    assert!(stderr.contains("cannot be sent SIGTERM: Operation not permitted"), "{stderr}");
    // What was counted until then is reported all the same.
    let report = json::read(&installed.path("report.json")).unwrap();
    let run = &report.runs[0];
    assert_eq!((report.interrupted, run.exit_status, run.cpu.user_ns), (true, None, None));
    assert_eq!((run.threads.len(), run.kernel.syscalls.by_name["setresuid"].count), (1, 1));
    for name in ["voluntary_by_thread", "involuntary_by_thread"] {
        assert!(run.witness[name].agrees(), "{name}: {:?}", run.witness[name]);
    }
}

#[test]
fn missing_capabilities_are_named() {
    needs_bpf!();
    let installed = Installed::new();
    let output = installed.command(&["run", "--", "true"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(125));
    assert!(stderr.contains("CAP_BPF and CAP_PERFMON") && stderr.lines().count() == 1, "{stderr}");
}
