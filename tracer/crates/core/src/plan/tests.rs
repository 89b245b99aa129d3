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
