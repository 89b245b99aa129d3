//! Where the threads of a process stand: their stack pointers, from /proc/PID/task/TID/syscall.

use std::fs;
use std::io;
use std::thread;
use std::time::Duration;

use super::super::process::has_ended;

/// How often a thread that runs is looked at again, and after which pause.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_micros(200);

/// Threads of a process and where they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pointers {
    /// (stack pointer, thread id), ascending.
    pub(super) found: Vec<(u64, u32)>,
    /// Threads that ran at every look, or ended meanwhile.
    pub(super) not_at_rest: u64,
}

/// Looks at every thread. `Ok(None)` when the process has ended.
pub(super) fn of(pid: u32) -> Result<Option<Pointers>, String> {
    let mut pending = match thread_ids(pid) {
        Ok(ids) => ids,
        Err(error) if has_ended(pid, &error) => return Ok(None),
        Err(error) => return Err(format!("/proc/{pid}/task: {error}")),
    };
    let mut pointers = Pointers::default();
    for attempt in 0..ATTEMPTS {
        if attempt > 0 && !pending.is_empty() {
            thread::sleep(PAUSE);
        }
        pending = look(pid, pending, &mut pointers)?;
    }
    pointers.not_at_rest += pending.len() as u64;
    pointers.found.sort_unstable();
    Ok(Some(pointers))
}

fn thread_ids(pid: u32) -> io::Result<Vec<u32>> {
    let names = fs::read_dir(format!("/proc/{pid}/task"))?.flatten();
    Ok(names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// Looks at these threads; returns those that run.
fn look(pid: u32, threads: Vec<u32>, pointers: &mut Pointers) -> Result<Vec<u32>, String> {
    let mut running = Vec::new();
    for thread in threads {
        let file = format!("/proc/{pid}/task/{thread}/syscall");
        match fs::read(&file) {
            Ok(text) => match stack_pointer(&text) {
                Some(pointer) => pointers.found.push((pointer, thread)),
                None => running.push(thread),
            },
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) || error.kind() == io::ErrorKind::NotFound => {
                pointers.not_at_rest += 1;
            }
            Err(error) => return Err(format!("{file}: {error}")),
        }
    }
    Ok(running)
}

/// The last but one of `NUMBER ARGUMENTS... POINTER COUNTER`, or of `-1 POINTER COUNTER` where the thread was stopped
/// outside of a system call (a form that `procfs` does not read). `None` for `running`.
fn stack_pointer(line: &[u8]) -> Option<u64> {
    let mut backwards = std::str::from_utf8(line).ok()?.split_ascii_whitespace().rev();
    let pointer = backwards.nth(1)?;
    u64::from_str_radix(pointer.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn lines_of_blocked_stopped_and_running_threads() {
        let blocked = b"202 0x7f12 0x189 0x0 0x0 0x0 0x0 0x7f90af0dbb60 0x7f90af1c42ad\n";
        assert_eq!(stack_pointer(blocked), Some(0x7f90_af0d_bb60));
        assert_eq!(stack_pointer(b"-1 0x7ffe1000 0x5555\n"), Some(0x7ffe_1000));
        assert_eq!(stack_pointer(b"running\n"), None);
        assert_eq!(stack_pointer(b""), None);
    }

    #[test]
    fn a_blocked_process_and_one_that_has_ended() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pointers = loop {
            let pointers = of(child.id()).unwrap().unwrap();
            if !pointers.found.is_empty() {
                break pointers;
            }
        };
        assert_eq!((pointers.found.len(), pointers.found[0].1, pointers.not_at_rest), (1, child.id(), 0));
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(of(child.id()), Ok(None));
    }
}
