//! One whole conversation with the program, with load on it where it is a server.

use std::ffi::{OsStr, OsString};
use std::process::ExitStatus;
use std::time::Instant;

use super::case::Case;
use super::figures::Heard;
use super::{Checker, load};
use crate::child::{Child, Spec, Stdio, Waited};
use crate::protocol::{Conversation, Problem, ProtocolError, Step};
use taskweight_core::plan::Depth;
use taskweight_core::scenario::Scenario;

impl Checker<'_> {
    /// Runs a case from start to end.
    pub(super) fn perform(&self, case: &Case) -> anyhow::Result<Heard> {
        if case.scenario != Scenario::Echo {
            let mut child = self.start(&words(case, None))?;
            let heard = self.converse(case, &mut child, None)?;
            return self.end(child).map(|()| heard);
        }
        let folder = load::socket_folder(&self.user)?;
        let socket = folder.path().join("socket");
        let mut child = self.start(&words(case, Some(socket.as_os_str())))?;
        let mut load = self.spawn(load::command(self.programs, socket.as_os_str(), case.tasks, case.operations))?;
        let heard = self.converse(case, &mut child, Some(&mut load))?;
        self.end(child)?;
        self.end(load).map(|()| heard)
    }

    /// Starts the program with these last arguments.
    pub(super) fn start(&self, arguments: &[OsString]) -> anyhow::Result<Child> {
        self.spawn([self.command, arguments].concat())
    }

    fn spawn(&self, command: Vec<OsString>) -> anyhow::Result<Child> {
        let mut words = command.into_iter();
        let spec = Spec {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            user: self.user.clone(),
            cpu: None,
            stdio: Stdio::Protocol,
        };
        let mut child = Child::spawn_suspended(&spec)?;
        child.release()?;
        Ok(child)
    }

    fn converse(&self, case: &Case, child: &mut Child, load: Option<&mut Child>) -> anyhow::Result<Heard> {
        let mut program = Conversation::new(child, self.signals)?;
        let mut load = load.map(|load| Conversation::new(load, self.signals)).transpose()?;
        let ready = program.wait_ready(case.tasks, self.deadline())?;
        if let Some(load) = &mut load {
            load.wait_ready(case.tasks, self.deadline())?;
        }
        let gone = Instant::now();
        program.go()?;
        if let Some(load) = &mut load {
            load.go()?;
        }
        let done = program.wait_done(self.deadline())?;
        let took = gone.elapsed();
        if let Some(load) = &mut load {
            load.wait_done(self.deadline())?;
        }
        program.exit()?;
        load.map_or(Ok(()), Conversation::exit)?;
        Ok(Heard { ready, done, took })
    }

    fn end(&self, child: Child) -> anyhow::Result<()> {
        match self.wait(child, self.deadline())? {
            Some(status) if status.success() => Ok(()),
            Some(status) => anyhow::bail!("ended with {status} after `exit`: exit with status 0"),
            None => anyhow::bail!("still running after `exit`: end all tasks and exit with status 0"),
        }
    }

    /// The status of a program that ends in time.
    pub(super) fn wait(&self, mut child: Child, deadline: Option<Instant>) -> anyhow::Result<Option<ExitStatus>> {
        match child.wait_until(deadline, self.signals)? {
            Waited::Exited(exit) => Ok(Some(exit.status)),
            Waited::TimedOut => Ok(None),
            Waited::Signalled(by) => {
                let problem = Problem::Interrupted { by, before: Step::Done };
                Err(ProtocolError { program: String::from("the program"), problem }.into())
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        Some(Instant::now() + self.timeout)
    }
}

/// What the program is told on its command line.
pub(super) fn words(case: &Case, socket: Option<&OsStr>) -> Vec<OsString> {
    let (tasks, operations) = (case.tasks.to_string(), case.operations.to_string());
    let words = [case.scenario.name(), "--tasks", &tasks, "--operations", &operations];
    let socket = socket.map(|path| [OsString::from("--socket"), path.to_owned()]);
    let depth = case.depth.iter().flat_map(Depth::words).map(OsString::from);
    words.into_iter().map(OsString::from).chain(socket.into_iter().flatten()).chain(depth).collect()
}
