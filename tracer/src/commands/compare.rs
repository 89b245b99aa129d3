//! `taskweight compare`: several models at the same work.

use std::{path::Path, path::PathBuf, time::Duration};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::{Cli, CompareArgs},
    hardware::Counters,
    kernel::{RunningKernel, preflight},
    measure::{Context, calibrate::calibrate, workload},
    plan::{Case, Pinning, Request, cases},
    report::{
        json,
        model::{Failure, Hardware, Report},
    },
    workload::{
        affinity,
        catalog::{self, MODELS, Model},
        scenario::Scenario,
        signals::Signals,
    },
};

/// Time for each step of a workload unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Threads that a run of a comparison lists one by one.
const THREADS_LISTED: usize = 16;

/// Measures all cases in turn, again and again, and prints the tables.
pub fn run(cli: &Cli, args: &CompareArgs) -> anyhow::Result<u8> {
    let programs = args.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
    let request = request(args, &programs)?;
    preflight::check()?;
    let destination = super::destination(&args.measuring)?;
    let signals = Signals::install().context("install signal handlers")?;
    let kernel = RunningKernel::read()?;
    let context = Context {
        kernel: &kernel,
        signals: &signals,
        identity: super::identity(&args.measuring)?,
        timeout: Some(args.measuring.timeout.unwrap_or(TIMEOUT)),
        form: args.measuring.probe_form,
        thread_capacity: args.measuring.max_threads,
        threads_listed: THREADS_LISTED,
    };
    let cases = cases(&request);
    anyhow::ensure!(!cases.is_empty(), "nothing to measure: no model asked for offers these scenarios and tasks");
    let repetitions = args.repetitions.unwrap_or(if args.quick { 3 } else { 5 });
    let mut comparison = Comparison {
        context,
        programs,
        progress: progress(cli, cases.len() as u64 * u64::from(repetitions)),
        report: super::empty_report(),
        hardware: Counters::open(std::process::id()).err(),
    };
    comparison.measure(&cases, repetitions);
    comparison.calibrate(request.pin_cpu);
    comparison.progress.finish_and_clear();
    finish(cli, args, &comparison.report, destination)?;
    Ok(exit_status(args, &comparison))
}

fn exit_status(args: &CompareArgs, comparison: &Comparison<'_>) -> u8 {
    let report = &comparison.report;
    if let Some(received) = comparison.context.signals.received() {
        return 128 + received.signal as u8;
    }
    u8::from(!report.failures.is_empty() || args.measuring.strict && !super::is_flawless(report))
}

fn finish(
    cli: &Cli,
    args: &CompareArgs,
    report: &Report,
    destination: Option<json::Destination>,
) -> anyhow::Result<()> {
    if let Some(mut destination) = destination {
        json::write(report, &mut destination)?;
        destination.finish()?;
    }
    if !super::writes_json_to_stdout(&args.measuring) {
        super::print_to_stdout(report, usize::MAX, cli.verbose)?;
    }
    Ok(())
}

fn request(args: &CompareArgs, programs: &Path) -> anyhow::Result<Request> {
    let scenarios = match &args.scenarios {
        Some(names) => Scenario::of_names(names)?,
        None => Scenario::DEFAULT.to_vec(),
    };
    let pin_cpu = match args.pin {
        Some(Pinning::Cpu(cpu)) => affinity::require(cpu)?,
        _ => affinity::last_allowed()?,
    };
    Ok(Request {
        models: installed(models(args)?, programs)?,
        scenarios,
        tasks: args.tasks.clone(),
        pinning: args.pin,
        pin_cpu,
        operations: args.operations,
        rate: args.rate,
        quick: args.quick,
    })
}

/// The models that are asked for, and those brought along. A comparison without any wish is an overview.
fn models(args: &CompareArgs) -> anyhow::Result<Vec<&'static Model>> {
    let brought = args.model.iter().map(|text| Model::brought(text)).collect::<Result<Vec<_>, _>>()?;
    let mut models: Vec<_> = match &args.models {
        Some(names) => catalog::models(names)?,
        None if args.scenarios.is_some() => MODELS.iter().filter(|model| model.by_default).collect(),
        None => MODELS.iter().filter(|model| model.in_overview).collect(),
    };
    models.extend(brought);
    Ok(models)
}

