//! The ways of watching a ping-pong: taskweight, and tools that answer parts of the same questions.

/// How a tool watches.
pub enum Way {
    /// No tool at all.
    None,
    /// It starts the program: these words, then those of the program.
    Starts(&'static [&'static str]),
    /// They watch the whole machine meanwhile.
    Beside(&'static [&'static [&'static str]]),
}

/// One way of watching.
pub struct Peer {
    /// Name in the table.
    pub name: &'static str,
    /// Debian's package of it.
    pub package: &'static str,
    /// How it is started.
    pub way: Way,
    /// Switches that take a good tenth of a second under it.
    pub hand_overs: u32,
}

const MANY: u32 = 50_000;
const FEW: u32 = 4_000;

/// Run-queue latency, switches and times of system calls, as taskweight takes them, in two lines of bpftrace.
const SCRIPT: &str = "
    tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new { @queued[args->pid] = nsecs; }
    tracepoint:sched:sched_switch { $since = @queued[args->next_pid]; @switches[args->prev_pid] = count();
        if ($since) { @run_queue_ns = hist(nsecs - $since); delete(@queued[args->next_pid]); } }
    tracepoint:raw_syscalls:sys_enter { @entered[tid] = nsecs; }
    tracepoint:raw_syscalls:sys_exit /@entered[tid]/ { @syscall_ns = hist(nsecs - @entered[tid]);
        delete(@entered[tid]); }";

/// All of them; the first is what the others are compared with.
pub const PEERS: [Peer; 13] = [
    Peer { name: "nothing", package: "", way: Way::None, hand_overs: MANY },
    starts("taskweight run", "", &["taskweight", "--quiet", "run", "--"], MANY),
    beside("empty programs on its hooks", "", &[&["taskweight", "-q", "empty-programs"]]),
    beside("taskweight run -- sleep (not of this)", "", &[&["taskweight", "-q", "run", "--", "sleep", "1000"]]),
    beside("runqlat", "libbpf-tools", &[&["runqlat"]]),
    beside("syscount -L", "libbpf-tools", &[&["syscount", "-L"]]),
    beside("runqlat and syscount -L", "libbpf-tools", &[&["runqlat"], &["syscount", "-L"]]),
    beside("cpudist", "libbpf-tools", &[&["cpudist"]]),
    beside("bpftrace, both of these in a script", "bpftrace", &[&["bpftrace", "-e", SCRIPT]]),
    starts("perf sched record", "linux-perf", &["perf", "sched", "record", "-o", "/dev/null"], MANY),
    starts("perf stat", "linux-perf", &["perf", "stat", "-o", "/dev/null", "--"], MANY),
    starts("perf trace -s", "linux-perf", &["perf", "trace", "-s", "-o", "/dev/null", "--"], FEW),
    starts("strace -c -f", "strace", &["strace", "-c", "-f", "-o", "/dev/null", "--"], FEW),
];

const fn starts(name: &'static str, package: &'static str, words: &'static [&'static str], hand_overs: u32) -> Peer {
    Peer { name, package, way: Way::Starts(words), hand_overs }
}

const fn beside(name: &'static str, package: &'static str, tools: &'static [&'static [&'static str]]) -> Peer {
    Peer { name, package, way: Way::Beside(tools), hand_overs: MANY }
}

impl Peer {
    /// The programs it needs.
    pub fn programs(&self) -> Vec<&'static str> {
        match self.way {
            Way::None => Vec::new(),
            Way::Starts(words) => words.first().copied().into_iter().collect(),
            Way::Beside(tools) => tools.iter().filter_map(|words| words.first().copied()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_of_others_has_a_package_to_name() {
        for peer in PEERS {
            let ours = peer.programs().iter().all(|program| *program == "taskweight");
            assert_eq!(peer.package.is_empty(), ours, "{}", peer.name);
        }
    }
}
