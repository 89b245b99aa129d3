//! A tool that watches the whole machine while something else runs.

use std::fs;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long a tool may take to attach.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take to end after each signal.
const GRACE: Duration = Duration::from_secs(5);
/// How long its number of BPF programs has to stay the same before it counts as attached.
const SETTLED: Duration = Duration::from_millis(300);
const PAUSE: Duration = Duration::from_millis(20);

/// A running tool. It ends with this value at the latest.
pub struct Background {
    child: Child,
    name: String,
}

impl Background {
    /// Starts a tool and waits until it has attached its BPF programs.
    pub fn start(name: &str, mut command: Command) -> Result<Self> {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = quiet.spawn().with_context(|| format!("start {name}"))?;
        let mut this = Self { child, name: name.into() };
        this.wait_attached()?;
        Ok(this)
    }

    fn wait_attached(&mut self) -> Result<()> {
        let (start, mut count, mut since) = (Instant::now(), 0, Instant::now());
        while count == 0 || since.elapsed() < SETTLED {
            if let Some(status) = self.child.try_wait().with_context(|| format!("wait for {}", self.name))? {
                bail!("{} ended before it had attached: {status}", self.name);
            }
            if start.elapsed() > PATIENCE {
                bail!("{} had no BPF program after {} s", self.name, PATIENCE.as_secs());
            }
            sleep(PAUSE);
            let now = bpf_descriptors(self.child.id());
            if now != count {
                (count, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Asks the tool to end, as Ctrl-C does, and waits for it. An error if it had ended before.
    pub fn stop(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended while it should have watched: {status}", self.name);
        }
        // A tool started from a script may ignore SIGINT, as the shell told it to.
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)
                .with_context(|| format!("send {signal} to {}", self.name))?;
            if self.wait_ended()?.is_some() {
                return Ok(());
            }
        }
        bail!("{} did not end after SIGINT and SIGTERM and was killed", self.name)
    }

    fn wait_ended(&mut self) -> Result<Option<ExitStatus>> {
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            sleep(PAUSE);
        }
        Ok(None)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Both fail only for a process that has ended and was waited for.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Programs and links that a process holds, by the words that only their descriptors have.
fn bpf_descriptors(pid: u32) -> usize {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fdinfo")).into_iter().flatten().flatten();
    let is_bpf = |text: &String| text.contains("prog_type:") || text.contains("link_type:");
    descriptors.filter_map(|entry| fs::read_to_string(entry.path()).ok()).filter(is_bpf).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_ends_at_once_is_an_error() {
        let error = Background::start("true", Command::new("true")).err().unwrap();
        assert_eq!(error.to_string(), "true ended before it had attached: exit status: 0");
    }

    #[test]
    fn this_process_holds_no_bpf_program() {
        assert_eq!(bpf_descriptors(std::process::id()), 0);
    }
}