/// The models whose programs are there; each of the others is passed over with a line.
fn installed(models: Vec<&'static Model>, programs: &Path) -> anyhow::Result<Vec<&'static Model>> {
    let mut there = Vec::new();
    let mut missing = Vec::new();
    for model in models {
        match model.command(programs) {
            Ok(_) => there.push(model),
            Err(reason) => missing.push(format!("{}: {reason}", model.name)),
        }
    }
    anyhow::ensure!(!there.is_empty(), "no model is installed: {}", missing.join("; "));
    for line in missing {
        eprintln!("taskweight: left out: {line}");
    }
    Ok(there)
}

fn progress(cli: &Cli, runs: u64) -> ProgressBar {
    // indicatif draws on standard error, and only when that is a terminal.
    let bar = if cli.quiet { ProgressBar::hidden() } else { ProgressBar::new(runs) };
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed}, {eta} left  {wide_msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

struct Comparison<'a> {
    context: Context<'a>,
    programs: PathBuf,
    progress: ProgressBar,
    report: Report,
    /// Why there are no hardware counters; `None` where there are.
    hardware: Option<String>,
}

impl Comparison<'_> {
    fn measure(&mut self, cases: &[Case], repetitions: u32) {
        for repetition in 0..repetitions {
            for case in cases {
                self.progress.set_message(title(case));
                self.repeat(case, repetition);
                self.progress.inc(1);
                if self.context.signals.received().is_some() {
                    self.report.interrupted = true;
                    return;
                }
            }
        }
    }

    /// One repetition of one case. Which half comes first alternates, so that drift favours neither.
    fn repeat(&mut self, case: &Case, repetition: u32) {
        let (context, programs) = (&self.context, self.programs.as_path());
        let twin_first = repetition.is_multiple_of(2);
        let early = twin_first.then(|| workload::twin(context, case, programs));
        let traced = workload::traced(context, case, programs);
        let twin = early.unwrap_or_else(|| workload::twin(context, case, programs));
        match (traced, twin) {
            (Ok(traced), Ok(twin)) => self.keep(case, repetition, traced.with_twin(&twin)),
            (Err(error), _) => self.fail(case, repetition, "traced", &error),
            (_, Err(error)) => self.fail(case, repetition, "twin", &error),
        }
    }

    fn keep(&mut self, case: &Case, repetition: u32, traced: workload::Traced) {
        let mut run = traced.run;
        run.repetition = repetition;
        run.hardware = self.count_hardware(case);
        self.report.probes = traced.probes;
        self.report.runs.push(run);
    }

    /// A run of its own: counters make every switch slower.
    fn count_hardware(&self, case: &Case) -> Hardware {
        let counted = match &self.hardware {
            Some(reason) => Err(reason.clone()),
            None => workload::counted(&self.context, case, &self.programs).map_err(|error| format!("{error:#}")),
        };
        counted.unwrap_or_else(|reason| Hardware { reason: Some(reason), ..Hardware::default() })
    }

    fn fail(&mut self, case: &Case, repetition: u32, half: &str, error: &anyhow::Error) {
        if self.context.signals.received().is_some() {
            return;
        }
        self.progress.suspend(|| eprintln!("taskweight: {}: {error:#}", title(case)));
        self.report.failures.push(Failure {
            model: case.model.name.to_owned(),
            scenario: Some(case.scenario.name().to_owned()),
            tasks: Some(case.tasks),
            pinned: case.pinned,
            repetition,
            half: half.to_owned(),
            reason: format!("{error:#}"),
        });
    }

    fn calibrate(&mut self, cpu: u32) {
        if self.report.interrupted || self.report.runs.is_empty() {
            return;
        }
        self.progress.set_message("what the probes cost");
        if let Err(error) = calibrate(&self.context, &self.programs, cpu, &mut self.report.probes) {
            self.progress.suspend(|| eprintln!("taskweight: the cost of the probes is not known: {error:#}"));
        }
    }
}

fn title(case: &Case) -> String {
    let place = case.pinned.map_or(String::from("unpinned"), |cpu| format!("CPU {cpu}"));
    format!("{} {}, {} tasks, {place}", case.model.name, case.scenario.name(), case.tasks)
}
