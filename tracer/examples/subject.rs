//! The program that the tests of the kernel side measure: each subcommand does one thing a known number of times.
//!
//! What has to wait for the test reads stdin: a line lets it go on, and the end of stdin ends it, so that nothing
//! outlives a test that failed.
#![expect(clippy::unwrap_used, reason = "a step that fails ends the subject, and the test with it")]

#[path = "subject/interrupted.rs"]
mod interrupted;
#[path = "subject/io_uring.rs"]
mod io_uring;
#[path = "subject/processes.rs"]
mod processes;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::num::NonZeroUsize;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, exit};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity, sched_yield};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, raise, sigaction};
use nix::sys::wait::{WaitStatus, wait, waitpid};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{ForkResult, Pid, Uid, close, fork, gettid, setresuid, setsid};
use taskweight_run::memory::cgroup::RunCgroup;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["getppid", count] => getppid(number(count)),
        ["suspend", count] => suspend(number(count)),
        ["wait", count] => wait_and_getppid(number(count)),
        ["touch", pages] => touch(number(pages)),
        ["descend", threads, pages] => descend_in_threads(number(threads), number(pages)),
        ["yield", count] => on_two_threads(|| (0..number(count)).for_each(|_| sched_yield().unwrap())),
        ["spin", milliseconds] => on_two_threads(|| spin(Duration::from_millis(number(milliseconds)))),
        ["yield-everywhere", count] => yield_everywhere(number(count)),
        ["processes", processes, rate] => processes::processes_in_turn(number(processes), number(rate)),
        ["threads", threads, calls] => threads_in_turn(number(threads), number(calls)),
        ["fork", processes, threads] => processes::fork_processes(number(processes), number(threads)),
        ["churn", processes, calls] => processes::churn(number(processes), number(calls)),
        ["spawn", processes, calls] => processes::spawn_processes(number(processes), calls),
        ["hop", count] => hop_in_a_child(number(count)),
        ["thread-exec", calls] => exec_from_a_thread(calls),
        ["interrupted", cpu, calls] => interrupted::interrupted(number(cpu) as usize, number(calls)),
        ["io-uring", count] => io_uring::nops(number(count)),
        ["cgroup"] => hold_a_cgroup(),
        ["daemon"] => daemon(),
        ["daemon-window", file, _scenario, "--tasks", tasks, "--operations", operations, ..] => {
            leave_a_daemon(file);
            window(tasks, number(operations));
        }
        ["become", user, seconds, ..] => become_and_sleep(user.parse().unwrap(), number(seconds)),
        ["stack-pages", threads, pages] => stack_pages(number(threads), number(pages)),
        ["window", _scenario, "--tasks", tasks, "--operations", operations, ..] => window(tasks, number(operations)),
        _ => panic!("unknown subcommand: {words:?}"),
    }
}

fn number(word: &str) -> u64 {
    word.parse().unwrap()
}

/// Calls that do nothing: each is one system call, since no C library stands in between.
fn getppid(count: u64) {
    for _ in 0..count {
        // SAFETY: takes no argument and cannot fail.
        unsafe { libc::syscall(libc::SYS_getppid) };
    }
}

