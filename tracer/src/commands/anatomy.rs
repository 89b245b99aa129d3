//! `taskweight anatomy`: what one hand-over consists of.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;

use crate::{
    anatomy::{
        calibration,
        figures::assemble,
        measure::{Repetition, repetition},
    },
    cli::{AnatomyArgs, Cli},
    kernel::{RunningKernel, preflight},
    measure::Context,
    plan::{Case, Pinning, Request, cases},
    report::{
        json,
        model::{AnatomyCalibration, Failure, Report},
    },
    workload::{affinity, catalog, scenario::Scenario, signals::Signals},
};

/// Time for each step of a workload unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Measures all models in turn, again and again, and prints what their hand-overs consist of.
pub fn run(cli: &Cli, args: &AnatomyArgs) -> anyhow::Result<u8> {
    let programs = args.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
    let request = request(args, &programs)?;
    preflight::check()?;
    preflight::check_pids_of_the_host()?;
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
        threads_listed: 0,
    };
    let cases = cases(&request);
    anyhow::ensure!(!cases.is_empty(), "nothing to measure: no model asked for offers {}", args.scenario);
    let mut dissection = Dissection {
        context,
        programs,
        cpu: request.pin_cpu,
        coarse: args.coarse,
        cases: cases.into_iter().map(|case| (case, Vec::new())).collect(),
        rounds: Vec::new(),
        report: super::empty_report(),
    };
    dissection.measure(cli, args.repetitions)?;
    let mut report = dissection.report()?;
    report.own_cost = super::own_cost();
    if let Some(mut destination) = destination {
        json::write(&report, &mut destination)?;
        destination.finish()?;
    }
    if !super::writes_json_to_stdout(&args.measuring) {
        super::print_to_stdout(&report, usize::MAX, cli.verbose)?;
    }
    if let Some(received) = signals.received() {
        return Ok(128 + received.signal as u8);
    }
    let lossy = report.anatomy.iter().any(|anatomy| anatomy.loss.values().any(|count| *count > 0));
    let failed = report.anatomy.is_empty() || !report.failures.is_empty();
    Ok(u8::from(failed || args.measuring.strict && lossy))
}

fn request(args: &AnatomyArgs, programs: &std::path::Path) -> anyhow::Result<Request> {
    let brought = args.model.iter().map(|text| catalog::Model::brought(text)).collect::<Result<Vec<_>, _>>()?;
    let mut models = catalog::models(&args.models)?;
    models.extend(brought);
    let pin_cpu = match args.pin {
        Some(Pinning::Cpu(cpu)) => affinity::require(cpu)?,
        _ => affinity::last_allowed()?,
    };
    Ok(Request {
        models: super::compare::installed(models, programs)?,
        scenarios: Scenario::of_names(std::slice::from_ref(&args.scenario))?,
        tasks: Some(vec![args.tasks]),
        pinning: Some(args.pin.unwrap_or(Pinning::Cpu(pin_cpu))),
        pin_cpu,
        operations: args.operations,
        rate: None,
        depths: None,
        quick: false,
    })
}

/// An anatomy under way.
struct Dissection<'a> {
    context: Context<'a>,
    programs: PathBuf,
    /// The CPU on which the corrections are measured.
    cpu: u32,
    coarse: bool,
    cases: Vec<(Case, Vec<Repetition>)>,
    rounds: Vec<AnatomyCalibration>,
    report: Report,
}

impl Dissection<'_> {
    /// Goes through calibration and all cases again and again, so that drift is in all of them.
    fn measure(&mut self, cli: &Cli, repetitions: u32) -> anyhow::Result<()> {
        for number in 0..repetitions {
            let round = calibration::round(self.context.kernel, self.context.form, self.cpu);
            self.rounds.push(round.context("measure what the probes cost")?);
            for (case, measured) in &mut self.cases {
                if cli.verbose {
                    eprintln!("taskweight: {}, repetition {}", case.model.name, number + 1);
                }
                match repetition(&self.context, case, &self.programs, self.coarse) {
                    Ok(one) => measured.push(one),
                    Err(_) if self.context.signals.received().is_some() => {}
                    Err(error) => self.report.failures.push(failure(case, number, &error)),
                }
                if self.context.signals.received().is_some() {
                    self.report.interrupted = true;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn report(mut self) -> anyhow::Result<Report> {
        let calibration = calibration::combine(&self.rounds)?;
        let measured = self.cases.iter().filter(|(_, repetitions)| !repetitions.is_empty());
        let anatomy = measured.map(|(case, repetitions)| assemble(case, repetitions, &calibration));
        self.report.anatomy = anatomy.collect();
        Ok(self.report)
    }
}

fn failure(case: &Case, repetition: u32, error: &anyhow::Error) -> Failure {
    eprintln!("taskweight: {}: {error:#}", case.model.name);
    Failure {
        model: case.model.name.to_owned(),
        scenario: Some(case.scenario.name().to_owned()),
        tasks: Some(case.tasks),
        touch_bytes: case.touch_bytes,
        pinned: case.pinned,
        repetition,
        half: String::from("traced"),
        reason: format!("{error:#}"),
    }
}
