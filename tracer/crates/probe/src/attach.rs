//! Attaching a program: in the best form that the kernel accepts, and why not in a better one.

use std::os::fd::OwnedFd;

use aya::Ebpf;
use tracer_ebpf::RecordOffsets;

use super::{
    RunningKernel, TypeInformation,
    hook::{Form, Hook, ProgramSet},
    program, records,
    session::ProbeForm,
    tracefs::Tracefs,
};
use taskweight_core::report::ProbeState;

/// How the programs of a session know threads. All of them know them the same way: what one has put down for a thread the
/// others find again.
#[derive(Debug)]
pub(super) enum KnownBy<'a> {
    /// By pointers to their `task_struct`.
    Pointers {
        /// Where the members lie; without it, only programs that follow no pointer are attached.
        types: Option<&'a TypeInformation>,
        /// Of the two forms, the one to use.
        form: ProbeForm,
    },
    /// By the pids in the records of plain tracepoints.
    Records {
        /// Ids of tracepoints.
        tracefs: Tracefs,
        /// Where the fields lie.
        offsets: RecordOffsets,
        /// Why not by pointers.
        reason: String,
    },
}

impl<'a> KnownBy<'a> {
    /// # Errors
    /// Why not by pointers.
    pub(super) fn pointers(kernel: &'a RunningKernel, form: ProbeForm) -> Result<Self, String> {
        if form == ProbeForm::Plain {
            return Err(String::from("plain tracepoints were requested"));
        }
        kernel.types.as_ref().map(|types| Self::Pointers { types: Some(types), form }).map_err(Clone::clone)
    }

    /// # Errors
    /// Why not by records either.
    pub(super) fn records(kernel: &RunningKernel, reason: &str) -> Result<Self, String> {
        if kernel.namespace.is_some() {
            return Err(String::from(
                "their records contain host pids, which differ from those of this PID namespace: run taskweight on \
                 the host",
            ));
        }
        let tracefs = Tracefs::open()?;
        Ok(Self::Records { offsets: records::offsets(&tracefs)?, tracefs, reason: reason.to_owned() })
    }

    /// Constants for the programs: of no importance to those that follow pointers.
    pub(super) fn record_offsets(&self) -> RecordOffsets {
        match self {
            Self::Pointers { .. } => RecordOffsets::default(),
            Self::Records { offsets, .. } => *offsets,
        }
    }
}

/// A program of a session, and what became of it.
#[derive(Debug)]
pub(super) struct AttachedProbe {
    pub(super) hook: &'static Hook,
    /// Name of the program that is attached.
    pub(super) program: Option<String>,
    /// Where, such as `tp_btf/sched_switch`.
    pub(super) place: String,
    pub(super) state: ProbeState,
    pub(super) reason: Option<String>,
    /// What holds a plain tracepoint's program; the others are held by aya.
    _event: Option<OwnedFd>,
}

/// Attaches a set's program, if there is one, in the best form that its session and the kernel allow.
pub(super) fn attach(
    ebpf: &mut Ebpf,
    hook: &'static Hook,
    set: ProgramSet,
    known_by: &KnownBy<'_>,
) -> Option<AttachedProbe> {
    let program = hook.program(set);
    Some(match (hook.form(set)?, known_by) {
        (Form::Software(event), _) => {
            let result = program::attach_software(ebpf, &program, event);
            attached(hook, format!("perf_event/{}", hook.name), program, result)
        }
        (Form::Typed(arguments), KnownBy::Pointers { types, form }) => {
            typed_or_raw(ebpf, hook, program, arguments, *types, *form)
        }
        (Form::Raw, KnownBy::Pointers { .. }) => {
            let result = program::attach_raw(ebpf, &program, hook.name);
            attached(hook, format!("raw_tp/{}", hook.name), program, result)
        }
        (Form::Typed(_) | Form::Raw, KnownBy::Records { tracefs, reason, .. }) => plain(ebpf, hook, tracefs, reason),
    })
}

fn typed_or_raw(
    ebpf: &mut Ebpf,
    hook: &'static Hook,
    program: String,
    arguments: &[&str],
    types: Option<&TypeInformation>,
    form: ProbeForm,
) -> AttachedProbe {
    let place = format!("tp_btf/{}", hook.name);
    let known = types.ok_or_else(|| String::from("no type information"));
    let types = match known.and_then(|types| check_arguments(types, hook.name, arguments).map(|()| types)) {
        Ok(types) => types,
        Err(reason) => return missing(hook, place, reason),
    };
    let refused = match form {
        ProbeForm::Auto => program::attach_typed(ebpf, &program, hook.name, &types.aya),
        ProbeForm::Raw | ProbeForm::Plain => Err(String::from("raw tracepoints were requested")),
    };
    let Err(reason) = refused else { return attached(hook, place, program, Ok(())) };
    let program = format!("raw_{program}");
    match program::attach_raw(ebpf, &program, hook.name) {
        Ok(()) => fallback(hook, format!("raw_tp/{}", hook.name), program, reason),
        Err(raw_reason) => missing(hook, place, format!("{reason}; as raw tracepoint: {raw_reason}")),
    }
}

fn plain(ebpf: &mut Ebpf, hook: &'static Hook, tracefs: &Tracefs, reason: &str) -> AttachedProbe {
    let Hook { group, name, .. } = hook;
    let (place, program) = (format!("tracepoint/{group}/{name}"), format!("plain_{name}"));
    let event = tracefs.id(group, name).and_then(|id| program::attach_plain(ebpf, &program, id));
    match event {
        Ok(event) => AttachedProbe { _event: Some(event), ..fallback(hook, place, program, reason.to_owned()) },
        Err(plain_reason) => missing(hook, place, format!("{reason}; as plain tracepoint: {plain_reason}")),
    }
}

/// The order of a tracepoint's arguments has changed between kernels: what the programs rely on must be there.
fn check_arguments(types: &TypeInformation, tracepoint: &str, expected: &[&str]) -> Result<(), String> {
    let found = types.members.tracepoint_arguments(tracepoint).map_err(|error| error.to_string())?;
    let found = found.ok_or_else(|| format!("this kernel has no tracepoint {tracepoint}"))?;
    if found.len() >= expected.len() && found.iter().zip(expected).all(|(found, expected)| found == expected) {
        return Ok(());
    }
    Err(format!("arguments are ({}), not ({})", found.join(", "), expected.join(", ")))
}

fn attached(hook: &'static Hook, place: String, program: String, result: Result<(), String>) -> AttachedProbe {
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

fn fallback(hook: &'static Hook, place: String, program: String, reason: String) -> AttachedProbe {
    let probe = attached(hook, place, program, Ok(()));
    AttachedProbe { state: ProbeState::Fallback, reason: Some(reason), ..probe }
}

fn missing(hook: &'static Hook, place: String, reason: String) -> AttachedProbe {
    AttachedProbe { hook, program: None, place, state: ProbeState::Missing, reason: Some(reason), _event: None }
}