/// Waits for a signal that is already there: each wait is cut short.
fn suspend(count: u64) {
    extern "C" fn nothing(_: libc::c_int) {}
    let action = SigAction::new(SigHandler::Handler(nothing), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    unsafe { sigaction(Signal::SIGUSR1, &action).unwrap() };
    SigSet::from(Signal::SIGUSR1).thread_block().unwrap();
    for _ in 0..count {
        raise(Signal::SIGUSR1).unwrap();
        SigSet::empty().suspend().unwrap();
    }
}

/// Says that it runs, and calls when it is told to.
fn wait_and_getppid(count: u64) {
    say("started");
    let told = next_line();
    getppid(if told.is_some() { count } else { 0 });
}

/// Touches new pages, one fault each: huge pages are forbidden.
fn touch(pages: u64) {
    let page = 4096;
    let length = NonZeroUsize::new(pages as usize * page).unwrap();
    let (rights, flags) = (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_PRIVATE);
    // SAFETY: a new mapping at a place that the kernel chooses.
    let start = unsafe { mmap_anonymous(None, length, rights, flags) }.unwrap();
    // SAFETY: advice on the mapping just made. A kernel without huge pages, such as a real-time one, refuses it.
    let _has_no_huge_pages = unsafe { madvise(start, length.get(), MmapAdvise::MADV_NOHUGEPAGE) };
    for index in 0..pages as usize {
        // SAFETY: within the mapping, which nothing else uses.
        unsafe { start.cast::<u8>().add(index * page).write_volatile(1) };
    }
}

/// Threads one after the other, each on a stack of its own that was never used, of which it touches new pages.
fn descend_in_threads(threads: u64, pages: u64) {
    let keep = Barrier::new(threads as usize + 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                descend(pages);
                keep.wait();
            });
        }
        keep.wait();
    });
}

/// Calls itself, each time with a page more on the stack.
#[inline(never)]
fn descend(pages: u64) -> u8 {
    let mut page = [0_u8; 4096];
    std::hint::black_box(&mut page);
    if pages > 1 { descend(pages - 1) ^ std::hint::black_box(&page)[0] } else { page[1] }
}

/// Does the same on two threads that begin together.
fn on_two_threads(work: impl Fn() + Sync) {
    let begin = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                begin.wait();
                work();
            });
        }
    });
}

/// A fixed amount of CPU time, whatever the clock on the wall says.
fn spin(time: Duration) {
    let used = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
    let start = used();
    while used() - start < time {}
}

/// Threads one after the other, so that the order in which they appear is known.
fn threads_in_turn(threads: u64, calls: u64) {
    for _ in 0..threads {
        thread::spawn(move || getppid(calls)).join().unwrap();
    }
}

/// Two threads on each CPU that take turns.
fn yield_everywhere(count: u64) {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap();
    let cpus: Vec<usize> = (0..CpuSet::count()).filter(|&cpu| allowed.is_set(cpu).unwrap()).collect();
    let begin = Barrier::new(2 * cpus.len());
    thread::scope(|scope| {
        for cpu in cpus.iter().flat_map(|&cpu| [cpu, cpu]) {
            let begin = &begin;
            scope.spawn(move || {
                pin(cpu);
                begin.wait();
                (0..count).for_each(|_| sched_yield().unwrap());
            });
        }
    });
}

/// A child hops between two CPUs, comes to rest on one, and prints its id and how often the kernel has moved it
/// since it was forked.
fn hop_in_a_child(count: u64) {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap();
    let cpus: Vec<usize> = (0..CpuSet::count()).filter(|&cpu| allowed.is_set(cpu).unwrap()).take(2).collect();
    // SAFETY: no other thread exists in this process.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => assert!(matches!(waitpid(child, None).unwrap(), WaitStatus::Exited(_, 0))),
        ForkResult::Child => {
            // To be on the last of them first makes every hop of the loop a move.
            [cpus[1]].into_iter().chain((0..count as usize).map(|hop| cpus[hop % 2])).for_each(pin);
            say(&format!("{} {}", gettid(), migrations_by_the_kernel()));
            exit(0);
        }
    }
}

fn pin(cpu: usize) {
    let mut set = CpuSet::new();
    set.set(cpu).unwrap();
    sched_setaffinity(Pid::from_raw(0), &set).unwrap();
}

fn migrations_by_the_kernel() -> String {
    let text = fs::read_to_string("/proc/self/sched").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("se.nr_migrations"));
    line.map_or(String::from("unknown"), |rest| rest.trim_start_matches([' ', ':']).to_owned())
}

/// Both threads call; then the one that is not the first executes this program anew, which calls as often again.
fn exec_from_a_thread(calls: &str) {
    let count = number(calls);
    getppid(count);
    thread::scope(|scope| {
        scope.spawn(|| {
            getppid(count);
            panic!("{}", Command::new(env::current_exe().unwrap()).args(["getppid", calls]).exec())
        });
    });
}

