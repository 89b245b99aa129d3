//! Measuring a workload that speaks the protocol: an untraced twin for the time, a traced run for the cause.

use std::{path::Path, path::PathBuf};

use procfs::process::Process;

use super::{Context, Window, per_operation, wait_for_rest};
use crate::{
    hardware::Counters,
    kernel::{
        calibration::{self, Costs},
        snapshot::Snapshot,
    },
    plan::Case,
    report::model::{Cpu, Elapsed, Hardware, Probe, Run},
    witness,
    workload::{
        child::{Child, Exit, Spec, Stdio, Waited},
        protocol::{Conversation, Done},
    },
};

/// The traced half of a run.
#[derive(Debug)]
pub struct Traced {
    /// The run, as yet without twin.
    pub run: Run,
    /// The probes.
    pub probes: Vec<Probe>,
    /// What the kernel counted of the programs, where its statistics are on.
    pub costs: Costs,
}

/// Runs a case without any probe.
pub fn twin(context: &Context<'_>, case: &Case, programs: &Path) -> anyhow::Result<Done> {
    let mut child = start(context, case, programs)?;
    child.release()?;
    let mut conversation = Conversation::new(&mut child, context.signals)?;
    conversation.wait_ready(case.tasks, context.deadline())?;
    conversation.go()?;
    let done = conversation.wait_done(context.deadline())?;
    conversation.exit()?;
    finish(context, child)?;
    checked(case, done)
}

/// Runs a case with hardware counters and without probes.
pub fn counted(context: &Context<'_>, case: &Case, programs: &Path) -> anyhow::Result<Hardware> {
    let mut child = start(context, case, programs)?;
    let mut counters = Counters::open(child.pid()).map_err(anyhow::Error::msg)?;
    child.release()?;
    let mut conversation = Conversation::new(&mut child, context.signals)?;
    conversation.wait_ready(case.tasks, context.deadline())?;
    counters.enable()?;
    conversation.go()?;
    conversation.wait_done(context.deadline())?;
    let hardware = counters.read();
    conversation.exit()?;
    finish(context, child)?;
    Ok(hardware)
}

/// Runs a case under the probes.
pub fn traced(context: &Context<'_>, case: &Case, programs: &Path) -> anyhow::Result<Traced> {
    let mut child = start(context, case, programs)?;
    let mut session = context.open_session(child.pid())?;
    child.release()?;
    let pid = child.pid();
    let mut conversation = Conversation::new(&mut child, context.signals)?;
    conversation.wait_ready(case.tasks, context.deadline())?;
    wait_for_rest(&session)?;
    let (before, cpu_before) = (Snapshot::take(&session)?, cpu_time(pid));
    session.set_window(true)?;
    conversation.go()?;
    let done = checked(case, conversation.wait_done(context.deadline())?)?;
    wait_for_rest(&session)?;
    let window = Window::close(&mut session, before)?;
    let cpu = cpu_between(cpu_before, cpu_time(pid));
    let mut run = assemble(context, case, &window, &done, cpu);
    conversation.exit()?;
    let exit = finish(context, child)?;
    run.witness.extend(witness::compare_tree(&Snapshot::take(&session)?.threads, &exit.rusage));
    Ok(Traced { run, probes: window.probes, costs: calibration::costs(&session) })
}

fn start(context: &Context<'_>, case: &Case, programs: &Path) -> anyhow::Result<Child> {
    let program: PathBuf = case.model.installed(programs).map_err(anyhow::Error::msg)?;
    let (tasks, operations) = (case.tasks.to_string(), case.operations.to_string());
    let args = [case.scenario.name(), "--tasks", &tasks, "--operations", &operations];
    let spec = Spec {
        program: program.into(),
        args: args.map(Into::into).to_vec(),
        user: context.identity.clone(),
        cpu: case.pinned.map(|cpu| cpu as usize),
        stdio: Stdio::Protocol,
    };
    Ok(Child::spawn_suspended(&spec)?)
}

/// The workload counts for itself: what it says must be what it was asked for.
fn checked(case: &Case, done: Done) -> anyhow::Result<Done> {
    let asked = case.operations;
    anyhow::ensure!(
        done.operations == asked,
        "{} made {} operations, not the {asked} it was asked for: the workload is wrong",
        case.model.name,
        done.operations
    );
    Ok(done)
}

fn finish(context: &Context<'_>, mut child: Child) -> anyhow::Result<Exit> {
    match child.wait_until(context.deadline(), context.signals)? {
        Waited::Exited(exit) if exit.exit_code() == 0 => Ok(exit),
        Waited::Exited(exit) => anyhow::bail!("ended with {} after `exit`", exit.status),
        Waited::Signalled(received) => anyhow::bail!("stopped by {}", received.signal),
        Waited::TimedOut => anyhow::bail!("did not end after `exit`: raise --timeout, or mend the workload"),
    }
}

/// CPU time of a process since its start, as (user, system) in nanoseconds; the kernel gives hundredths of a second.
fn cpu_time(pid: u32) -> Option<(u64, u64)> {
    let stat = Process::new(i32::try_from(pid).ok()?).ok()?.stat().ok()?;
    let tick_ns = 1_000_000_000 / procfs::ticks_per_second();
    Some((stat.utime * tick_ns, stat.stime * tick_ns))
}

fn cpu_between(before: Option<(u64, u64)>, after: Option<(u64, u64)>) -> Cpu {
    let (user_before, system_before) = before.unzip();
    let (user_after, system_after) = after.unzip();
    let between = |before: Option<u64>, after: Option<u64>| Some(after?.saturating_sub(before?));
    Cpu { user_ns: between(user_before, user_after), system_ns: between(system_before, system_after) }
}

fn assemble(context: &Context<'_>, case: &Case, window: &Window, done: &Done, cpu: Cpu) -> Run {
    let kernel = window.kernel();
    let (threads, threads_omitted) = window.threads(context.threads_listed);
    Run {
        model: case.model.name.to_owned(),
        scenario: Some(case.scenario.name().to_owned()),
        tasks: Some(case.tasks),
        pinned: case.pinned,
        repetition: 0,
        operations: Some(done.operations),
        operation: Some(case.scenario.operation().to_owned()),
        logical_switches: Some(done.logical_switches),
        elapsed_ns: Elapsed { twin: None, traced: done.elapsed_ns },
        per_operation: per_operation(&kernel, done.elapsed_ns, Some(done.operations)),
        kernel,
        histograms: window.figures.histograms.clone(),
        syscall_histograms: window.figures.syscall_histograms.clone(),
        threads,
        threads_omitted,
        cpu,
        hardware: Hardware::default(),
        witness: window.witness.clone(),
        loss: window.figures.loss.clone(),
        exit_status: None,
    }
}

impl Traced {
    /// The whole run: the twin gives the time.
    pub fn with_twin(mut self, twin: &Done) -> Self {
        self.run.elapsed_ns.twin = Some(twin.elapsed_ns);
        self.run.per_operation = per_operation(&self.run.kernel, twin.elapsed_ns, self.run.operations);
        self
    }
}
