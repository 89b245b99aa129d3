//! Why a program could not be started.

use std::ffi::{NulError, OsString};
use std::io;

use nix::errno::Errno;
use thiserror::Error;

/// What the child does between the fork and the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Makes a process group of its own.
    Group,
    /// Puts the pipes in the place of stdin and stdout.
    Stdio,
    /// Confines itself to one CPU.
    Cpu,
    /// Takes on the supplementary groups of the user.
    Groups,
    /// Takes on the group of the user.
    GroupId,
    /// Takes on the user.
    UserId,
    /// Has itself killed should taskweight die.
    DeathSignal,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Group, Self::Stdio, Self::Cpu, Self::Groups, Self::GroupId, Self::UserId, Self::DeathSignal];

    fn describe(self) -> &'static str {
        match self {
            Self::Group => "create a process group (setpgid)",
            Self::Stdio => "connect stdin and stdout (dup2)",
            Self::Cpu => "pin to the CPU (sched_setaffinity)",
            Self::Groups => "drop the groups of root (setgroups)",
            Self::GroupId => "drop the group of root (setresgid)",
            Self::UserId => "drop the user root (setresuid)",
            Self::DeathSignal => "set the parent-death signal (prctl)",
        }
    }

    pub(super) fn from_code(code: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|&step| step as i32 == code)
    }
}

/// The suspended child could not be made.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// The program's name, an argument or a variable cannot be handed to a program.
    #[error("{}: its name or an argument contains a NUL byte", program.display())]
    NullByte {
        /// The program.
        program: OsString,
        /// Where the byte is.
        source: NulError,
    },
    /// The CPU is beyond what the kernel can have.
    #[error("{}: there is no CPU {cpu}", program.display())]
    Cpu {
        /// The program.
        program: OsString,
        /// The CPU asked for.
        cpu: usize,
    },
    /// Pipes, a process or a descriptor for it could not be had.
    #[error("{}: {what}", program.display())]
    Resources {
        /// The program.
        program: OsString,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The child could not prepare itself.
    #[error("{}: {}: {}", program.display(), step.describe(), errno.desc())]
    Setup {
        /// The program.
        program: OsString,
        /// What it was about to do.
        step: Step,
        /// Why it failed.
        errno: Errno,
    },
    /// The child died before it was ready to execute the program.
    #[error("{}: killed before it started", program.display())]
    Died {
        /// The program.
        program: OsString,
    },
}

/// The program could not be executed.
#[derive(Debug, Error)]
pub enum ExecError {
    /// `execve` failed.
    #[error("{}: {}", program.display(), errno.desc())]
    Refused {
        /// The program.
        program: OsString,
        /// What the kernel said.
        errno: Errno,
    },
    /// The child could not be told to go, or not be heard.
    #[error("{}: communicate with the suspended process", program.display())]
    Gate {
        /// The program.
        program: OsString,
        /// Why.
        source: io::Error,
    },
}

impl ExecError {
    /// The exit status a shell gives for it: 127 for a program that is not there, 126 for one that cannot be executed.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Refused { errno: Errno::ENOENT, .. } => 127,
            Self::Refused { .. } | Self::Gate { .. } => 126,
        }
    }
}
