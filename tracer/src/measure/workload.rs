//! Measuring a workload that speaks the protocol: an untraced twin for the time, a traced run for the cause.

use std::path::Path;

use procfs::process::Process;
use tracer_ebpf::ThreadCounts;

use super::{
    Context, Window,
    memory::Watch,
    stage::{Moments, Said, Stage, Unobserved},
    wait_for_rest,
};
use crate::measure::witness;
use taskweight_core::{
    plan::Job,
    report::{Cpu, Elapsed, Hardware, OwnFigures, PerOperation, Probe, Run},
    stats::histogram::of_durations,
};
use taskweight_probe::{
    calibration::{self, Costs},
    hardware::Counters,
    session::Session,
    snapshot::Snapshot,
};
use taskweight_run::protocol::{Done, Ready};

/// The traced half of a run.
#[derive(Debug)]
pub struct Traced {
    /// The run, as yet without twin.
    pub run: Run,
    /// What the workload said.
    pub said: Said,
    /// The probes.
    pub probes: Vec<Probe>,
    /// What the kernel counted of the programs, where its statistics are on.
    pub costs: Costs,
    /// All that was counted from the first instruction to the end, beyond the window.
    pub counts: ThreadCounts,
}

/// Runs a job without any probe.
pub fn twin(context: &Context<'_>, job: &Job, programs: &Path) -> anyhow::Result<Said> {
    let stage = Stage::set(context, job, programs)?;
    Ok(stage.perform(context, job, &mut Unobserved)?.0)
}

/// Runs a job with hardware counters and without probes.
pub fn counted(context: &Context<'_>, job: &Job, programs: &Path) -> anyhow::Result<Hardware> {
    let stage = Stage::set(context, job, programs)?;
    let counters = Counters::open(stage.child.pid()).map_err(anyhow::Error::msg)?;
    let mut counting = Counting { counters, hardware: Hardware::default() };
    stage.perform(context, job, &mut counting)?;
    Ok(counting.hardware)
}

struct Counting {
    counters: Counters,
    hardware: Hardware,
}

impl Moments for Counting {
    fn ready(&mut self, _said: &Ready) -> anyhow::Result<()> {
        Ok(self.counters.enable()?)
    }

    fn done(&mut self) -> anyhow::Result<()> {
        self.hardware = self.counters.read();
        Ok(())
    }
}

/// Runs a job under the probes, in a cgroup of its own.
pub fn traced(context: &Context<'_>, job: &Job, programs: &Path) -> anyhow::Result<Traced> {
    let stage = Stage::set(context, job, programs)?;
    let pid = stage.child.pid();
    let session = context.open_session(pid)?;
    let memory = Watch::new(pid);
    let threads_listed = context.threads_listed;
    let (before, cpu) = (Snapshot::default(), Cpu::default());
    let mut tracing = Tracing { session, pid, memory, threads_listed, before, cpu, window: None };
    let (said, exit) = stage.perform(context, job, &mut tracing)?;
    let Tracing { session, cpu, window, memory, .. } = tracing;
    let mut window = window.ok_or_else(|| anyhow::anyhow!("the window was never closed"))?;
    context.draw(&mut window, || job.title(), said.done.hand_overs.as_deref().unwrap_or_default());
    let mut run = assemble(job, &window, &said, cpu);
    run.memory = Some(memory.finish());
    let end = Snapshot::take(&session)?;
    if session.sees_kernel_counters {
        run.witness.extend(witness::compare_tree(&end.threads, &exit.rusage, context.kernel.is_real_time));
    }
    let costs = calibration::costs(&session);
    Ok(Traced { run, said, probes: window.probes, costs, counts: end.counts() })
}

/// The window of a traced run.
struct Tracing {
    session: Session,
    pid: u32,
    memory: Watch,
    threads_listed: usize,
    before: Snapshot,
    cpu: Cpu,
    window: Option<Window>,
}

impl Moments for Tracing {
    fn ready(&mut self, said: &Ready) -> anyhow::Result<()> {
        wait_for_rest(&self.session)?;
        self.memory.ready(said);
        self.before = Snapshot::take(&self.session)?;
        self.cpu = cpu_time(self.pid);
        Ok(self.session.open_window()?)
    }

    fn done(&mut self) -> anyhow::Result<()> {
        wait_for_rest(&self.session)?;
        self.window = Some(Window::close(&mut self.session, std::mem::take(&mut self.before), self.threads_listed)?);
        self.cpu = cpu_between(self.cpu, cpu_time(self.pid));
        self.memory.done();
        Ok(())
    }
}

/// CPU time of a process since its start; the kernel gives hundredths of a second.
fn cpu_time(pid: u32) -> Cpu {
    let stat = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok()?.stat().ok());
    let tick_ns = 1_000_000_000 / procfs::ticks_per_second();
    let (user, system) = stat.map(|stat| (stat.utime * tick_ns, stat.stime * tick_ns)).unzip();
    Cpu { user_ns: user, system_ns: system }
}

fn cpu_between(before: Cpu, after: Cpu) -> Cpu {
    let between = |before: Option<u64>, after: Option<u64>| Some(after?.saturating_sub(before?));
    Cpu { user_ns: between(before.user_ns, after.user_ns), system_ns: between(before.system_ns, after.system_ns) }
}

fn assemble(job: &Job, window: &Window, said: &Said, cpu: Cpu) -> Run {
    let kernel = window.kernel();
    let done = &said.done;
    Run {
        case: job.case(),
        repetition: 0,
        operations: Some(done.operations),
        operation: Some(job.operation()),
        logical_switches: Some(done.logical_switches),
        elapsed_ns: Elapsed { twin: None, traced: done.elapsed_ns },
        per_operation: PerOperation::of(&kernel, done.elapsed_ns, Some(done.operations)),
        kernel,
        histograms: window.figures.histograms.clone(),
        syscall_histograms: window.figures.syscall_histograms.clone(),
        threads: window.threads.clone(),
        threads_omitted: window.threads_omitted,
        cpu,
        hardware: Hardware::default(),
        own: None,
        memory: None,
        witness: window.witness.clone(),
        loss: window.figures.loss.clone(),
        exit_status: None,
    }
}

impl Traced {
    /// The whole run where there is no twin, because no time is asked for.
    pub fn alone(mut self) -> Self {
        self.run.own = Some(own_figures(&self.said));
        self
    }

    /// The whole run: the twin gives the time, and what the workload measured itself.
    pub fn with_twin(mut self, twin: &Said) -> Self {
        self.run.elapsed_ns.twin = Some(twin.done.elapsed_ns);
        self.run.per_operation = PerOperation::of(&self.run.kernel, twin.done.elapsed_ns, self.run.operations);
        self.run.own = Some(own_figures(twin));
        self
    }
}

fn own_figures(said: &Said) -> OwnFigures {
    let Done { hand_over_ns, clock_ns, lateness_ns, latency_ns, checksum, .. } = &said.done;
    OwnFigures {
        tasks_reached: said.ready.tasks,
        stopped_by: said.ready.stopped_by.clone(),
        warm_up_ns: said.ready.warm_up_ns,
        hand_over_ns: hand_over_ns.as_deref().map(of_durations),
        clock_ns: *clock_ns,
        lateness_ns: lateness_ns.as_deref().map(of_durations),
        latency_ns: latency_ns.as_deref().map(of_durations),
        checksum: *checksum,
    }
}
