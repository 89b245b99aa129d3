//! Where measuring takes place: one CPU, and the folders in which programs are found.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

/// Folders that a user's search path often lacks and that tracing tools are installed in.
const FOLDERS_OF_ROOT: [&str; 2] = ["/usr/sbin", "/sbin"];
/// Becomes the program given to it, which sees a tracefs that no one else does.
const WITH_TRACEFS: &str = r#"mount -t tracefs nodev /sys/kernel/tracing && exec "$@""#;

/// Becomes the program given to it, with a real-time priority in the middle.
const WITH_PRIORITY: [&str; 3] = ["chrt", "--fifo", "50"];

/// One CPU, and the folders in which programs are found.
pub struct Place {
    /// The last CPU that may be used: the first ones serve most interrupts.
    pub cpu: usize,
    search: OsString,
    has_tracefs: bool,
    real_time: bool,
}

impl Place {
    /// Looks at the machine; the built programs come before others of the same name.
    pub fn find(programs: &Path, real_time: bool) -> Result<Self> {
        let cpus = sched_getaffinity(Pid::from_raw(0)).context("ask which CPUs may be used")?;
        let cpu = (0..CpuSet::count()).rfind(|cpu| cpus.is_set(*cpu).unwrap_or(false)).context("no CPU may be used")?;
        let mounts = std::fs::read_to_string("/proc/self/mounts").context("read /proc/self/mounts")?;
        Ok(Self { cpu, search: search_path(programs)?, has_tracefs: mounts.contains(" tracefs "), real_time })
    }

    /// The words of a command to be timed: with real-time priority, where that was asked for.
    pub fn timed<'a>(&self, words: &[&'a str]) -> Vec<&'a str> {
        let priority = if self.real_time { &WITH_PRIORITY[..] } else { &[] };
        [priority, words].concat()
    }

    /// Whether a program is there.
    pub fn has(&self, program: &str) -> bool {
        which::which_in(program, Some(&self.search), "/").is_ok()
    }

    /// A command whose first word is looked for in the folders, without what cargo put into the environment: the
    /// measured programs inherit it, and with more folders to search even their start would take longer.
    pub fn command(&self, words: &[&str]) -> Result<Command> {
        let [program, args @ ..] = words else { anyhow::bail!("a command needs a word") };
        let path = which::which_in(program, Some(&self.search), "/").with_context(|| format!("find {program}"))?;
        let mut command = Command::new(path);
        command.args(args).env_clear().env("PATH", &self.search).env("LC_ALL", "C");
        Ok(command)
    }

    /// The same for a tool that needs tracefs. Where none is mounted, the tool gets one in a mount namespace of its
    /// own: the machine stays as it is. The process id is that of the tool.
    pub fn tracing_command(&self, words: &[&str]) -> Result<Command> {
        if self.has_tracefs {
            return self.command(words);
        }
        self.command(&[&["unshare", "--mount", "sh", "-c", WITH_TRACEFS, "sh"], words].concat())
    }
}

fn search_path(programs: &Path) -> Result<OsString> {
    let of_user = env::var_os("PATH").unwrap_or_default();
    let first = [programs.to_path_buf(), programs.join("examples")];
    let last = FOLDERS_OF_ROOT.map(Into::into);
    env::join_paths(first.into_iter().chain(env::split_paths(&of_user)).chain(last))
        .with_context(|| format!("put {} into a search path", programs.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(has_tracefs: bool) -> Place {
        Place { cpu: 0, search: search_path(Path::new("/built")).unwrap(), has_tracefs, real_time: !has_tracefs }
    }

    #[test]
    fn built_programs_come_first_and_tools_of_root_are_found() {
        let folders: Vec<_> = env::split_paths(&place(true).search).collect();
        assert_eq!(folders[..2], ["/built", "/built/examples"].map(Path::new));
        assert!(folders.iter().any(|folder| folder == Path::new("/usr/sbin")));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = place(true).command(&["no-such-program"]).unwrap_err();
        assert_eq!(error.to_string(), "find no-such-program");
    }

    #[test]
    fn priority_comes_before_the_command() {
        assert_eq!(place(true).timed(&["true"]), ["true"]);
        assert_eq!(place(false).timed(&["true"]), ["chrt", "--fifo", "50", "true"]);
    }

    #[test]
    fn tracefs_is_mounted_only_where_there_is_none() {
        let program = |has_tracefs| place(has_tracefs).tracing_command(&["true"]).unwrap().get_program().to_owned();
        assert!(Path::new(&program(true)).ends_with("true"));
        assert!(Path::new(&program(false)).ends_with("unshare"));
    }
}
