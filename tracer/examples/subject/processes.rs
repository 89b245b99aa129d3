//! Processes: made, forked, and gone again.

use std::env;

use super::*;

/// Processes one after the other, so many a second where the machine can: each makes one call and ends.
pub fn processes_in_turn(processes: u64, rate: u64) {
    let start = Instant::now();
    for process in 0..processes {
        thread::sleep((Duration::from_secs(process) / rate as u32).saturating_sub(start.elapsed()));
        // SAFETY: no other thread exists in this process.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { .. } => reap(1),
            ForkResult::Child => {
                getppid(1);
                // SAFETY: ends the process; there is nothing to be flushed.
                unsafe { libc::_exit(0) };
            }
        }
    }
}

/// Processes that all exist at once, each with threads. Most threads end at once, some block, some are busy.
pub fn fork_processes(processes: u64, threads: u64) {
    for process in 0..processes {
        // SAFETY: no other thread exists in this process.
        if let ForkResult::Child = unsafe { fork() }.unwrap() {
            let workers: Vec<_> = (0..threads).map(|index| thread::spawn(move || short_life(process, index))).collect();
            workers.into_iter().for_each(|worker| worker.join().unwrap());
            exit(0);
        }
    }
    reap(processes);
}

fn short_life(process: u64, index: u64) {
    match (process % 4, index % 4) {
        (0, 1) => thread::sleep(Duration::from_millis(2)),
        (1, 2) => spin(Duration::from_millis(1)),
        (2, 3) => sched_yield().unwrap(),
        _ => {}
    }
}

pub fn reap(processes: u64) {
    for _ in 0..processes {
        assert!(matches!(wait().unwrap(), WaitStatus::Exited(_, 0)));
    }
}

/// Processes one after the other, each of which calls and is gone before the next; prints how many pids they had.
pub fn churn(processes: u64, calls: u64) {
    let mut pids = BTreeSet::new();
    for _ in 0..processes {
        // SAFETY: no other thread exists in this process.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => _ = pids.insert(child),
            ForkResult::Child => {
                getppid(calls);
                exit(0);
            }
        }
        reap(1);
    }
    say(&pids.len().to_string());
}

/// Processes made by vfork, each of which executes a program.
pub fn spawn_processes(processes: u64, calls: &str) {
    for _ in 0..processes {
        assert!(Command::new(env::current_exe().unwrap()).args(["getppid", calls]).status().unwrap().success());
    }
}
