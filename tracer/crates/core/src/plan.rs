//! From what the user asked for to the jobs that are measured, and their order.

use crate::{
    case::Case,
    catalog::{Kind, Model},
    scenario::Scenario,
};

/// How much of its stack a task of `deep` uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Depth {
    /// Bytes that are in use at the deepest point, at least.
    pub bytes: u64,
    /// Whether the task parks there, instead of having returned.
    pub held: bool,
}

impl Depth {
    /// Depths that are measured unless others are asked for.
    pub const DEFAULT: [u64; 3] = [1024, 8192, 65_536];

    /// Each in both forms for `deep`; one `None` for all other scenarios.
    pub fn of_scenario(scenario: Scenario, bytes: &[u64]) -> Vec<Option<Self>> {
        if scenario != Scenario::Deep {
            return vec![None];
        }
        bytes.iter().flat_map(|&bytes| [false, true].map(|held| Some(Self { bytes, held }))).collect()
    }

    /// What a program is told of it on its command line.
    pub fn words(&self) -> Vec<String> {
        let depth = ["--depth".to_owned(), self.bytes.to_string()];
        depth.into_iter().chain(self.held.then(|| "--hold".to_owned())).collect()
    }
}

impl std::fmt::Display for Depth {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} bytes deep, {}", self.bytes, if self.held { "held" } else { "returned" })
    }
}

/// One model at one piece of work: what is repeated, traced and untraced.
#[derive(Clone, Debug)]
pub struct Job {
    /// The model.
    pub model: &'static Model,
    /// The work.
    pub scenario: Scenario,
    /// Tasks among which it is divided.
    pub tasks: u64,
    /// The one CPU it is bound to.
    pub pinned: Option<u32>,
    /// Operations in all.
    pub operations: u64,
    /// Requests per second of an open loop; `None` for a closed loop. Of `echo` only.
    pub rate: Option<u64>,
    /// How much of its stack each task uses. Of `deep` only, which has it always.
    pub depth: Option<Depth>,
    /// Bytes that each task touches while it holds the token; `None` for none. Of `switch` and `switch-io` only.
    pub touch_bytes: Option<u64>,
}

impl Job {
    /// What the report calls it.
    pub fn case(&self) -> Case {
        Case {
            model: self.model.name.to_owned(),
            scenario: Some(self.scenario.name().to_owned()),
            tasks: Some(self.tasks),
            depth_bytes: self.depth.map(|depth| depth.bytes),
            held: self.depth.map(|depth| depth.held),
            touch_bytes: self.touch_bytes,
            pinned: self.pinned,
        }
    }

    /// What one operation is, with what makes it other work than that of the scenario alone.
    pub fn operation(&self) -> String {
        match self.variant() {
            Some(variant) => format!("{}, {variant}", self.scenario.operation()),
            None => self.scenario.operation().to_owned(),
        }
    }

    /// Such as `os-thread switch, 2 tasks, CPU 1`.
    pub fn title(&self) -> String {
        let place = self.pinned.map_or(String::from("unpinned"), |cpu| format!("CPU {cpu}"));
        let variant = self.variant().map_or(String::new(), |variant| format!(", {variant}"));
        format!("{} {}, {} tasks{variant}, {place}", self.model.name, self.scenario.name(), self.tasks)
    }

    /// The depth, or the bytes touched, where there are any: such runs do different work in the same scenario.
    pub fn variant(&self) -> Option<String> {
        let depth = self.depth.map(|depth| depth.to_string());
        depth.or_else(|| Some(format!("touching {} bytes", self.touch_bytes?)))
    }
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Request {
    /// The models.
    pub models: Vec<&'static Model>,
    /// The scenarios.
    pub scenarios: Vec<Scenario>,
    /// Numbers of tasks; `None` for the defaults of each scenario.
    pub tasks: Option<Vec<u64>>,
    /// Where the runs are bound to; `None` for both, pinned and not.
    pub pinning: Option<Pinning>,
    /// The CPU for pinned runs.
    pub pin_cpu: u32,
    /// Operations per run; `None` for what takes about 50 ms.
    pub operations: Option<u64>,
    /// Requests per second to a server; `None` for as many as it answers.
    pub rate: Option<u64>,
    /// Bytes of the stack that each task uses in `deep`, each in both forms; `None` for the defaults.
    pub depths: Option<Vec<u64>>,
    /// Most tasks where these are threads and no numbers are asked for; `None` for what the scenario needs.
    pub most_threads: Option<u64>,
    /// A fifth of the operations, and fewer cases.
    pub quick: bool,
}

/// Where a run is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinning {
    /// Nowhere.
    Free,
    /// One CPU.
    Cpu(u32),
}

impl std::str::FromStr for Pinning {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::Free),
            number => {
                let cpu = number.parse().map_err(|_| format!("`{number}` is neither a CPU number nor `none`"))?;
                Ok(Self::Cpu(cpu))
            }
        }
    }
}

