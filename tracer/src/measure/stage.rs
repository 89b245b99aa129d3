//! One run of a workload over the protocol, from its start to its end - and, for a server, of the load on it.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use tempfile::TempDir;

use super::Context;
use taskweight_core::{
    plan::{Depth, Job},
    scenario::Scenario,
};
use taskweight_run::{
    affinity,
    child::{Child, Exit, Spec, Stdio, Waited},
    load,
    protocol::{Conversation, Done, Ready},
};

/// The programs of one run, not yet released.
#[derive(Debug)]
pub struct Stage {
    /// The program under measurement, suspended.
    pub child: Child,
    load: Option<Child>,
    /// Holds the socket; removed with it.
    _folder: Option<TempDir>,
}

/// What was said in a run.
#[derive(Clone, Debug)]
pub struct Said {
    /// When its tasks were parked.
    pub ready: Ready,
    /// When its work was done, the load generator's latencies included.
    pub done: Done,
}

/// What a measurement does at the three moments of a run; each does nothing unless told otherwise.
pub trait Moments {
    /// All tasks are parked, and the program has said this; the work begins when this returns.
    fn ready(&mut self, _said: &Ready) -> anyhow::Result<()> {
        Ok(())
    }

    /// The work is done, all tasks are alive.
    fn done(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Nothing is measured.
#[derive(Debug)]
pub struct Unobserved;

impl Moments for Unobserved {}

impl Stage {
    /// Starts a job's programs suspended.
    pub fn set(context: &Context<'_>, job: &Job, programs: &Path) -> anyhow::Result<Self> {
        let folder = (job.scenario == Scenario::Echo).then(|| load::socket_folder(&context.identity)).transpose()?;
        let socket = folder.as_ref().map(|folder| folder.path().join("socket").into_os_string());
        let child = spawn(context, command(job, programs, socket.as_ref())?, job.pinned)?;
        let load = socket.map(|socket| spawn(context, load_command(job, programs, &socket), other_cpu(job.pinned)));
        Ok(Self { child, load: load.transpose()?, _folder: folder })
    }

    /// Releases the programs, has the work done, and ends them.
    pub fn perform(
        mut self,
        context: &Context<'_>,
        job: &Job,
        moments: &mut impl Moments,
    ) -> anyhow::Result<(Said, Exit)> {
        self.child.release()?;
        let mut workload = Conversation::new(&mut self.child, context.signals)?;
        let mut load = match &mut self.load {
            Some(load) => {
                load.release()?;
                Some(Conversation::new(load, context.signals)?)
            }
            None => None,
        };
        let ready = workload.wait_ready(job.tasks, context.deadline())?;
        if let Some(load) = &mut load {
            load.wait_ready(job.tasks, context.deadline())?;
        }
        moments.ready(&ready)?;
        workload.go()?;
        if let Some(load) = &mut load {
            load.go()?;
        }
        let mut done = workload.wait_done(context.deadline())?;
        if let Some(load) = &mut load {
            done.latency_ns = load.wait_done(context.deadline())?.latency_ns;
        }
        check(job, &ready, &done)?;
        moments.done()?;
        workload.exit()?;
        if let Some(load) = load {
            load.exit()?;
        }
        let exit = finish(context, self.child)?;
        self.load.map_or(Ok(()), |load| finish(context, load).map(drop))?;
        Ok((Said { ready, done }, exit))
    }
}

fn spawn(context: &Context<'_>, command: Vec<OsString>, cpu: Option<u32>) -> anyhow::Result<Child> {
    let mut words = command.into_iter();
    let spec = Spec {
        program: words.next().unwrap_or_default(),
        args: words.collect(),
        user: context.identity.clone(),
        cpu: cpu.map(|cpu| cpu as usize),
        stdio: Stdio::Protocol,
    };
    Ok(Child::spawn_suspended(&spec)?)
}

fn command(job: &Job, programs: &Path, socket: Option<&OsString>) -> anyhow::Result<Vec<OsString>> {
    let mut command = job.model.command(programs).map_err(anyhow::Error::msg)?;
    let (tasks, operations) = (job.tasks.to_string(), job.operations.to_string());
    let arguments = [job.scenario.name(), "--tasks", &tasks, "--operations", &operations];
    command.extend(arguments.map(OsString::from));
    if let Some(socket) = socket {
        command.extend([OsString::from("--socket"), socket.clone()]);
    }
    command.extend(job.depth.iter().flat_map(Depth::words).map(OsString::from));
    if let Some(bytes) = job.touch_bytes {
        command.extend([OsString::from("--touch"), bytes.to_string().into()]);
    }
    Ok(command)
}

fn load_command(job: &Job, programs: &Path, socket: &OsStr) -> Vec<OsString> {
    let mut command = load::command(programs, socket, job.tasks, job.operations);
    if let Some(rate) = job.rate {
        command.extend([OsString::from("--rate"), rate.to_string().into()]);
    }
    command
}

/// The load comes from another CPU than the server's, where the server is bound to one.
fn other_cpu(cpu: Option<u32>) -> Option<u32> {
    let allowed = affinity::allowed().unwrap_or_default();
    cpu.and_then(|cpu| allowed.into_iter().find(|other| *other != cpu))
}

/// The workload counts for itself: what it says must be what it was asked for.
fn check(job: &Job, ready: &Ready, done: &Done) -> anyhow::Result<()> {
    let asked = if job.scenario.only_parks() { ready.tasks } else { job.operations };
    anyhow::ensure!(
        done.operations == asked,
        "{} performed {} operations instead of {asked}: fix the workload",
        job.model.name,
        done.operations
    );
    anyhow::ensure!(
        ready.tasks == job.tasks || job.scenario.only_parks(),
        "{} has only {} of {} tasks: {}",
        job.model.name,
        ready.tasks,
        job.tasks,
        ready.stopped_by.as_deref().unwrap_or("it gives no reason")
    );
    Ok(())
}

fn finish(context: &Context<'_>, mut child: Child) -> anyhow::Result<Exit> {
    match child.wait_until(context.deadline(), context.signals)? {
        Waited::Exited(exit) if exit.exit_code() == 0 => Ok(exit),
        Waited::Exited(exit) => anyhow::bail!("ended with {} after `exit`", exit.status),
        Waited::Signalled(received) => anyhow::bail!("stopped by {}", received.signal),
        Waited::TimedOut => anyhow::bail!("did not exit after `exit`; raise --timeout or fix the workload"),
    }
}