/// When it is told to, leaves a grandchild behind that lives until stdin ends, and prints its id.
fn daemon() {
    say("started");
    if next_line().is_none() {
        return;
    }
    // SAFETY: no other thread exists in this process.
    if let ForkResult::Child = unsafe { fork() }.unwrap() {
        setsid().unwrap();
        // SAFETY: as above.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => say(&child.to_string()),
            ForkResult::Child => {
                (1..=2).for_each(|output| close(output).unwrap());
                let _ended = io::stdin().read(&mut [0]);
            }
        }
        exit(0);
    }
    processes::reap(1);
}

/// Leaves a daemon behind that keeps standard input and output open, and adds its id to a file.
fn leave_a_daemon(file: &str) {
    // SAFETY: no other thread exists in this process.
    if let ForkResult::Child = unsafe { fork() }.unwrap() {
        setsid().unwrap();
        // SAFETY: as above.
        if let ForkResult::Child = unsafe { fork() }.unwrap() {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
            writeln!(file, "{}", std::process::id()).unwrap();
            drop(file);
            close(2).unwrap();
            thread::sleep(Duration::from_secs(600));
        }
        exit(0);
    }
    processes::reap(1);
}

/// Becomes another user for good, and does nothing.
fn become_and_sleep(user: u32, seconds: u64) {
    let user = Uid::from_raw(user);
    setresuid(user, user, user).unwrap();
    // Standard output may be for the protocol.
    eprintln!("subject: now user {user}");
    thread::sleep(Duration::from_secs(seconds));
}

/// Makes a cgroup as for a run, says where or why not, and holds it until stdin ends.
fn hold_a_cgroup() {
    let cgroup = RunCgroup::create();
    say(&cgroup.as_ref().map_or_else(String::clone, |cgroup| cgroup.path().display().to_string()));
    let _end = next_line();
}

/// Threads each of which writes to the pages of its stack below the one it stands on, exactly so many, and parks.
fn stack_pages(threads: u64, pages: u64) {
    let all = Arc::new(Barrier::new(threads as usize + 1));
    for _ in 0..threads {
        let all = Arc::clone(&all);
        thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || {
                touch_stack(pages as usize);
                all.wait();
                loop {
                    thread::park();
                }
            })
            .unwrap();
    }
    all.wait();
    say("parked");
    let _end = next_line();
}

/// Writes to each of so many pages below the present one.
fn touch_stack(pages: usize) {
    const PAGE: usize = 4096;
    let local = 0_u8;
    let here = (&raw const local).cast_mut();
    for below in 1..=pages {
        // SAFETY: far above the end of a stack of 1 MiB, below all that is in use: this function calls nothing.
        unsafe { here.byte_sub(below * PAGE).write_volatile(1) };
    }
}

/// Speaks the protocol. Calls and starts threads before, within and after the window, in numbers that all differ.
fn window(tasks: &str, operations: u64) {
    getppid(5003);
    threads_in_turn(7, 11);
    say(&format!(r#"{{"event":"ready","tasks":{tasks}}}"#));
    assert_eq!(next_line().as_deref(), Some("go"));
    getppid(operations);
    threads_in_turn(3, 0);
    say(&format!(r#"{{"event":"done","operations":{operations},"logical_switches":0,"elapsed_ns":1000}}"#));
    assert_eq!(next_line().as_deref(), Some("exit"));
    threads_in_turn(5, 13);
    getppid(3001);
}

fn say(line: &str) {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}").unwrap();
    stdout.flush().unwrap();
}

/// A line of stdin without its end; `None` at the end of stdin.
fn next_line() -> Option<String> {
    let mut line = String::new();
    let length = io::stdin().lock().read_line(&mut line).unwrap_or_else(|error| {
        eprintln!("subject: {error}");
        exit(1)
    });
    (length > 0).then(|| line.trim_end().to_owned())
}
