//! CPUs and processes of this machine.

use std::fs;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use taskweight_run::affinity;
use taskweight_run::guardian;

/// Longer than anything here takes, so that what hangs is a failure. On a busy machine an emulated guest needs more than
/// a minute for what takes seconds otherwise.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The CPU for runs that are bound to one.
pub fn cpu() -> u32 {
    affinity::last_allowed().unwrap()
}

/// Waits for a condition to come true.
pub fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Programs that a taskweight has started. Its guardian is none of them; it is there before any of them.
pub fn programs_of(taskweight: u32) -> Vec<u32> {
    let children = children(taskweight).into_iter().map(|(pid, _)| pid);
    let (guardians, programs): (Vec<_>, Vec<_>) = children.partition(is_guardian);
    if guardians.is_empty() { Vec::new() } else { programs }
}

/// The guardian of a taskweight that has started a program.
pub fn guardian_of(taskweight: u32) -> u32 {
    children(taskweight).into_iter().map(|(pid, _)| pid).find(is_guardian).unwrap()
}

fn is_guardian(pid: &u32) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0).eq([&b"taskweight"[..], guardian::VERB.as_bytes(), b""])
}

/// Cgroups that a taskweight has made, wherever they are, also when it is dead.
pub fn cgroups_of(taskweight: u32) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let is_its = entry.file_name().to_string_lossy().starts_with(&format!("taskweight-{taskweight}-"));
                found.extend(is_its.then(|| entry.path()));
                folders.push(entry.path());
            }
        }
    }
    found
}

/// Processes whose parent is `pid`, with the letter for their state.
pub fn children(pid: u32) -> Vec<(u32, char)> {
    let stats = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.unwrap();
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        fs::read_to_string(entry.path().join("stat")).ok()
    });
    stats.filter_map(|stat| child_of(pid, &stat)).collect()
}

/// `PID (NAME) STATE PPID ...`, where the name may hold anything.
fn child_of(parent: u32, stat: &str) -> Option<(u32, char)> {
    let (pid, _) = stat.split_once(' ')?;
    let mut after_name = stat.rsplit_once(')')?.1.split_whitespace();
    let (state, ppid) = (after_name.next()?, after_name.next()?);
    (ppid.parse() == Ok(parent)).then_some((pid.parse().ok()?, state.chars().next()?))
}

/// The letter for a process's state; `None` where there is no such process.
pub fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// A hold on a process that survives the reuse of its number.
pub struct Held(OwnedFd);

impl Held {
    /// Takes hold of a living process.
    pub fn of(pid: u32) -> Self {
        Self::try_of(pid).unwrap()
    }

    /// Takes hold of a process that may have ended.
    pub fn try_of(pid: u32) -> Option<Self> {
        // SAFETY: takes numbers.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let fd = i32::try_from(fd).ok().filter(|&fd| fd >= 0)?;
        // SAFETY: the kernel has just made it for us.
        Some(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Kills the process.
    pub fn kill(&self) {
        // SAFETY: takes numbers, and no information about the signal.
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), libc::SIGKILL, 0, 0) };
    }

    /// Waits until the process has ended.
    pub fn ends(&self) -> bool {
        let mut fds = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        poll(&mut fds, PollTimeout::try_from(PATIENCE).unwrap()).unwrap() == 1
    }
}

/// Keeps a CPU from going idle, and in nobody's way: it runs only when nobody else wants to.
pub struct Busy {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Busy {
    /// Starts on a CPU.
    pub fn on(cpu: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut set = CpuSet::new();
            set.set(cpu as usize).unwrap();
            sched_setaffinity(Pid::from_raw(0), &set).unwrap();
            let parameters = libc::sched_param { sched_priority: 0 };
            // SAFETY: reads a local that lives as long.
            assert_eq!(unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters) }, 0);
            while !stopped.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _panicked = self.thread.take().map(JoinHandle::join);
    }
}
