//! What a taskweight has on the machine while it runs, and that nothing of it is left when it was told to end or killed.

use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpgid};
use taskweight_probe::RunningKernel;
use taskweight_probe::calibration::EmptyPrograms;

use crate::invocation::{Invocation, Running, subject};
use crate::loaded::Loaded;
use crate::machine::{Held, cgroups_of, children, guardian_of, programs_of, wait_for};
use crate::syscall::check_getppid;

/// All that a taskweight has at one moment.
pub struct Leftovers {
    taskweight: u32,
    loaded: Loaded,
    processes: Vec<Held>,
}

impl Leftovers {
    /// What would be left of a living taskweight.
    pub fn of(taskweight: &Running) -> Self {
        let pid = taskweight.pid();
        let processes = children(pid).into_iter().filter_map(|(pid, _)| Held::try_of(pid)).collect();
        Self { taskweight: pid, loaded: Loaded::now_by(pid), processes }
    }

    /// Whether there are eBPF programs among it.
    pub fn has_programs(&self) -> bool {
        self.loaded.has_programs()
    }

    /// Waits until the kernel has nothing of it any more.
    pub fn disappear(&self) {
        assert!(self.processes.iter().all(Held::ends));
        self.loaded.disappears();
        wait_for("the end of the cgroups", || cgroups_of(self.taskweight).is_empty());
    }
}

/// Whether the kernel measures eBPF programs: runs of these empty ones are counted then.
fn statistics_are_on(programs: &EmptyPrograms) -> bool {
    let runs = || programs.costs().values().map(|cost| cost.run_count).sum::<u64>();
    let before = runs();
    (0..1000).for_each(|_| std::thread::yield_now());
    runs() > before
}

#[test]
fn statistics_of_the_kernel_do_not_stay_on_whatever_ends_taskweight() {
    needs_bpf!();
    let programs = EmptyPrograms::attach(&RunningKernel::read().unwrap()).unwrap();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
        let taskweight = Invocation::run(&["--calibrate"], &["true"]).start();
        taskweight.wait_until(|| calibrates(&taskweight));
        let left = Leftovers::of(&taskweight);
        assert!(statistics_are_on(&programs));
        taskweight.send(signal);
        taskweight.end();
        left.disappear();
        wait_for("the end of the statistics", || !statistics_are_on(&programs));
    }
}

/// Whether the ring runs that measures probe cost.
pub fn calibrates(taskweight: &Running) -> bool {
    let name = |pid| std::fs::read_to_string(format!("/proc/{pid}/comm"));
    let is_the_ring = |pid| name(pid).is_ok_and(|name| name.starts_with("taskweight-os-"));
    programs_of(taskweight.pid()).into_iter().any(is_the_ring)
}

#[test]
fn the_guardian_has_nothing_of_the_taskweight_that_it_watches() {
    needs_bpf!();
    // A descriptor that everything inherits which is started from here.
    let mut taskweight = Invocation::run(&[], &[&subject(), "wait", "101"]);
    // SAFETY: takes numbers.
    taskweight = taskweight.prepared(|| Errno::result(unsafe { libc::dup2(1, 77) }).map(drop).map_err(Into::into));
    let mut taskweight = taskweight.start();
    assert_eq!(taskweight.line(), "started");
    let guardian = guardian_of(taskweight.pid());
    let descriptor = |number: &str| std::fs::read_link(format!("/proc/{guardian}/fd/{number}")).unwrap();
    let open = || std::fs::read_dir(format!("/proc/{guardian}/fd")).unwrap().count();
    wait_for("three descriptors", || open() == 3);
    assert_eq!(std::fs::read_to_string(format!("/proc/{guardian}/comm")).unwrap(), "run-guardian\n");
    assert!(descriptor("0").to_str().unwrap().starts_with("socket:"));
    assert_eq!([descriptor("1"), descriptor("2")], ["/dev/null"; 2].map(PathBuf::from));
    assert_eq!(getpgid(Some(Pid::from_raw(guardian.cast_signed()))).unwrap().as_raw(), guardian.cast_signed());
    // Without it the run goes on; its end is nobody's loss.
    let held = Held::of(guardian);
    held.kill();
    assert!(held.ends());
    taskweight.say("go");
    check_getppid(&taskweight.finish().run(), 101);
}
