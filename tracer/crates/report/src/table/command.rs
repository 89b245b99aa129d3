//! One command: what the kernel did for it, durations, system calls, threads and memory.

mod memory;
mod repetitions;

use signal_hook::low_level::signal_name;
use taskweight_core::report::{Histogram, Kernel, Report, Run, SyscallCount, Thread};

use super::Options;
use super::grid::Grid;
use super::missing;
use super::text::{Footnotes, Page, Style};
use taskweight_core::format::{ABSENT, count, count_short, duration, duration_short, percent, rate, time};

/// The repetitions beside each other where there are several, and all of the last one.
pub(super) fn render(report: &Report, runs: &[&Run], options: &Options, page: &mut Page) {
    let Some(run) = runs.last() else { return };
    page.heading(&report.command_line.join(" "));
    page.blank();
    if runs.len() > 1 {
        repetitions::render(runs, page);
        page.heading(&format!("The last of {} repetitions", runs.len()));
    }
    totals(report, run, page);
    distributions(run, page);
    syscalls(run, options.top, page);
    threads(report, run, options.top, page);
    memory::render(run, options.top, page);
    page.paragraph(&format!("Exit status: {}", run.exit_status.map_or("- (unknown)".to_owned(), exit_status)));
}

/// 128 + a signal's number is how shells tell that a signal ended the command.
fn exit_status(status: i32) -> String {
    match signal_name(status - 128) {
        Some(name) => format!("{status} ({name})"),
        None => status.to_string(),
    }
}

/// Totals of the window, and the same per operation where operations are known.
struct Totals {
    grid: Grid,
    footnotes: Footnotes,
    operations: Option<u64>,
}

impl Totals {
    fn new(run: &Run) -> Self {
        let operations = run.operations.filter(|operations| *operations > 0);
        let head: &[&str] = if operations.is_some() { &["", "total", "per operation"] } else { &["", "total"] };
        Self { grid: Grid::new(head), footnotes: Footnotes::default(), operations }
    }

    fn row(&mut self, name: &str, total: String, per_operation: impl Fn(f64) -> Option<String>) {
        let share = self.operations.map(|operations| per_operation(operations as f64));
        let share = share.map(|share| share.unwrap_or_default());
        self.grid.row([name.to_owned(), total].into_iter().chain(share));
    }

    fn count(&mut self, name: &str, total: u64) {
        self.row(name, count(total), |operations| Some(rate(total as f64 / operations)));
    }

    fn time(&mut self, name: &str, total_ns: u64) {
        self.row(name, duration(total_ns), |operations| Some(time(total_ns as f64 / operations)));
    }

    fn absent(&mut self, name: &str, reason: &str) {
        let total = self.footnotes.absent(name.trim_start(), reason);
        self.row(name, total.clone(), |_| Some(total.clone()));
    }

    fn count_or_absent(&mut self, name: &str, total: Option<u64>, reason: &str) {
        match total {
            Some(total) => self.count(name, total),
            None => self.absent(name, reason),
        }
    }

    /// A count that is 0 without its probe, and then is absent.
    fn counted(&mut self, name: &str, total: u64, missing: Option<String>) {
        match missing {
            None => self.count(name, total),
            Some(reason) => self.absent(name, &reason),
        }
    }

    fn time_or_absent(&mut self, name: &str, total_ns: Option<u64>, reason: &str) {
        match total_ns {
            Some(total_ns) => self.time(name, total_ns),
            None => self.absent(name, reason),
        }
    }
}

fn totals(report: &Report, run: &Run, page: &mut Page) {
    const NOT_TOLD: &str = "the kernel did not report it";
    let mut totals = Totals::new(run);
    totals.time("elapsed", run.elapsed_ns.traced);
    totals.time_or_absent("CPU time in user mode", run.cpu.user_ns, NOT_TOLD);
    totals.time_or_absent("CPU time in the kernel", run.cpu.system_ns, NOT_TOLD);
    if let Some(operations) = run.operations {
        totals.row("operations", count(operations), |_| None);
    }
    events(report, run, &mut totals);
    hardware(run, &mut totals);
    totals.grid.print(page);
    page.footnotes(&totals.footnotes);
    if let Some(operation) = run.operation.as_ref().filter(|_| run.operations.is_some()) {
        page.item(&format!("operation: {operation}"), Style::Plain);
    }
    page.blank();
}

fn events(report: &Report, run: &Run, totals: &mut Totals) {
    let kernel = &run.kernel;
    let faults_reason = super::page_faults_reason(report);
    totals.count("context switches", kernel.switches.total());
    totals.count("  voluntary", kernel.switches.voluntary);
    totals.count("  preempted", kernel.switches.preempted);
    totals.count("  yielded", kernel.switches.yielded);
    totals.count("  exit", kernel.switches.exit);
    totals.count("wakeups", kernel.wakeups);
    totals.counted("wakeups issued", kernel.wakeups_made, missing(report, "sched_waking"));
    totals.count("wakeups from idle", kernel.idle_exits);
    totals.counted("migrations", kernel.migrations, missing(report, "sched_migrate_task"));
    totals.counted("syscalls", kernel.syscalls.count, missing(report, "sys_enter"));
    match missing(report, "sys_exit") {
        None => totals.time("  syscall time", kernel.syscalls.total_ns),
        Some(reason) => totals.absent("  syscall time", &reason),
    }
    totals.count_or_absent("minor page faults", kernel.page_faults.minor, &faults_reason);
    totals.count_or_absent("major page faults", kernel.page_faults.major, &faults_reason);
    totals.count_or_absent("page faults from user mode", kernel.page_faults.from_user_mode, &faults_reason);
    totals.count_or_absent("page faults that grew a stack", kernel.page_faults.stack, &faults_reason);
    interrupts(report, kernel, totals);
    totals.row("threads created", count(kernel.threads_created), |_| None);
}