/// The jobs, in the order in which each repetition goes through them.
pub fn jobs(request: &Request) -> Vec<Job> {
    let mut jobs = Vec::new();
    for &scenario in &request.scenarios {
        for (tasks, pinning) in grid(request, scenario) {
            let offers = |model: &&&Model| model.scenarios.contains(&scenario) && !is_too_many(request, model, tasks);
            for model in request.models.iter().filter(offers) {
                let pinned = if let Pinning::Cpu(cpu) = pinning { Some(cpu) } else { None };
                let asked = request.operations.filter(|_| !scenario.only_parks());
                let operations = asked.unwrap_or_else(|| operations(model, scenario, tasks, 0, request.quick));
                let rate = request.rate.filter(|_| scenario == Scenario::Echo);
                let job = |depth| Job { model, scenario, tasks, pinned, operations, rate, depth, touch_bytes: None };
                jobs.extend(depths(request, scenario).into_iter().map(job));
            }
        }
    }
    jobs
}

/// Whether so many threads would leave too few to others on the machine.
fn is_too_many(request: &Request, model: &Model, tasks: u64) -> bool {
    let is_asked_for = request.tasks.is_some() || model.kind != Some(Kind::Thread);
    !is_asked_for && request.most_threads.is_some_and(|most| tasks > most)
}

/// The jobs of each repetition, one request after the other. Unless told how many there are, what only parks is measured once:
/// a weight has its spread from the line through several numbers of tasks, not from repetitions.
pub fn rounds(requests: &[Request], repetitions: Option<u32>) -> Vec<Vec<Job>> {
    let default = |request: &Request, job: &Job| match (job.scenario.only_parks(), request.quick) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 5,
    };
    let repeated = |request: &Request| -> Vec<(Job, u32)> {
        let times = |job: Job| (repetitions.unwrap_or_else(|| default(request, &job)), job);
        jobs(request).into_iter().map(times).map(|(times, job)| (job, times)).collect()
    };
    let all: Vec<(Job, u32)> = requests.iter().flat_map(repeated).collect();
    let most = all.iter().map(|(_, times)| *times).max().unwrap_or(0);
    let round = |number: u32| all.iter().filter(|(_, times)| number < *times).map(|(job, _)| job.clone()).collect();
    (0..most).map(round).collect()
}

/// Unless told otherwise, a first look is at the middle one.
fn depths(request: &Request, scenario: Scenario) -> Vec<Option<Depth>> {
    let defaults = if request.quick { &Depth::DEFAULT[1..2] } else { &Depth::DEFAULT[..] };
    Depth::of_scenario(scenario, request.depths.as_deref().unwrap_or(defaults))
}

/// Numbers of tasks and places for a scenario. Unless told otherwise: pinned, where every task switch is a switch and
/// nothing else; `switch` with 2 tasks also unpinned; what is about several CPUs or about memory only unpinned.
fn grid(request: &Request, scenario: Scenario) -> Vec<(u64, Pinning)> {
    let pinned = Pinning::Cpu(request.pin_cpu);
    let tasks = request.tasks.clone().unwrap_or_else(|| default_tasks(scenario, request.quick));
    let tasks = || tasks.iter().copied().filter(|tasks| *tasks >= scenario.least_tasks());
    let at = |place| tasks().map(move |tasks| (tasks, place));
    match request.pinning {
        Some(place) => at(place).collect(),
        None if scenario.wants_all_cpus() || scenario.only_parks() => at(Pinning::Free).collect(),
        None if scenario == Scenario::Switch && !request.quick => at(pinned).chain(at(Pinning::Free).take(1)).collect(),
        None => at(pinned).collect(),
    }
}

/// A first look is at the fewest tasks; where more tasks are what it is about, at two numbers; at weights, which take a line,
/// at all but more tasks than there can be.
fn default_tasks(scenario: Scenario, quick: bool) -> Vec<u64> {
    let all = scenario.default_tasks();
    match scenario {
        _ if !quick => all.to_vec(),
        _ if scenario.only_parks() => all.iter().copied().filter(|tasks| *tasks <= 10_000).collect(),
        Scenario::Echo | Scenario::Cpu => all[..2].to_vec(),
        _ => all[..1].to_vec(),
    }
}

/// About 50 ms of work: long against the reading of the maps, short against the patience of a reader.
pub fn operations(model: &Model, scenario: Scenario, tasks: u64, touch_bytes: u64, quick: bool) -> u64 {
    let in_time = |ns: u64| (50_000_000 / ns.max(1)).max(1000);
    let hand_over_ns = model.typical_hand_over_ns;
    // A line of 64 bytes takes a nanosecond or so, depending on the cache that has it.
    let touch_ns = touch_bytes / 64;
    let operations = match scenario {
        Scenario::Switch => in_time(hand_over_ns + touch_ns),
        Scenario::SwitchIo => in_time(hand_over_ns.max(2500) + touch_ns),
        Scenario::Yield => in_time(hand_over_ns),
        Scenario::Control if model.interpreted => 300_000,
        Scenario::Control => 10_000_000,
        Scenario::Spawn => in_time(hand_over_ns * 10).min(100_000),
        Scenario::Idle | Scenario::Deep => return tasks,
        Scenario::Echo => 20_000,
        Scenario::Cpu if model.interpreted => 100,
        // It takes the scheduler milliseconds to spread threads over the CPUs: they must be few of all, in a first look too.
        Scenario::Cpu => return if quick { 4000 } else { 8000 },
        // Ticks of 1 ms each: 300 ms, in the middle of which somebody computes for 200 ms.
        Scenario::Hog => return tasks * 300,
    };
    if quick { (operations / 5).max(100) } else { operations }
}

#[cfg(test)]
mod tests;
