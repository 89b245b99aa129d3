//! Interrupts of traced threads: what was counted.

use std::collections::BTreeMap;

use tracer_ebpf::{Interrupt, InterruptTotals, ThreadInterrupts};

use super::{KernelError, hook, session::Session};
use taskweight_core::report::{InterruptCount, Interrupts};

/// What was counted in a window that has been closed.
#[derive(Clone, Debug, Default)]
pub struct WindowInterrupts {
    /// Those of all threads but [`Interrupt::Soft`].
    pub all: Interrupts,
    /// [`Interrupt::Soft`] of all threads; `None` where it is not seen.
    pub soft: Option<InterruptCount>,
    seen: Vec<Interrupt>,
    by_thread: Vec<ThreadInterrupts>,
}

impl WindowInterrupts {
    /// Reads what `thread_count` threads had to bear.
    pub fn read(session: &Session, thread_count: usize) -> Result<Self, KernelError> {
        let by_thread = session.thread_interrupts.copy(thread_count);
        let totals = session.interrupts()?;
        let outside = by_thread.iter().map(|thread| thread.outside_syscall_count).sum();
        let seen: Vec<_> = Interrupt::ALL.into_iter().filter(|kind| is_seen(session, *kind)).collect();
        let soft = count(&totals, &seen, Interrupt::Soft);
        Ok(Self { all: hard(&totals, &seen, outside), soft, seen, by_thread })
    }

    /// Interrupts of the thread in a row of the thread table, counted from 0.
    pub fn of_thread(&self, index: usize) -> (Interrupts, Option<InterruptCount>) {
        let thread = self.by_thread.get(index).copied().unwrap_or_default();
        let soft = count(&thread.totals, &self.seen, Interrupt::Soft);
        (hard(&thread.totals, &self.seen, thread.outside_syscall_count), soft)
    }
}

fn is_seen(session: &Session, kind: Interrupt) -> bool {
    hook::of_interrupt(kind).all(|hook| session.has(hook.name))
}

fn count(totals: &[InterruptTotals], seen: &[Interrupt], kind: Interrupt) -> Option<InterruptCount> {
    let InterruptTotals { count, ns } = totals[kind as usize];
    seen.contains(&kind).then_some(InterruptCount { count, total_ns: ns })
}

/// All kinds that are interrupts themselves; the sum is that of the kinds that are seen.
fn hard(totals: &[InterruptTotals], seen: &[Interrupt], outside_syscalls: u64) -> Interrupts {
    let kinds = Interrupt::ALL.into_iter().filter(|kind| *kind != Interrupt::Soft);
    let by_kind: BTreeMap<_, _> = kinds.map(|kind| (kind.name().to_owned(), count(totals, seen, kind))).collect();
    let any = by_kind.values().any(Option::is_some);
    let sum = |of: fn(&InterruptCount) -> u64| any.then(|| by_kind.values().flatten().map(of).sum());
    Interrupts {
        count: sum(|one| one.count),
        total_ns: sum(|one| one.total_ns),
        outside_syscalls: any.then_some(outside_syscalls),
        by_kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals() -> [InterruptTotals; 6] {
        let mut totals = [InterruptTotals::default(); 6];
        totals[Interrupt::Timer as usize] = InterruptTotals { count: 5, ns: 500 };
        totals[Interrupt::Call as usize] = InterruptTotals { count: 2, ns: 30 };
        totals[Interrupt::Soft as usize] = InterruptTotals { count: 9, ns: 9000 };
        totals
    }

    #[test]
    fn the_sum_is_that_of_interrupts_without_what_they_left_to_be_done() {
        let all = hard(&totals(), &Interrupt::ALL, 4);
        assert_eq!((all.count, all.total_ns, all.outside_syscalls), (Some(7), Some(530), Some(4)));
        let kinds: Vec<_> = all.by_kind.keys().map(String::as_str).collect();
        assert_eq!(kinds, ["call", "device", "reschedule", "timer", "work"]);
        assert_eq!(all.by_kind["device"], Some(InterruptCount { count: 0, total_ns: 0 }));
    }

    #[test]
    fn a_kind_that_is_not_seen_is_absent_and_so_are_all_where_none_is() {
        let all = hard(&totals(), &[Interrupt::Call, Interrupt::Soft], 1);
        assert_eq!((all.count, all.by_kind["timer"]), (Some(2), None));
        let none = hard(&totals(), &[Interrupt::Soft], 0);
        assert_eq!((none.count, none.total_ns, none.outside_syscalls), (None, None, None));
    }
}
