//! The hooks: where in the kernel programs are attached, in which forms, and what comes of their events.
//!
//! [`HOOKS`] is the only list. Programs are named after their hooks: `sched_switch` is the program of the first-choice form,
//! and prefixes tell the others: `raw_` and `plain_` the forms, `timeline_`, `anatomy_` and `empty_` the [`ProgramSet`].

use aya::programs::perf_event::SoftwareEvent;
use tracer_ebpf::{Interrupt, RecordOffsets, ThreadCounts};

mod table;

pub use table::HOOKS;

/// One hook.
#[derive(Clone, Copy, Debug)]
pub struct Hook {
    /// Name of the tracepoint or event: that of the probe in reports.
    pub name: &'static str,
    /// The group in which tracefs has the tracepoint.
    pub group: &'static str,
    /// What kind of events these are.
    pub family: Family,
    /// Whether nothing can be reported without it. Without `sys_enter`, for one, a yield could not be told from a preemption.
    pub required: bool,
    /// How the counting programs are attached; `None` where there are none.
    pub counting: Option<Form>,
    /// How those of the switch breakdown are attached.
    pub anatomy: Option<Form>,
    /// Whether timelines have a program of their own, which counts the event and records it.
    pub in_timelines: bool,
    /// Fields of the plain tracepoint's record that are read.
    pub fields: &'static [Field],
    /// What comes of its events.
    pub feeds: Feeds,
}

/// What kind of events these are; the programs are in the file of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Threads and processes begin, become another program, and end.
    Lifecycle,
    /// Switches, wake-ups and migrations.
    Sched,
    /// System calls.
    Syscall,
    /// Page faults.
    Fault,
    /// Both ends of interrupts.
    Interrupt,
}

/// The best form in which a program is attached.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Arguments are followed as pointers: `tp_btf`, else a raw tracepoint. These are the types that the program relies on,
    /// from the first argument.
    Typed(&'static [&'static str]),
    /// No pointer is followed: a raw tracepoint.
    Raw,
    /// A software event, on every CPU, each single one.
    Software(SoftwareEvent),
}

/// What comes of the events of a hook.
#[derive(Clone, Copy, Debug)]
pub enum Feeds {
    /// Which threads there are, or since when one waits: nothing that is counted one by one.
    Threads,
    /// A count of the threads: how many of the events are in it.
    Counts(fn(&ThreadCounts) -> u64),
    /// The segments of the switch breakdown; without it, some are merged as described.
    Segments(&'static str),
    /// Interrupts of this kind.
    Interrupts(Interrupt),
}

/// A field of a plain tracepoint's record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its length.
    pub bytes: u32,
    /// Where its offset is put for the programs.
    pub place: fn(&mut RecordOffsets) -> &mut u32,
}

/// Which of the programs on the hooks a session attaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramSet {
    /// Those that count.
    Counting,
    /// Those that count and record single events.
    Timeline,
    /// Those of the switch breakdown.
    Anatomy,
    /// Those that do nothing.
    Empty,
}

impl Hook {
    /// In which form a set has a program here at best; `None` where it has none.
    pub fn form(&self, set: ProgramSet) -> Option<Form> {
        match set {
            ProgramSet::Counting | ProgramSet::Timeline => self.counting,
            ProgramSet::Anatomy => self.anatomy,
            ProgramSet::Empty => self.counting.filter(|_| self.family != Family::Interrupt),
        }
    }

    /// Name of a set's program for the first-choice form.
    pub fn program(&self, set: ProgramSet) -> String {
        let prefix = match set {
            ProgramSet::Timeline if self.in_timelines => "timeline_",
            ProgramSet::Counting | ProgramSet::Timeline => "",
            ProgramSet::Anatomy => "anatomy_",
            ProgramSet::Empty => "empty_",
        };
        format!("{prefix}{}", self.name)
    }
}

/// The hooks at both ends of interrupts of one kind.
pub fn of_interrupt(kind: Interrupt) -> impl Iterator<Item = &'static Hook> {
    HOOKS.iter().filter(move |hook| matches!(hook.feeds, Feeds::Interrupts(fed) if fed == kind))
}

/// Hooks that the switch breakdown can do without, and what is merged then.
pub fn of_segments() -> impl Iterator<Item = (&'static Hook, &'static str)> {
    HOOKS.iter().filter_map(|hook| match hook.feeds {
        Feeds::Segments(merged) => Some((hook, merged)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::metric;

    #[test]
    fn names_are_unique() {
        for (index, hook) in HOOKS.iter().enumerate() {
            assert!(HOOKS[..index].iter().all(|other| other.name != hook.name), "{} twice", hook.name);
        }
    }

    #[test]
    fn metrics_are_fed_by_hooks() {
        let of_runs = metric::SUBJECTS.iter().flat_map(|(_, metrics)| metrics.iter()).flat_map(|metric| metric.fed_by);
        let of_threads = metric::THREAD.iter().flat_map(|metric| metric.fed_by);
        let of_calls = metric::BY_NAME.iter().flat_map(|metric| metric.fed_by);
        for name in of_runs.chain(of_threads).chain(of_calls) {
            assert!(HOOKS.iter().any(|hook| hook.name == *name), "{name}");
        }
    }

    #[test]
    fn programs_are_named_after_their_hooks() {
        let names = |name: &str| {
            let hook = HOOKS.iter().find(|hook| hook.name == name).expect("in the table");
            [ProgramSet::Counting, ProgramSet::Timeline, ProgramSet::Anatomy, ProgramSet::Empty]
                .map(|set| hook.form(set).map(|_| hook.program(set)))
        };
        let some = |names: [&str; 4]| names.map(|name| Some(name.to_owned()));
        assert_eq!(
            names("sched_switch"),
            some(["sched_switch", "timeline_sched_switch", "anatomy_sched_switch", "empty_sched_switch"])
        );
        assert_eq!(names("sched_entry_tp"), [None, None, Some(String::from("anatomy_sched_entry_tp")), None]);
    }

    #[test]
    fn interrupts_have_a_hook_at_each_end() {
        for kind in Interrupt::ALL {
            let names: Vec<_> = of_interrupt(kind).map(|hook| hook.name).collect();
            let ends =
                names.chunks_exact(2).map(|ends| (ends[0].strip_suffix("_entry"), ends[1].strip_suffix("_exit")));
            assert!(ends.inspect(|ends| assert!(ends.0.is_some() && ends.0 == ends.1, "{ends:?}")).count() > 0);
        }
    }

    #[test]
    fn what_every_set_needs_is_required() {
        let optional = HOOKS.iter().filter(|hook| !hook.required);
        for hook in optional {
            let is_spare = matches!(hook.family, Family::Fault | Family::Interrupt);
            assert!(is_spare || matches!(hook.feeds, Feeds::Segments(_)), "{}", hook.name);
        }
    }
}
