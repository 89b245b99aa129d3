//! Waiting for the other threads of the process to fall asleep.

use std::path::Path;
use std::{fs, io, thread};

/// Waits until every thread but the calling one is in an interruptible sleep.
///
/// A task says that it has come to the gate before it parks there, and a runtime looks for work before it parks its
/// threads: this closes the gap.
pub fn wait_for_others() -> io::Result<()> {
    let own = fs::read_link("/proc/thread-self")?;
    for entry in fs::read_dir("/proc/self/task")? {
        let path = entry?.path();
        while path.file_name() != own.file_name() && !is_asleep(&path) {
            thread::yield_now();
        }
    }
    Ok(())
}

/// Whether the thread sleeps. One that has ended does.
fn is_asleep(thread: &Path) -> bool {
    fs::read_to_string(thread.join("stat")).map_or(true, |stat| state(&stat) == Some('S'))
}

/// The state in a line of /proc/PID/stat: what follows the name, which is in parentheses and may contain some.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next())
}

#[cfg(test)]
mod tests {
    use super::state;

    #[test]
    fn state_follows_the_name() {
        assert_eq!(state("12 (cat) S 1 12"), Some('S'));
        assert_eq!(state("12 (a) S (b) R 1 12"), Some('R'));
        assert_eq!(state("12"), None);
    }
}