fn interrupts(report: &Report, kernel: &Kernel, totals: &mut Totals) {
    let reason = super::interrupts_reason(report);
    totals.count_or_absent("interrupts", kernel.interrupts.count, &reason);
    if let (Some(total_ns), Some(outside)) = (kernel.interrupts.total_ns, kernel.interrupts.outside_syscalls) {
        totals.time("  interrupt time", total_ns);
        totals.count("  outside syscalls", outside);
    }
    match kernel.softirqs {
        Some(softirqs) => totals.time("softirq time", softirqs.total_ns),
        None => totals.absent("softirq time", &reason),
    }
}

fn hardware(run: &Run, totals: &mut Totals) {
    let hardware = &run.hardware;
    let reason = hardware.reason.as_deref().unwrap_or("not counted");
    let counters = [
        ("cycles", hardware.cycles),
        ("instructions", hardware.instructions),
        ("last-level cache misses", hardware.cache_misses),
        ("data TLB load misses", hardware.dtlb_misses),
    ];
    if counters.iter().all(|(_, value)| value.is_none()) {
        return totals.absent("hardware counters", reason);
    }
    for (name, value) in counters {
        totals.count_or_absent(name, value, reason);
    }
}

fn distributions(run: &Run, page: &mut Page) {
    let histograms = &run.histograms;
    let mut grid = Grid::new(&["distribution", "count", "p50", "p90", "p99", "p99.9", "max"]);
    let mut footnotes = Footnotes::default();
    let rows = [
        ("on CPU", &histograms.on_cpu_ns),
        ("off CPU", &histograms.off_cpu_ns),
        ("run queue", &histograms.run_queue_ns),
        ("syscalls", &histograms.syscall_ns),
    ];
    for (name, histogram) in rows {
        let Histogram { p50, p90, p99, p999, max, .. } = histogram;
        let times = [p50, p90, p99, p999, max]
            .map(|value| footnotes.or_absent(value.map(duration), name, "none ended during the run"));
        grid.row([name.to_owned(), count_short(histogram.count)].into_iter().chain(times));
    }
    grid.print(page);
    page.footnotes(&footnotes);
    page.blank();
}

fn syscalls(run: &Run, top: usize, page: &mut Page) {
    let all = &run.kernel.syscalls;
    let mut calls: Vec<(&String, &SyscallCount)> = all.by_name.iter().collect();
    calls.sort_by_key(|(name, calls)| (std::cmp::Reverse((calls.total_ns, calls.count)), *name));
    let mut grid = Grid::new(&["syscall", "count", "time", "share", "mean", "p50", "p99", "max"]);
    let mut footnotes = Footnotes::default();
    for (name, calls) in calls.iter().take(top) {
        let histogram = run.syscall_histograms.get(*name);
        grid.row(syscall(name, calls, all.total_ns, histogram, &mut footnotes));
    }
    finish(grid, &footnotes, calls.len().saturating_sub(top) as u64, "system calls", page);
}

fn syscall(
    name: &str,
    calls: &SyscallCount,
    all_ns: u64,
    histogram: Option<&Histogram>,
    footnotes: &mut Footnotes,
) -> [String; 8] {
    let reason = if histogram.is_none() { "no histogram was kept for it" } else { "none returned during the run" };
    let mut cell = |value: Option<String>| footnotes.or_absent(value, name, reason);
    let value = |of: fn(&Histogram) -> Option<u64>| histogram.and_then(of).map(duration);
    [
        name.to_owned(),
        count_short(calls.count),
        duration(calls.total_ns),
        percent(calls.total_ns, all_ns),
        cell(histogram.and_then(|histogram| histogram.mean).map(time)),
        cell(value(|histogram| histogram.p50)),
        cell(value(|histogram| histogram.p99)),
        cell(value(|histogram| histogram.max)),
    ]
}

fn threads(report: &Report, run: &Run, top: usize, page: &mut Page) {
    let mut grid = Grid::new(&[
        "\nthread",
        "\ntid",
        "on\nCPU",
        "off\nCPU",
        "run\nqueue",
        "\nvoluntary",
        "\npreempted",
        "\nsyscalls",
        "page\nfaults",
    ]);
    run.threads.iter().take(top).for_each(|one| grid.row(thread(report, one)));
    let omitted = (run.threads.len().saturating_sub(top) as u64).saturating_add(run.threads_omitted);
    finish(grid, &Footnotes::default(), omitted, "threads", page);
}

fn thread(report: &Report, thread: &Thread) -> [String; 9] {
    // The reasons are below the totals.
    let unless_missing =
        |probe, count| if missing(report, probe).is_some() { ABSENT.to_owned() } else { count_short(count) };
    [
        thread.name.clone(),
        thread.tid.to_string(),
        duration_short(thread.on_cpu_ns),
        duration_short(thread.off_cpu_ns),
        duration_short(thread.run_queue_ns),
        count_short(thread.switches.voluntary),
        count_short(thread.switches.preempted),
        unless_missing("sys_enter", thread.syscalls),
        unless_missing("page_fault_minor", thread.minor_faults.saturating_add(thread.major_faults)),
    ]
}

pub(super) fn finish(grid: Grid, footnotes: &Footnotes, omitted: u64, what: &str, page: &mut Page) {
    if grid.is_empty() && omitted == 0 {
        return;
    }
    grid.print(page);
    page.footnotes(footnotes);
    if omitted > 0 {
        page.item(&format!("and {} more {what}", count(omitted)), Style::Plain);
    }
    page.blank();
}
