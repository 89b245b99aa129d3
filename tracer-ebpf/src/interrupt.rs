//! Interrupts that hit a traced thread.

use crate::counts;

/// What interrupted.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// The CPU's own timer.
    Timer = 0,
    /// Another CPU wants this one to choose its thread anew.
    Reschedule = 1,
    /// Another CPU has something to be done here.
    Call = 2,
    /// What this CPU put off until it could be interrupted (`irq_work`).
    Work = 3,
    /// A device.
    Device = 4,
    /// What interrupts left to be done after them. It is none itself: it also runs at the end of system calls.
    Soft = 5,
}

/// Number of kinds.
pub const INTERRUPT_COUNT: usize = 6;

impl Interrupt {
    /// All kinds, in order of their index.
    pub const ALL: [Self; INTERRUPT_COUNT] =
        [Self::Timer, Self::Reschedule, Self::Call, Self::Work, Self::Device, Self::Soft];

    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Reschedule => "reschedule",
            Self::Call => "call",
            Self::Work => "work",
            Self::Device => "device",
            Self::Soft => "soft",
        }
    }
}

/// Interrupts of one kind on one CPU.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterruptRecord {
    /// Begin of the one that is served, in nanoseconds; 0 for none.
    pub started_ns: u64,
    /// Time in our programs on this CPU until then, in nanoseconds.
    pub started_probe_ns: u64,
    /// Whom it interrupted: row of the thread table, or 0 where threads are not told apart.
    pub thread: u64,
    /// Those that have ended.
    pub totals: InterruptTotals,
}

/// Interrupts of all kinds on one CPU.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuInterrupts {
    /// By kind.
    pub records: [InterruptRecord; INTERRUPT_COUNT],
}

impl CpuInterrupts {
    /// One begins, of which `probe_ns` is the time in our programs on this CPU until then.
    #[inline(always)]
    pub fn enter(&mut self, kind: Interrupt, thread: u64, ns: u64, probe_ns: u64) {
        let record = &mut self.records[kind as usize];
        record.started_ns = ns;
        record.started_probe_ns = probe_ns;
        record.thread = thread;
    }

    /// It ends; gives whom it had interrupted, and its time. One that was not seen beginning is not counted.
    ///
    /// What interrupts leave to be done is interrupted in its turn: that time is not counted twice.
    #[inline(always)]
    pub fn exit(&mut self, kind: Interrupt, ns: u64, probe_ns: u64) -> Option<(u64, u64)> {
        let record = &mut self.records[kind as usize];
        if record.started_ns == 0 {
            return None;
        }
        let (gross, probes) = (ns - record.started_ns, probe_ns - record.started_probe_ns);
        let (thread, net) = (record.thread, gross.saturating_sub(probes));
        record.started_ns = 0;
        record.totals.count += 1;
        record.totals.ns += net;
        let soft = &mut self.records[Interrupt::Soft as usize];
        if kind as u32 != Interrupt::Soft as u32 && soft.started_ns != 0 {
            soft.started_ns += gross;
            soft.started_probe_ns += probes;
        }
        Some((thread, net))
    }
}

counts! {
    /// Interrupts of one kind that hit a traced thread.
    pub struct InterruptTotals {
        /// How many.
        pub count: u64,
        /// Their time without that in our programs, in nanoseconds.
        pub ns: u64,
    }
}

/// Interrupts that hit one thread in the window. Each word has one writer at a time: the CPU that runs the thread.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadInterrupts {
    /// By kind.
    pub totals: [InterruptTotals; INTERRUPT_COUNT],
    /// Of all kinds but [`Interrupt::Soft`], those that came while the thread was in no system call.
    pub outside_syscall_count: u64,
}

const _: () = assert!(size_of::<CpuInterrupts>() == INTERRUPT_COUNT * 40);
const _: () = assert!(size_of::<ThreadInterrupts>() == INTERRUPT_COUNT * 16 + 8);

#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for CpuInterrupts {}
#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for ThreadInterrupts {}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(cpu: &CpuInterrupts, kind: Interrupt) -> (u64, u64) {
        let InterruptTotals { count, ns } = cpu.records[kind as usize].totals;
        (count, ns)
    }

    #[test]
    fn kinds_are_in_order_of_their_index() {
        for (index, kind) in Interrupt::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }

    #[test]
    fn an_interrupt_takes_what_is_left_without_our_programs() {
        let mut cpu = CpuInterrupts::default();
        assert_eq!(cpu.exit(Interrupt::Timer, 50, 0), None);
        assert_eq!(cpu, CpuInterrupts::default(), "it was not seen beginning");
        cpu.enter(Interrupt::Timer, 3, 100, 7);
        assert_eq!(cpu.exit(Interrupt::Timer, 400, 17), Some((3, 290)));
        assert_eq!(cpu.exit(Interrupt::Timer, 500, 17), None);
        assert_eq!(totals(&cpu, Interrupt::Timer), (1, 290));
    }

    #[test]
    fn one_that_was_not_seen_ending_gives_way_to_the_next() {
        let mut cpu = CpuInterrupts::default();
        cpu.enter(Interrupt::Call, 3, 100, 0);
        cpu.enter(Interrupt::Call, 4, 1000, 0);
        assert_eq!(cpu.exit(Interrupt::Call, 1100, 0), Some((4, 100)));
    }

    #[test]
    fn what_interrupts_the_work_that_others_left_is_not_counted_twice() {
        let mut cpu = CpuInterrupts::default();
        cpu.enter(Interrupt::Soft, 3, 1000, 10);
        cpu.enter(Interrupt::Timer, 3, 1300, 20);
        assert_eq!(cpu.exit(Interrupt::Timer, 1500, 50), Some((3, 170)));
        assert_eq!(cpu.exit(Interrupt::Soft, 2000, 55), Some((3, 785)));
        // Together all of the time from 1000 to 2000 but that in our programs.
        assert_eq!(totals(&cpu, Interrupt::Timer).1 + totals(&cpu, Interrupt::Soft).1, 1000 - 45);
    }
}
