//! The models, in the order in which they are reported: threads first, then coroutines, by language.

use super::{Kind, Model};
use crate::scenario::Scenario::{self, Control, Cpu, Deep, Echo, Hog, Idle, Spawn, Switch, Yield};

const BUILD: &str = "cargo xtask build";
const SETUP: &str = "cargo xtask setup";
const SETUP_ALL: &str = "cargo xtask setup --all";

/// What a model without a reactor and timers can do.
const WITHOUT_WAITING: &[Scenario] = &[Switch, Yield, Control, Spawn, Idle, Deep, Cpu];

/// What a runtime without pipes can do.
const WITHOUT_PIPES: &[Scenario] = &[Switch, Yield, Control, Spawn, Idle, Deep, Echo, Cpu, Hog];

const OS_THREAD: Model = Model {
    name: "os-thread",
    kind: Some(Kind::Thread),
    tasks_are: "threads of the operating system (Rust std::thread)",
    brought: None,
    scenarios: &Scenario::ALL,
    not_offered: None,
    typical_hand_over_ns: 2500,
    interpreted: false,
    by_default: true,
    in_overview: true,
    install: BUILD,
};

/// All models.
pub const MODELS: [Model; 22] = [
    OS_THREAD,
    Model { name: "pthread", tasks_are: "POSIX threads with a raw futex: the floor for threads (C)", ..OS_THREAD },
    Model {
        name: "java-platform",
        tasks_are: "Java platform threads",
        typical_hand_over_ns: 5000,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "java-platform-1m",
        tasks_are: "Java platform threads, stack of 1 MB set with -Xss1m",
        typical_hand_over_ns: 5000,
        install: SETUP,
        by_default: false,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "python-thread",
        tasks_are: "Python threads (threading)",
        typical_hand_over_ns: 10_000,
        interpreted: true,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "tokio",
        kind: Some(Kind::Stackless),
        tasks_are: "futures on tokio's current_thread runtime",
        typical_hand_over_ns: 70,
        ..OS_THREAD
    },
    Model {
        name: "tokio-mt",
        kind: Some(Kind::Stackless),
        tasks_are: "futures on tokio's multi_thread runtime",
        typical_hand_over_ns: 100,
        ..OS_THREAD
    },
    Model {
        name: "smol",
        kind: Some(Kind::Stackless),
        tasks_are: "futures on smol's executor, one thread",
        typical_hand_over_ns: 100,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "future",
        kind: Some(Kind::Stackless),
        tasks_are: "futures polled by a minimal executor: the floor for stackless coroutines",
        scenarios: WITHOUT_WAITING,
        not_offered: Some(
            "switch-io, echo and hog are not offered: the minimal executor has neither a reactor nor timers",
        ),
        typical_hand_over_ns: 6,
        ..OS_THREAD
    },
    Model {
        name: "corosensei",
        kind: Some(Kind::Stackful),
        tasks_are: "stackful coroutines (crate corosensei)",
        scenarios: WITHOUT_WAITING,
        not_offered: Some("switch-io, echo and hog are not offered: the crate has neither a reactor nor timers"),
        typical_hand_over_ns: 5,
        ..OS_THREAD
    },
    Model {
        name: "may",
        kind: Some(Kind::Stackful),
        tasks_are: "stackful coroutines on a scheduler (crate may)",
        typical_hand_over_ns: 200,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "ucontext",
        kind: Some(Kind::Stackful),
        tasks_are: "stackful coroutines that enter the kernel at every switch (glibc swapcontext)",
        scenarios: WITHOUT_WAITING,
        not_offered: Some("switch-io, echo and hog are not offered: swapcontext has neither a reactor nor timers"),
        typical_hand_over_ns: 250,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "cpp20",
        kind: Some(Kind::Stackless),
        tasks_are: "C++20 coroutines on a minimal executor",
        typical_hand_over_ns: 10,
        ..OS_THREAD
    },
    Model {
        name: "go",
        kind: Some(Kind::Stackful),
        tasks_are: "goroutines, GOMAXPROCS as many as CPUs",
        typical_hand_over_ns: 200,
        install: SETUP,
        ..OS_THREAD
    },
    Model {
        name: "go-1",
        kind: Some(Kind::Stackful),
        tasks_are: "goroutines, GOMAXPROCS 1",
        typical_hand_over_ns: 150,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "java-virtual",
        kind: Some(Kind::Stackful),
        tasks_are: "Java virtual threads, carriers as many as CPUs",
        typical_hand_over_ns: 1000,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "java-virtual-1",
        kind: Some(Kind::Stackful),
        tasks_are: "Java virtual threads, one carrier",
        typical_hand_over_ns: 500,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "kotlin",
        kind: Some(Kind::Stackless),
        tasks_are: "Kotlin coroutines (kotlinx.coroutines)",
        scenarios: &[Switch, Yield, Control, Spawn, Idle, Deep, Cpu, Hog],
        not_offered: Some("switch-io and echo are not offered: kotlinx.coroutines has no reactor"),
        typical_hand_over_ns: 300,
        install: SETUP_ALL,
        by_default: false,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "python-asyncio",
        kind: Some(Kind::Stackless),
        tasks_are: "Python tasks (asyncio)",
        typical_hand_over_ns: 10_000,
        interpreted: true,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "python-greenlet",
        kind: Some(Kind::Stackful),
        tasks_are: "Python stackful coroutines (greenlet)",
        scenarios: WITHOUT_WAITING,
        not_offered: Some("switch-io, echo and hog are not offered: greenlet has neither a reactor nor timers"),
        typical_hand_over_ns: 500,
        interpreted: true,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "node-async",
        kind: Some(Kind::Stackless),
        tasks_are: "JavaScript async functions (Node.js)",
        scenarios: WITHOUT_PIPES,
        not_offered: Some("switch-io is not offered: Node.js has no means to create a pipe"),
        typical_hand_over_ns: 300,
        install: SETUP,
        in_overview: false,
        ..OS_THREAD
    },
    Model {
        name: "erlang",
        kind: Some(Kind::Stackful),
        tasks_are: "Erlang processes (BEAM)",
        scenarios: WITHOUT_PIPES,
        not_offered: Some("switch-io is not offered: Erlang has no means to create a pipe"),
        typical_hand_over_ns: 500,
        install: SETUP_ALL,
        by_default: false,
        in_overview: false,
        ..OS_THREAD
    },
];
