//! Programs that do one thing wrong.

use std::sync::OnceLock;

use super::*;

fn signals() -> &'static Signals {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    SIGNALS.get_or_init(|| Signals::install().unwrap())
}

/// All that is said of a shell script that does `control`: `$1` is the scenario, `$3` the tasks, `$5` the operations.
fn checks(scenario: Scenario, script: &str) -> Vec<Check> {
    let command = ["/bin/sh", "-c", script, "sh"].map(OsString::from);
    let user = Identity::unchanged();
    let (timeout, programs) = (Duration::from_secs(60), Path::new("/nonexistent"));
    let checker = Checker { command: &command, user, signals: signals(), timeout, programs };
    let mut checks = Vec::new();
    if checker.scenario(scenario, &mut |check| checks.push(check)).unwrap() {
        checks.push(checker.end_of_input(scenario).unwrap());
    }
    checks.push(checker.unknown_scenario().unwrap());
    checks
}

/// A program that parks its tasks, and says of them what is put in the place of `FIELDS`.
const PARKED: &str = r#"[ $1 = deep ] || { echo "$1 is not offered" >&2; exit 2; }
    [ "$6" = --depth ] || { echo "--depth is missing" >&2; exit 2; }
    echo "{\"event\":\"ready\",\"tasks\":$3,FIELDS\"runtime\":\"sh\"}"; read go || exit 1
    echo "{\"event\":\"done\",\"operations\":$3,\"logical_switches\":0,\"elapsed_ns\":1}"; read exit || exit 1"#;

/// A good program for `$1`, from pieces that can be replaced.
const GOOD: &str = r#"[ $1 = NAME ] || { echo "$1 is not offered" >&2; exit 2; }
    echo "{\"event\":\"ready\",\"tasks\":$3}"; read go || exit 1
    echo "{\"event\":\"done\",\"operations\":$5,\"logical_switches\":0,\"elapsed_ns\":1}"; read exit || exit 1"#;

fn good(scenario: &str) -> String {
    GOOD.replace("NAME", scenario)
}

/// What is wrong with `control` done so, all of it.
fn wrong(script: &str) -> String {
    let faults = |check: Check| match check.verdict {
        Verdict::Wrong(faults) => faults.into_iter().map(|fault| format!("{}: {fault}", check.what)).collect(),
        _ => Vec::new(),
    };
    checks(Scenario::Control, script).into_iter().flat_map(faults).collect::<Vec<_>>().join("\n")
}

fn replaced(old: &str, new: &str) -> String {
    let good = good("control");
    assert!(good.contains(old));
    good.replace(old, new)
}

#[test]
fn a_good_program_is_good() {
    let checks = checks(Scenario::Control, &good("control"));
    assert_eq!(checks.len(), 7);
    assert!(checks.iter().all(|check| check.verdict == Verdict::Good), "{checks:?}");
    assert_eq!(checks[0].what, "control --tasks 2 --operations 10007");
}

#[test]
fn every_depth_is_asked_for_in_both_forms() {
    let checks = checks(Scenario::Deep, &PARKED.replace("FIELDS", ""));
    assert!(checks.iter().all(|check| check.verdict == Verdict::Good), "{checks:?}");
    let asked: Vec<_> = checks.iter().filter_map(|check| check.what.split_once(" --depth ")).collect();
    let depths: Vec<_> = asked.iter().map(|(_, depth)| *depth).collect();
    assert_eq!(
        depths,
        ["1024", "1024", "1024 --hold", "1024 --hold", "65536", "65536", "65536 --hold", "65536 --hold"]
    );
    assert_eq!(asked[0].0, "deep --tasks 2 --operations 10007");
}

