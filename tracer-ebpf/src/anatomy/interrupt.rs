//! Interrupts that hit a traced thread.

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
    /// A device.
    Device = 3,
    /// What interrupts left to be done after them.
    Soft = 4,
}

/// Number of kinds.
pub const INTERRUPT_COUNT: usize = 5;

impl Interrupt {
    /// All kinds, in order of their index.
    pub const ALL: [Self; INTERRUPT_COUNT] = [Self::Timer, Self::Reschedule, Self::Call, Self::Device, Self::Soft];

    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Reschedule => "reschedule",
            Self::Call => "call",
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
    /// How many hit a traced thread.
    pub count: u64,
    /// Their time without that in our programs, in nanoseconds.
    pub ns: u64,
}

impl InterruptRecord {
    /// One begins.
    #[inline(always)]
    pub fn enter(&mut self, ns: u64, probe_ns: u64) {
        self.started_ns = ns;
        self.started_probe_ns = probe_ns;
    }

    /// It ends; one that was not seen beginning is not counted.
    #[inline(always)]
    pub fn exit(&mut self, ns: u64, probe_ns: u64) {
        if self.started_ns != 0 {
            self.count += 1;
            self.ns += (ns - self.started_ns).saturating_sub(probe_ns - self.started_probe_ns);
            self.started_ns = 0;
        }
    }
}

const _: () = assert!(size_of::<InterruptRecord>() == 32);

#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for InterruptRecord {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_takes_what_is_left_without_our_programs() {
        let mut record = InterruptRecord::default();
        record.exit(50, 0);
        assert_eq!(record, InterruptRecord::default(), "it was not seen beginning");
        record.enter(100, 7);
        record.exit(400, 17);
        record.exit(500, 17);
        assert_eq!((record.count, record.ns), (1, 290));
    }
}
