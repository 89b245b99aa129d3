//! All guests of a run: what they have in common, and as many of them at once as the machine has room for.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::console::Console;
use super::guest::{self, Accelerator, End, Guest};
use super::package::{Kernel, Packages};
use super::series::Series;
use super::verdict::Verdict;
use super::{image, programs};
use crate::parallel;
use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// Which guests, and what is run in them.
pub struct Options {
    pub kernels: Vec<&'static Series>,
    /// A guest that takes longer is killed.
    pub limit: Duration,
    /// Emulate the processor, even where KVM can be used.
    pub emulate: bool,
    /// Arguments of the test program.
    pub tests: Vec<String>,
}

/// Guests that are ready to be booted.
pub struct Matrix {
    options: Options,
    folder: PathBuf,
    busybox: PathBuf,
    /// What all kernels have in common.
    initramfs: PathBuf,
    /// Each with its kernel, or why that cannot be had.
    kernels: Vec<(&'static Series, Result<Kernel, String>)>,
    /// The names of the tests that are to be run.
    tests: Vec<String>,
    /// Whether a guest has found that KVM is there and does not work.
    kvm_fails: AtomicBool,
    _lock: File,
}

impl Matrix {
    /// Installs and builds what is needed, and downloads the kernels. One that cannot be had is a failure of its own.
    pub fn prepare(workspace: &Workspace, options: Options) -> Result<Self> {
        setup::ensure(workspace, Need::Guests)?;
        let folder = workspace.target.join("vm");
        let lock = lock(&folder)?;
        let programs = programs::build(workspace)?;
        let tests = programs.test_names(&options.tests)?;
        ensure!(!tests.is_empty(), "no test has {} in its name", options.tests.join(" "));
        let packages = Packages::new(folder.join("packages"));
        let busybox = packages.file("busybox-static", "bin/busybox")?;
        let initramfs = image::build(&folder, &busybox, &programs)?;
        let kernel = |series| packages.kernel(series).map_err(|error| format!("{error:#}"));
        let kernels = options.kernels.iter().map(|&series| (series, kernel(series))).collect();
        Ok(Self { options, folder, busybox, initramfs, kernels, tests, kvm_fails: AtomicBool::new(false), _lock: lock })
    }

    /// Runs the tests in all guests, and prints of each what is not plain success.
    pub fn run(&self) -> Result<Vec<Verdict>> {
        // The last of the list take longest: they are the first to begin.
        let last_first: Vec<_> = self.kernels.iter().rev().collect();
        let run = |(series, kernel): &&(&'static Series, Result<Kernel, String>)| self.verdict(series, kernel.as_ref());
        parallel::map(at_once(), &last_first, run).into_iter().rev().collect()
    }

    fn verdict(&self, series: &Series, kernel: Result<&Kernel, &String>) -> Result<Verdict> {
        let Ok(kernel) = kernel else {
            let reason = kernel.err().cloned().unwrap_or_default();
            let verdict = Verdict::unavailable(series.name, reason);
            print!("{verdict}");
            return Ok(verdict);
        };
        eprintln!("{}: {} tests on Linux {} under QEMU", series.name, self.tests.len(), kernel.release);
        let start = Instant::now();
        let (console, end) = self.boot(series, kernel)?;
        let mut verdict = Verdict::new(series.name, &kernel.release, (&console, end), &self.tests);
        verdict.elapsed = start.elapsed();
        let mut shown = verdict.to_string();
        if verdict.is_unfinished() {
            let log = self.log(series);
            shown += &format!("{}: the last lines of {}:\n{}\n", series.name, log.display(), guest::last_lines(&log));
        }
        print!("{shown}");
        Ok(verdict)
    }

    /// With KVM where that works, and emulated from the first time on that it does not.
    fn boot(&self, series: &Series, kernel: &Kernel) -> Result<(Console, End)> {
        image::with_modules(&self.initramfs, &self.busybox, kernel, &self.initramfs_of(series))?;
        let accelerator = self.accelerator();
        let (console, end) = self.guest(series, kernel, accelerator).run()?;
        if console.release.is_some() || accelerator == Accelerator::Emulation {
            return Ok((console, end));
        }
        let last = guest::last_lines(&self.log(series));
        if !self.kvm_fails.swap(true, Ordering::Relaxed) {
            let last = last.lines().last().unwrap_or("the guest hangs");
            eprintln!("KVM does not work here, the processor is emulated: {last}");
        }
        self.guest(series, kernel, Accelerator::Emulation).run()
    }

    fn accelerator(&self) -> Accelerator {
        if self.options.emulate || self.kvm_fails.load(Ordering::Relaxed) {
            Accelerator::Emulation
        } else {
            Accelerator::to_try()
        }
    }

    fn guest<'a>(&self, series: &Series, kernel: &'a Kernel, accelerator: Accelerator) -> Guest<'a> {
        let args = self.options.tests.iter().fold(String::new(), |args, arg| args + " " + arg);
        Guest {
            kernel: &kernel.image,
            initramfs: self.initramfs_of(series),
            words: format!("{} -- --show-output{args}", series.words()),
            limit: self.options.limit,
            accelerator,
            log: self.log(series),
        }
    }

    fn initramfs_of(&self, series: &Series) -> PathBuf {
        self.folder.join(format!("{}.initramfs", series.name))
    }

    fn log(&self, series: &Series) -> PathBuf {
        self.folder.join(format!("{}.log", series.name))
    }
}

/// An emulated guest keeps one CPU busy, and every guest may come to use all of its memory.
fn at_once() -> usize {
    let cpus = parallel::cpus();
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available_mib(&text));
    let room = memory.map_or(1, |mib| mib / guest::MEMORY_MIB);
    cpus.min(usize::try_from(room).unwrap_or(cpus)).max(1)
}

fn available_mib(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024)
}

/// Kept by one run at a time: guests write to the same files, and they need all CPUs.
fn lock(folder: &Path) -> Result<File> {
    fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("create {}", path.display()))?;
    let locked = match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            eprintln!("another run of cargo xtask vm has {}: waiting for its end", path.display());
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
    };
    locked.with_context(|| format!("lock {}", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_waits() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock(folder.path()).unwrap();
        let second = File::create(folder.path().join("lock")).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(second.try_lock().is_ok());
    }

    #[test]
    fn memory_is_what_can_be_had_without_swapping() {
        assert_eq!(available_mib("MemTotal: 9 kB\nMemAvailable:    8388608 kB\n"), Some(8192));
        assert_eq!(available_mib("MemTotal: 9 kB\n"), None);
        assert!(at_once() >= 1);
    }
}