#[test]
fn stacks_are_those_of_the_tasks() {
    let verdicts = |stacks: &str| -> Vec<_> {
        let script = PARKED.replace("FIELDS", &format!(r#"\"stacks\":{stacks},"#));
        checks(Scenario::Deep, &script).into_iter().map(|check| check.verdict).collect()
    };
    assert!(verdicts("[[0,65536,65536,$3]]").iter().all(|verdict| *verdict == Verdict::Good));
    let fault = |stacks: &str, part: &str| {
        let verdicts = verdicts(stacks);
        let is_it = |verdict: &&Verdict| matches!(verdict, Verdict::Wrong(faults) if faults[0].contains(part));
        (verdicts.iter().filter(is_it).count(), verdicts.iter().filter(|verdict| **verdict == Verdict::Good).count())
    };
    assert_eq!(fault("[[0,65536,65536,$3],[0,65536]]", "has 3, not 2: report the stack of every task once"), (4, 2));
    assert_eq!(fault("[[0,4096,4096,$3]]", "has one of 4096 bytes, which cannot hold the --depth 65536"), (4, 6));
}

#[test]
fn what_is_not_offered_is_not_wrong() {
    let checks = checks(Scenario::Yield, &good("control"));
    let not_offered = Check { what: "yield".to_owned(), verdict: Verdict::NotOffered };
    assert_eq!((checks.len(), &checks[0]), (2, &not_offered));
}

#[test]
fn a_scenario_is_offered_with_every_number_of_tasks() {
    let found =
        wrong(&replaced("echo \"{\\\"event\\\":\\\"ready", "[ $3 = 100 ] && exit 2; echo \"{\\\"event\\\":\\\"ready"));
    assert_eq!(found.lines().count(), 2, "{found}");
    assert!(found.starts_with("control --tasks 100 --operations 10007: sh exited with status 2 before it was ready"));
}

#[test]
fn a_server_needs_somebody_to_send_requests() {
    let checks = checks(Scenario::Echo, &good("echo"));
    assert!(matches!(&checks[0].verdict, Verdict::Unchecked(reason) if reason.contains("taskweight-load is missing")));
}

#[test]
fn protocol_errors_are_told_as_they_are() {
    assert!(wrong(&replaced("\\\"tasks\\\":$3", "\\\"tasks\\\":1")).contains("is ready with 1 tasks instead of 2"));
    let elapsed = wrong(&replaced("elapsed_ns\\\":1", "elapsed_ns\\\":0"));
    assert!(elapsed.contains("where \"elapsed_ns\" is not a whole number from 1 to"), "{elapsed}");
    assert!(
        wrong(&replaced("read exit || exit 1", "read exit; exit 3")).contains("ended with exit status: 3 after `exit`")
    );
}

#[test]
fn counts_that_are_not_exact_are_wrong() {
    let even = wrong(&replaced("operations\\\":$5", "operations\\\":$(($5 / 2 * 2))"));
    assert!(
        even.contains("control --tasks 2 --operations 10007: \"operations\" is 10006, not 10007: perform"),
        "{even}"
    );
    let switched = wrong(&replaced("switches\\\":0", "switches\\\":$5"));
    assert!(switched.contains("\"logical_switches\" is 10007, not 0: docs/scenarios.md says"), "{switched}");
    let long = wrong(&replaced("elapsed_ns\\\":1", "elapsed_ns\\\":99999999999"));
    assert!(long.contains("\"elapsed_ns\" is 99999999999, but `go` to `done` took"), "{long}");
}

#[test]
fn a_program_ends_with_its_input() {
    assert!(
        wrong(&replaced("read go || exit 1", "read go || exit 0")).contains("exits with status 0: exit with another")
    );
    let deaf = wrong(&replaced("read go || exit 1", "read go || sleep 60"));
    assert!(deaf.contains("end of stdin before `go`: still running 5 s later: read stdin"), "{deaf}");
}

#[test]
fn what_is_unknown_is_refused() {
    let refused = |how: &str| wrong(&replaced("exit 2", how));
    assert!(refused("exit 1").contains("unknown scenario: ends with exit status: 1: report it on stderr"));
    assert!(refused(":").contains("unknown scenario: says `ready`: report it on stderr, and exit with status 2"));
}

#[test]
fn figures_of_one_scenario_are_checked() {
    let done = |fields: &str| {
        good("NAME").replace("elapsed_ns\\\":1", &format!("elapsed_ns\\\":1,{}", fields.replace('"', "\\\"")))
    };
    let found = |scenario: Scenario, fields: &str| {
        let switches = if scenario == Scenario::Cpu { "0" } else { "$5" };
        let script = done(fields)
            .replace("NAME", scenario.name())
            .replace("switches\\\":0", &format!("switches\\\":{switches}"));
        checks(scenario, &script)[0].verdict.clone()
    };
    let has = |scenario, fields: &str, part: &str| {
        let verdict = found(scenario, fields);
        assert!(
            matches!(&verdict, Verdict::Wrong(faults) if faults.len() == 1 && faults[0].contains(part)),
            "{verdict:?}"
        );
    };
    has(Scenario::Cpu, r#""mood":"good""#, "\"checksum\" is missing: report the sum of all results modulo 2^32, here ");
    has(Scenario::Cpu, r#""checksum":7"#, "\"checksum\" is 7, not ");
    assert_eq!(found(Scenario::Cpu, &format!(r#""checksum":{}"#, checksum::checksum(11))), Verdict::Good);
    has(Scenario::Hog, r#""mood":"good""#, "\"lateness_ns\" is missing");
    has(Scenario::Hog, r#""lateness_ns":[[5,200],[7,10]]"#, "\"lateness_ns\" has 210 ticks, not 211");
    assert_eq!(found(Scenario::Hog, r#""lateness_ns":[[5,200],[7,11]]"#), Verdict::Good);
    has(Scenario::Switch, r#""hand_over_ns":[[5,10007]],"clock_ns":20"#, "has 10007 times, not about 156");
    has(Scenario::Switch, r#""hand_over_ns":[[5,157]]"#, "\"hand_over_ns\" without \"clock_ns\"");
    assert_eq!(found(Scenario::Switch, r#""hand_over_ns":[[5,157]],"clock_ns":20"#), Verdict::Good);
}
