//! Attaching a probe: in the best form that the kernel accepts, and why not in a better one.

use std::os::fd::OwnedFd;

use aya::Ebpf;
use tracer_ebpf::RecordOffsets;

use super::{TypeInformation, probes::Hook, program, session::ProbeForm, tracefs::Tracefs};
use crate::timeline::Limits;
use taskweight_core::report::ProbeState;

/// How the programs of a session know threads. They must be of one family: what one of them has put down for a thread
/// the others find again.
#[derive(Debug)]
pub(super) enum Family<'a> {
    /// By pointers to their `task_struct`.
    Pointers {
        /// Where the members lie.
        types: &'a TypeInformation,
        /// Of the two forms, the one to use.
        form: ProbeForm,
        /// Whether the programs put down single events, too.
        timeline: bool,
    },
    /// By the pids in the records of plain tracepoints.
    Plain {
        /// Ids of tracepoints.
        tracefs: Tracefs,
        /// Where the fields lie.
        offsets: RecordOffsets,
        /// Why not by pointers.
        reason: String,
    },
}

/// Hooks that have programs of their own for timelines.
const IN_TIMELINES: [&str; 6] =
    ["sched_switch", "sched_waking", "sched_wakeup", "sched_wakeup_new", "sys_enter", "sys_exit"];

impl<'a> Family<'a> {
    pub(super) fn pointers(types: &'a TypeInformation, form: ProbeForm, timeline: Option<Limits>) -> Self {
        Self::Pointers { types, form, timeline: timeline.is_some() }
    }
}

impl Family<'_> {
    /// Name of the program for a tracepoint's first-choice hook.
    fn program(&self, tracepoint: &str) -> String {
        match self {
            Self::Pointers { timeline: true, .. } if IN_TIMELINES.contains(&tracepoint) => {
                format!("timeline_{tracepoint}")
            }
            _ => tracepoint.to_owned(),
        }
    }

    /// Constants for the programs: of no importance to those that follow pointers.
    pub(super) fn record_offsets(&self) -> RecordOffsets {
        match self {
            Self::Pointers { .. } => RecordOffsets::default(),
            Self::Plain { offsets, .. } => *offsets,
        }
    }
}

/// A probe and what became of it.
#[derive(Debug)]
pub(super) struct AttachedProbe {
    pub(super) hook: Hook,
    /// Name of the program that is attached.
    pub(super) program: Option<String>,
    /// Where, such as `tp_btf/sched_switch`.
    pub(super) place: String,
    pub(super) state: ProbeState,
    pub(super) reason: Option<String>,
    /// What holds a plain tracepoint's program; the others are held by aya.
    _event: Option<OwnedFd>,
}

/// Attaches a probe in the best form that its family and the kernel allow.
pub(super) fn attach(ebpf: &mut Ebpf, hook: Hook, family: &Family<'_>) -> AttachedProbe {
    match (hook, family) {
        (Hook::Software { program, event }, _) => {
            let place = format!("perf_event/{program}");
            attached(hook, place, program.to_owned(), program::attach_software(ebpf, program, event))
        }
        (Hook::Typed { tracepoint, arguments }, Family::Pointers { types, form, .. }) => {
            typed_or_raw(ebpf, hook, &family.program(tracepoint), (tracepoint, arguments), types, *form)
        }
        (Hook::Raw { tracepoint, .. } | Hook::Interrupt { tracepoint, .. }, Family::Pointers { .. }) => {
            let (place, program) = (format!("raw_tp/{tracepoint}"), family.program(tracepoint));
            let result = program::attach_raw(ebpf, &program, tracepoint);
            attached(hook, place, program, result)
        }
        (Hook::Typed { tracepoint, .. }, Family::Plain { tracefs, reason, .. }) => {
            plain(ebpf, hook, ("sched", tracepoint), tracefs, reason)
        }
        (
            Hook::Raw { tracepoint, group } | Hook::Interrupt { tracepoint, group },
            Family::Plain { tracefs, reason, .. },
        ) => plain(ebpf, hook, (group, tracepoint), tracefs, reason),
    }
}

fn typed_or_raw(
    ebpf: &mut Ebpf,
    hook: Hook,
    program: &str,
    (tracepoint, arguments): (&str, &[&str]),
    types: &TypeInformation,
    form: ProbeForm,
) -> AttachedProbe {
    let place = format!("tp_btf/{tracepoint}");
    if let Err(reason) = check_arguments(types, tracepoint, arguments) {
        return missing(hook, place, reason);
    }
    let refused = match form {
        ProbeForm::Auto => program::attach_typed(ebpf, program, tracepoint, &types.aya),
        ProbeForm::Raw | ProbeForm::Plain => Err(String::from("raw tracepoints were requested")),
    };
    let Err(reason) = refused else { return attached(hook, place, program.to_owned(), Ok(())) };
    let program = format!("raw_{program}");
    match program::attach_raw(ebpf, &program, tracepoint) {
        Ok(()) => fallback(hook, format!("raw_tp/{tracepoint}"), program, reason),
        Err(raw_reason) => missing(hook, place, format!("{reason}; as raw tracepoint: {raw_reason}")),
    }
}

fn plain(
    ebpf: &mut Ebpf,
    hook: Hook,
    (group, tracepoint): (&str, &str),
    tracefs: &Tracefs,
    reason: &str,
) -> AttachedProbe {
    let (place, program) = (format!("tracepoint/{group}/{tracepoint}"), format!("plain_{tracepoint}"));
    let event = tracefs.id(group, tracepoint).and_then(|id| program::attach_plain(ebpf, &program, id));
    match event {
        Ok(event) => AttachedProbe { _event: Some(event), ..fallback(hook, place, program, reason.to_owned()) },
        Err(plain_reason) => missing(hook, place, format!("{reason}; as plain tracepoint: {plain_reason}")),
    }
}

/// The order of a tracepoint's arguments has changed between kernels: what the programs rely on must be there.
pub(crate) fn check_arguments(types: &TypeInformation, tracepoint: &str, expected: &[&str]) -> Result<(), String> {
    let found = types.members.tracepoint_arguments(tracepoint).map_err(|error| error.to_string())?;
    let found = found.ok_or_else(|| format!("this kernel has no tracepoint {tracepoint}"))?;
    if found.len() >= expected.len() && found.iter().zip(expected).all(|(found, expected)| found == expected) {
        return Ok(());
    }
    Err(format!("arguments are ({}), not ({})", found.join(", "), expected.join(", ")))
}

fn attached(hook: Hook, place: String, program: String, result: Result<(), String>) -> AttachedProbe {
    match result {
        Ok(()) => AttachedProbe {
            hook,
            program: Some(program),
            place,
            state: ProbeState::Attached,
            reason: None,
            _event: None,
        },
        Err(reason) => missing(hook, place, reason),
    }
}

fn fallback(hook: Hook, place: String, program: String, reason: String) -> AttachedProbe {
    let probe = attached(hook, place, program, Ok(()));
    AttachedProbe { state: ProbeState::Fallback, reason: Some(reason), ..probe }
}

fn missing(hook: Hook, place: String, reason: String) -> AttachedProbe {
    AttachedProbe { hook, program: None, place, state: ProbeState::Missing, reason: Some(reason), _event: None }
}
