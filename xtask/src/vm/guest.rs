//! One guest: a kernel under QEMU, watched through its serial console.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use super::console::Console;

/// The emulator.
const QEMU: &str = "qemu-system-x86_64";
/// Enough for ten thousand threads, and for everything else to stay in memory.
pub const MEMORY_MIB: u64 = 4096;
/// Tests move threads from one CPU to another.
const CPUS: usize = 2;
/// Emulated guests take a few seconds to start the tests; this is for a very busy machine.
const BOOT: Duration = Duration::from_secs(180);
/// With KVM they take less than two. Where KVM is there and does not work, as in some virtual machines, QEMU may hang.
const BOOT_WITH_KVM: Duration = Duration::from_secs(30);
/// As many lines of the console are shown when a guest did not come to its end.
const LAST_LINES: usize = 25;

/// What to boot.
pub struct Guest<'a> {
    pub kernel: &'a Path,
    pub initramfs: PathBuf,
    /// Words for init: `NAME=value` for its environment, after `--` its arguments.
    pub words: String,
    /// How long it may take in all.
    pub limit: Duration,
    /// What runs its instructions.
    pub accelerator: Accelerator,
    /// Gets all that is printed, by the guest and by QEMU.
    pub log: PathBuf,
}

/// What runs a guest's instructions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accelerator {
    /// The processor, through the kernel.
    Kvm,
    /// QEMU alone, which works everywhere, and takes some ten times as long.
    Emulation,
}

impl Accelerator {
    /// KVM where this user may open it, which does not say that it works.
    pub fn to_try() -> Self {
        let opens = File::options().read(true).write(true).open("/dev/kvm").is_ok();
        if opens { Self::Kvm } else { Self::Emulation }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            // One thread for all CPUs: with one for each, QEMU before 8.1 may go on with an instruction that the kernel has
            // just replaced (a jump label of system call tracing), and both CPUs of the guest hang.
            Self::Emulation => "tcg,thread=single",
        }
    }

    /// Words for the kernel.
    fn words(self) -> &'static str {
        match self {
            Self::Kvm => "",
            // Otherwise the kernel finds the CPUs' counters unsynchronised, and every look at the clock is a system call,
            // also in workloads that are to make none. What the kernel does not know it hands to init as environment: the
            // tests allow for a CPU that is taken away in long slices.
            Self::Emulation => "tsc=reliable TASKWEIGHT_EMULATED=1",
        }
    }

    fn boot(self) -> Duration {
        match self {
            Self::Kvm => BOOT_WITH_KVM,
            Self::Emulation => BOOT,
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// QEMU ended, as it does when the guest powers off or its kernel panics.
    ByItself,
    /// It was killed before init had started the tests.
    NotBooted,
    /// It was killed when the limit was reached.
    Hung,
}

impl Guest<'_> {
    /// Boots the guest and reads its console until it ends or has to be killed.
    pub fn run(&self) -> Result<(Console, End)> {
        let log = File::create(&self.log).with_context(|| format!("create {}", self.log.display()))?;
        let mut qemu = self.command();
        qemu.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log.try_clone().context("share the log")?);
        let mut child = Killed(qemu.spawn().with_context(|| format!("start {QEMU}"))?);
        let stdout = child.0.stdout.take().context("QEMU has no output")?;
        let mut console = Console::default();
        let end = watch(&pieces(stdout, log), &mut console, self.accelerator.boot(), self.limit);
        if end == End::ByItself {
            child.0.wait().context("wait for QEMU")?;
        }
        Ok((console, end))
    }

    fn command(&self) -> Command {
        let mut qemu = Command::new(QEMU);
        qemu.args(["-accel", self.accelerator.name()]);
        qemu.args([
            "-cpu",
            "max",
            "-m",
            &MEMORY_MIB.to_string(),
            "-smp",
            &CPUS.to_string(),
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
        ]);
        qemu.args(["-display", "none", "-monitor", "none", "-serial", "stdio"]);
        qemu.arg("-kernel").arg(self.kernel).arg("-initrd").arg(&self.initramfs);
        qemu.args(["-append", &format!("console=ttyS0 quiet panic=-1 {} {}", self.accelerator.words(), self.words)]);
        end_with_parent(&mut qemu);
        qemu
    }
}

/// The last lines of a guest's log, in printable characters.
pub fn last_lines(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).replace('\r', "");
    let printable = text.replace(|letter: char| letter.is_control() && letter != '\n', "?");
    let lines: Vec<_> = printable.lines().filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// A guest that hangs must not outlive this program, however that ends.
fn end_with_parent(command: &mut Command) {
    let set = || set_pdeathsig(Signal::SIGKILL).map_err(Into::into);
    // SAFETY: between fork and exec only prctl() is called, which is async-signal-safe.
    unsafe { command.pre_exec(set) };
}

/// Ends with its owner.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped_already = self.0.wait();
    }
}

/// What is printed, as it comes, also to the log.
fn pieces(mut stream: impl Read + Send + 'static, mut log: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            let _disk_full = log.write_all(&buffer[..count]);
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

fn watch(pieces: &Receiver<Vec<u8>>, console: &mut Console, boot: Duration, limit: Duration) -> End {
    let start = Instant::now();
    loop {
        let (limit, end) =
            if console.release.is_some() { (limit, End::Hung) } else { (boot.min(limit), End::NotBooted) };
        match pieces.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok(piece) => console.feed(&piece, start.elapsed()),
            Err(RecvTimeoutError::Disconnected) => return End::ByItself,
            Err(RecvTimeoutError::Timeout) => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    /// What is seen of a guest that printed these words and then nothing, or that ended.
    fn watched(words: &str, ends: bool, boot: Duration, limit: Duration) -> End {
        let (sender, receiver) = mpsc::channel();
        sender.send(words.into()).unwrap();
        let sender = (!ends).then_some(sender);
        let end = watch(&receiver, &mut Console::default(), boot, limit);
        drop(sender);
        end
    }

    #[test]
    fn a_guest_that_says_nothing_has_not_booted() {
        assert_eq!(watched("SeaBIOS\n", false, SHORT, LONG), End::NotBooted);
        assert_eq!(watched("SeaBIOS\n", false, LONG, SHORT), End::NotBooted);
    }

    #[test]
    fn a_guest_that_stops_in_the_tests_hangs() {
        assert_eq!(watched("taskweight-tests: kernel 6.1\n", false, SHORT, SHORT), End::Hung);
    }

    #[test]
    fn a_guest_that_ends_is_waited_for_no_longer() {
        assert_eq!(watched("taskweight-tests: kernel 6.1\n", true, LONG, LONG), End::ByItself);
    }

    #[test]
    fn the_last_lines_are_printable() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let lines: String = (0..100).map(|number| format!("\u{1b}[2Jline {number}\r\n\r\n")).collect();
        fs::write(&log, lines).unwrap();
        let last = last_lines(&log);
        assert_eq!(last.lines().count(), LAST_LINES);
        assert!(last.ends_with("?[2Jline 99"), "{last}");
    }
}
