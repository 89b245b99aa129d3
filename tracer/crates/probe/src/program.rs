//! Loading and attaching one program, and what the kernel says of it.

use std::{
    collections::HashMap,
    fs, io,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd},
};

use aya::{
    Btf, Ebpf,
    programs::{
        BtfTracePoint, PerfEvent, Program, RawTracePoint, TracePoint,
        perf_event::{PerfEventConfig, PerfEventScope, SamplePolicy, SoftwareEvent},
    },
    util::online_cpus,
};
use perf_event_open_sys::{bindings, ioctls, perf_event_open};

/// What the kernel counts of a program (/proc/self/fdinfo).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgramStatistics {
    /// Time in the program in nanoseconds, while run-time statistics were on.
    pub run_time_ns: u64,
    /// Runs of it, while run-time statistics were on.
    pub run_count: u64,
    /// Events withheld from it because it was already running on that CPU.
    pub recursion_misses: u64,
    /// Instructions that the verifier walked through.
    pub verified_instruction_count: u64,
}

/// Attaches a `tp_btf` program to its tracepoint.
pub fn attach_typed(ebpf: &mut Ebpf, program: &str, tracepoint: &str, types: &Btf) -> Result<(), String> {
    let program: &mut BtfTracePoint = typed(ebpf, program)?;
    program.load(tracepoint, types).map_err(words)?;
    program.attach().map(drop).map_err(words)
}

/// Attaches a program to a raw tracepoint.
pub fn attach_raw(ebpf: &mut Ebpf, program: &str, tracepoint: &str) -> Result<(), String> {
    let program: &mut RawTracePoint = typed(ebpf, program)?;
    program.load().map_err(words)?;
    program.attach(tracepoint).map(drop).map_err(words)
}

/// Attaches a program to a plain tracepoint, given by its id. It stays attached as long as the result lives.
pub fn attach_plain(ebpf: &mut Ebpf, program: &str, tracepoint_id: u64) -> Result<OwnedFd, String> {
    let program: &mut TracePoint = typed(ebpf, program)?;
    program.load().map_err(words)?;
    let fd = program.fd().map_err(words)?.as_fd().as_raw_fd();
    let event = open_tracepoint(tracepoint_id).map_err(|error| format!("perf_event_open: {error}"))?;
    // SAFETY: both descriptors are open, and the calls take numbers only.
    let attached = unsafe {
        match ioctls::SET_BPF(event.as_raw_fd(), fd as u32) {
            0 => ioctls::ENABLE(event.as_raw_fd(), 0),
            error => error,
        }
    };
    if attached == 0 { Ok(event) } else { Err(format!("attach: {}", io::Error::last_os_error())) }
}

/// An event of a tracepoint. One on any CPU suffices: programs are run for the tracepoint, wherever it is passed.
fn open_tracepoint(id: u64) -> io::Result<OwnedFd> {
    let mut attributes = bindings::perf_event_attr {
        type_: bindings::PERF_TYPE_TRACEPOINT,
        size: size_of::<bindings::perf_event_attr>() as u32,
        config: id,
        ..Default::default()
    };
    attributes.__bindgen_anon_1.sample_period = 1;
    let flags = bindings::PERF_FLAG_FD_CLOEXEC;
    // SAFETY: the attributes are valid and live for the call.
    let fd = unsafe { perf_event_open(&raw mut attributes, -1, 0, -1, flags.into()) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just opened it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Attaches a program to every single occurrence of a software event, on all CPUs.
pub fn attach_software(ebpf: &mut Ebpf, program: &str, event: SoftwareEvent) -> Result<(), String> {
    let program: &mut PerfEvent = typed(ebpf, program)?;
    program.load().map_err(words)?;
    for cpu in online_cpus().map_err(|(path, error)| format!("{path}: {error}"))? {
        let scope = PerfEventScope::AllProcessesOneCpu { cpu };
        let event = PerfEventConfig::Software(event);
        program.attach(event, scope, SamplePolicy::Period(1), false).map_err(words)?;
    }
    Ok(())
}

/// What the kernel counted of a program; `None` when it is not loaded.
pub fn statistics(ebpf: &Ebpf, program: &str) -> Option<ProgramStatistics> {
    let fd = descriptor(ebpf, program)?.as_raw_fd();
    Some(parse_fdinfo(&fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).ok()?))
}

fn descriptor<'a>(ebpf: &'a Ebpf, program: &str) -> Option<BorrowedFd<'a>> {
    let fd = match ebpf.program(program)? {
        Program::BtfTracePoint(program) => program.fd(),
        Program::RawTracePoint(program) => program.fd(),
        Program::PerfEvent(program) => program.fd(),
        Program::TracePoint(program) => program.fd(),
        _ => return None,
    };
    fd.ok().map(|fd| fd.as_fd())
}

fn parse_fdinfo(text: &str) -> ProgramStatistics {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let values: HashMap<_, u64> = lines.filter_map(|(name, value)| Some((name, value.trim().parse().ok()?))).collect();
    let value = |name| values.get(name).copied().unwrap_or(0);
    ProgramStatistics {
        run_time_ns: value("run_time_ns"),
        run_count: value("run_cnt"),
        recursion_misses: value("recursion_misses"),
        verified_instruction_count: value("verified_insns"),
    }
}

fn typed<'a, P>(ebpf: &'a mut Ebpf, name: &str) -> Result<&'a mut P, String>
where
    &'a mut P: TryFrom<&'a mut Program>,
{
    let program = ebpf.program_mut(name).ok_or_else(|| format!("the eBPF object has no program {name}"))?;
    program.try_into().map_err(|_| format!("program {name} is of another type"))
}

/// An error and its causes in one line, without the verifier's log.
fn words(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fdinfo_of_a_program_is_read() {
        let text =
            "pos:\t0\nprog_type:\t26\nrun_time_ns:\t1200\nrun_cnt:\t10\nrecursion_misses:\t3\nverified_insns:\t412\n";
        let expected = ProgramStatistics {
            run_time_ns: 1200,
            run_count: 10,
            recursion_misses: 3,
            verified_instruction_count: 412,
        };
        assert_eq!(parse_fdinfo(text), expected);
    }
}
