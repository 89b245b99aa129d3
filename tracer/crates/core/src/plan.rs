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

/// Numbers of tasks and places for a scenario. Unless told otherwise: pinned, where every hand-over is a switch and
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
mod tests {
    use super::*;
    use crate::catalog::{MODELS, models};

    fn request() -> Request {
        Request {
            models: MODELS.iter().collect(),
            scenarios: Scenario::ALL.to_vec(),
            tasks: None,
            pinning: None,
            pin_cpu: 1,
            operations: None,
            rate: None,
            depths: None,
            most_threads: None,
            quick: false,
        }
    }

    #[test]
    fn scenarios_that_a_model_does_not_offer_are_left_out() {
        let jobs = jobs(&request());
        assert!(jobs.iter().all(|job| job.model.scenarios.contains(&job.scenario)));
        assert!(!jobs.iter().any(|job| job.model.name == "future" && job.scenario == Scenario::SwitchIo));
        assert!(jobs.iter().any(|job| job.model.name == "tokio" && job.scenario == Scenario::SwitchIo));
    }

    #[test]
    fn what_is_asked_for_is_what_is_measured() {
        let request = Request {
            models: models(&[String::from("tokio")]).expect("known"),
            scenarios: vec![Scenario::Switch],
            tasks: Some(vec![2, 10_000]),
            pinning: Some(Pinning::Free),
            operations: Some(10_007),
            ..request()
        };
        let seen: Vec<_> = jobs(&request).iter().map(|job| (job.tasks, job.pinned, job.operations)).collect();
        assert_eq!(seen, [(2, None, 10_007), (10_000, None, 10_007)]);
    }

    #[test]
    fn every_depth_is_measured_in_both_forms_and_only_in_deep() {
        let depths = |request: &Request| -> Vec<Depth> { jobs(request).iter().filter_map(|job| job.depth).collect() };
        let of =
            |bytes: &[u64]| -> Vec<Depth> { Depth::of_scenario(Scenario::Deep, bytes).into_iter().flatten().collect() };
        let models = models(&[String::from("pthread")]).expect("known");
        let deep = Request { models, scenarios: vec![Scenario::Deep], tasks: Some(vec![1000]), ..request() };
        assert_eq!(depths(&deep), of(&[1024, 8192, 65_536]));
        assert_eq!(depths(&Request { quick: true, ..deep.clone() }), of(&[8192]));
        assert_eq!(depths(&Request { depths: Some(vec![7]), ..deep.clone() }), of(&[7]));
        assert_eq!(jobs(&deep).iter().map(|job| (job.tasks, job.operations)).max(), Some((1000, 1000)));
        assert_eq!(Depth { bytes: 7, held: false }.words(), ["--depth", "7"]);
        assert_eq!(Depth { bytes: 7, held: true }.words(), ["--depth", "7", "--hold"]);
        assert!(jobs(&request()).iter().all(|job| job.depth.is_some() == (job.scenario == Scenario::Deep)));
    }

    #[test]
    fn what_only_parks_has_five_points_of_a_line_in_a_first_look_too() {
        for scenario in [Scenario::Idle, Scenario::Deep] {
            let (quick, all) = (default_tasks(scenario, true), default_tasks(scenario, false));
            assert_eq!(quick.len(), 5, "{quick:?}");
            assert!(quick[4] >= 100 * quick[0] && quick[4] <= 10_000 && all.starts_with(&quick));
        }
    }

    #[test]
    fn what_only_parks_is_measured_once_unless_more_is_asked_for() {
        let request = Request { models: models(&[String::from("tokio")]).expect("known"), ..request() };
        let lengths = |requests: &[Request], repetitions| -> Vec<(usize, usize)> {
            let parked = |round: &Vec<Job>| round.iter().filter(|job| job.scenario.only_parks()).count();
            rounds(requests, repetitions).iter().map(|round| (round.len(), parked(round))).collect()
        };
        let all = jobs(&request).len();
        let parked = jobs(&request).iter().filter(|job| job.scenario.only_parks()).count();
        let again = (all - parked, 0);
        assert_eq!(lengths(std::slice::from_ref(&request), None), [(all, parked), again, again, again, again]);
        assert_eq!(lengths(&[request.clone(), request.clone()], Some(2)), [(2 * all, 2 * parked); 2]);
        assert_eq!(lengths(&[Request { quick: true, ..request }], None).len(), 3);
    }

    #[test]
    fn threads_are_not_driven_to_the_limit_where_others_need_some() {
        let names = ["os-thread", "tokio"].map(String::from);
        let models = models(&names).expect("known");
        let idle = Request { models, scenarios: vec![Scenario::Idle], most_threads: Some(10_922), ..request() };
        let most = |request: &Request, name: &str| {
            jobs(request).iter().filter(|job| job.model.name == name).map(|job| job.tasks).max()
        };
        assert_eq!((most(&idle, "os-thread"), most(&idle, "tokio")), (Some(10_000), Some(1_000_000)));
        let asked = Request { tasks: Some(vec![20_000]), ..idle };
        assert_eq!(most(&asked, "os-thread"), Some(20_000), "who asks for it gets it");
    }

    #[test]
    fn memory_to_touch_makes_a_run_of_fewer_operations() {
        let tokio = models(&[String::from("tokio")]).expect("known")[0];
        let count = |scenario, touch_bytes| operations(tokio, scenario, 2, touch_bytes, false);
        for scenario in [Scenario::Switch, Scenario::SwitchIo] {
            assert!(count(scenario, 256 << 10) < count(scenario, 0), "{scenario:?}");
        }
        assert_eq!(count(Scenario::Yield, 256 << 10), count(Scenario::Yield, 0));
        let job = Job { touch_bytes: Some(64), ..jobs(&Request { models: vec![tokio], ..request() }).remove(0) };
        assert_eq!(job.operation(), "one task switch, touching 64 bytes");
    }

    #[test]
    fn a_ring_of_one_is_not_measured() {
        let request = Request { tasks: Some(vec![1]), ..request() };
        assert!(jobs(&request).iter().all(|job| job.scenario.least_tasks() == 1));
    }

    #[test]
    fn what_is_about_several_cpus_is_not_pinned() {
        let several = |job: &Job| job.scenario.wants_all_cpus();
        assert!(jobs(&request()).iter().filter(|job| several(job)).all(|job| job.pinned.is_none()));
    }

    #[test]
    fn pinning_is_a_cpu_or_none() {
        assert_eq!("none".parse(), Ok(Pinning::Free));
        assert_eq!("3".parse(), Ok(Pinning::Cpu(3)));
        assert_eq!("one".parse::<Pinning>(), Err(String::from("`one` is neither a CPU number nor `none`")));
    }
}
