//! Following the critical path: pure logic, fed with events by the programs or by a test.

mod ends;

use super::{Mark, PATH_LOSS_COUNT, Part, PathLoss, SEGMENT_COUNT, Segment, phase};

/// System calls that a waker may enter while the one it woke waits to run. Who hands over and blocks needs one, or two
/// where a lock is in between.
pub const WAKER_CALLS: u32 = 2;

/// The critical path of the work of the traced threads, of which one at a time can make progress.
///
/// It begins where a traced thread is woken, follows that thread, and moves on to the first traced thread that this one
/// wakes - or that any other traced thread wakes while it is blocked, or that its CPU goes on with when it blocks. A
/// task switch is over when the thread to which the path has moved is back in user mode.
///
/// `record` takes segment and time of each part of a task switch that is over, unless something of it was lost.
///
/// Every method does nothing where its event is not on the path. `now` is the moment of the event.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Path {
    /// Pid of the thread on the path; 0 before there is one.
    pub holder: u32,
    /// See [`phase`].
    pub phase: u32,
    /// The phase to go on in once the thread runs again.
    pub resume: u32,
    /// Pid of the thread that woke the one on the path.
    pub waker: u32,
    /// 1 where the path has moved since the last task switch was over.
    pub has_moved: u32,
    /// 1 where the current task switch was seen from its begin and nothing was lost of it.
    pub is_whole: u32,
    /// System calls that the waker has entered since.
    pub waker_call_count: u32,
    /// 1 where the waker is traced: the path may go back to it.
    pub can_go_back: u32,
    /// When the path began, in nanoseconds.
    pub started_ns: u64,
    /// The last event on it.
    pub mark: Mark,
    /// task switches that were seen whole.
    pub hand_over_count: u64,
    /// Those that were not.
    pub partial_count: u64,
    /// Time on the path that belongs to no segment, in nanoseconds.
    pub lost_ns: u64,
    /// Losses, by [`PathLoss`].
    pub losses: [u64; PATH_LOSS_COUNT],
    /// The current task switch.
    pub parts: [Part; SEGMENT_COUNT],
    /// All earlier ones.
    pub totals: [Part; SEGMENT_COUNT],
}

const _: () = assert!(size_of::<Path>() == 24 + 16 + 40 + 24 + PATH_LOSS_COUNT * 8 + 2 * SEGMENT_COUNT * 40);

#[cfg(feature = "user")]
// SAFETY: repr(C) of integers without padding (see the size above): every bit pattern is a value.
unsafe impl aya::Pod for Path {}

impl Path {
    /// `waker` begins to wake `woken`; each is a pid and whether the thread is traced.
    #[inline(always)]
    pub fn waking(&mut self, now: &Mark, waker: (u32, bool), woken: (u32, bool)) {
        if !woken.1 {
            return;
        }
        let holder = self.holder;
        if holder == 0 {
            self.start(now, woken.0);
        } else if woken.0 == holder {
            if self.phase == phase::BLOCKED {
                self.close(Segment::Blocked, now);
                self.has_moved |= u32::from(waker.1);
                self.waker = waker.0;
                self.waker_call_count = 0;
                self.can_go_back = u32::from(waker.1);
                self.phase = phase::WAKING;
            }
        } else if waker.0 == holder {
            // In user mode it can only be an interrupt that wakes somebody.
            match self.phase {
                phase::IN_SYSCALL => self.hand_over(Segment::WakerSyscall, now, waker.0, woken.0),
                phase::RETURNING | phase::RESUMED => self.hand_over(Segment::WakeeSyscall, now, waker.0, woken.0),
                _ => {}
            }
        } else if self.phase == phase::BLOCKED && waker.1 {
            self.hand_over(Segment::Blocked, now, waker.0, woken.0);
        }
    }

    /// `pid` is on a run queue.
    #[inline(always)]
    pub fn wakeup(&mut self, now: &Mark, pid: u32) {
        if pid != self.holder {
            return;
        }
        match self.phase {
            phase::WAKING => self.close(Segment::WakeUp, now),
            // The waking began while it was still on its way off the CPU.
            phase::BLOCKED => {
                self.close(Segment::Blocked, now);
                self.has_moved = 1;
            }
            _ => return,
        }
        self.phase = phase::WOKEN;
    }

    /// A CPU goes from `prev`, which blocks or could go on, to `next`, a pid and whether that thread is traced. `entry` is
    /// when the scheduler was entered there.
    #[inline(always)]
    pub fn switch(&mut self, now: &Mark, prev: u32, blocks: bool, next: (u32, bool), entry: &Mark) {
        let holder = self.holder;
        if holder == 0 {
            return;
        }
        if prev == holder {
            let is_off = self.leave(now, blocks, entry);
            if is_off && blocks && next.1 {
                // Nobody was woken: the next one had what it needs already, and waited for the CPU only.
                self.take_over(prev, next.0);
            }
        } else if next.0 == holder {
            self.arrive(now, prev, entry);
        } else if next.1 && self.runs() && self.mark.cpu == now.cpu {
            self.lose(PathLoss::SwitchUnseen, now);
            self.take_over(prev, next.0);
        }
    }

    /// Why an entry or exit of the thread on the path does not fit: one that was off its CPU was switched to unseen.
    #[inline(always)]
    fn why_unmatched(&self, otherwise: PathLoss) -> PathLoss {
        match self.phase {
            phase::BLOCKED | phase::PREEMPTED | phase::WAKING | phase::WOKEN => PathLoss::SwitchUnseen,
            _ => otherwise,
        }
    }

    /// Whether the thread on the path runs, as far as was seen.
    #[inline(always)]
    fn runs(&self) -> bool {
        matches!(self.phase, phase::USER | phase::IN_SYSCALL | phase::RETURNING | phase::RESUMED)
    }

    #[inline(always)]
    fn take_over(&mut self, prev: u32, next: u32) {
        self.waker = prev;
        self.has_moved = 1;
        self.resume = phase::RESUMED;
        self.phase = phase::SWITCHED;
        self.holder = next;
    }

    /// False where the thread on the path is already being woken.
    #[inline(always)]
    fn leave(&mut self, now: &Mark, blocks: bool, entry: &Mark) -> bool {
        let (segment, resume) = match self.phase {
            phase::USER => (Segment::User, phase::USER),
            phase::RESUMED => (Segment::WakeeSyscall, if blocks { phase::RETURNING } else { phase::RESUMED }),
            phase::IN_SYSCALL => (Segment::OtherSyscalls, if blocks { phase::RETURNING } else { phase::IN_SYSCALL }),
            // It was woken before it had left its CPU, and went on without a switch.
            phase::RETURNING | phase::WOKEN => (Segment::WakeeSyscall, phase::RETURNING),
            phase::SWITCHED => (self.after_switch(), self.resume),
            // It is being woken while it is still on its way off the CPU.
            _ => return false,
        };
        if entry.ns > self.mark.ns {
            self.close(segment, entry);
            self.close(Segment::Scheduling, now);
        } else {
            self.close(segment, now);
        }
        self.resume = resume;
        self.phase = if blocks { phase::BLOCKED } else { phase::PREEMPTED };
        true
    }

    #[inline(always)]
    fn arrive(&mut self, now: &Mark, prev: u32, entry: &Mark) {
        let wait = match self.phase {
            phase::PREEMPTED => Segment::RunQueueWait,
            phase::WOKEN if prev == 0 => Segment::IdleExit,
            phase::WOKEN if prev == self.waker => Segment::WakerRest,
            phase::WOKEN => Segment::RunQueueWait,
            _ => {
                self.lose(PathLoss::SwitchUnseen, now);
                self.phase = phase::SWITCHED;
                return;
            }
        };
        if entry.ns == 0 {
            self.close(wait, now);
        } else {
            if entry.ns > self.mark.ns {
                self.close(wait, entry);
            } else {
                // The scheduler was entered before the wake-up: there was no wait.
                self.parts[wait as usize].count += 1;
            }
            self.close(Segment::Scheduling, now);
        }
        self.phase = phase::SWITCHED;
    }

    /// The scheduler is done, and `pid` runs.
    #[inline(always)]
    pub fn switched(&mut self, now: &Mark, pid: u32) {
        if pid == self.holder && self.phase == phase::SWITCHED {
            self.close(Segment::StateSwitch, now);
            self.phase = self.resume;
        }
    }

    /// The segment from the switch on, where `sched_exit_tp` has not been seen.
    #[inline(always)]
    fn after_switch(&self) -> Segment {
        match self.resume {
            phase::USER => Segment::User,
            phase::IN_SYSCALL => Segment::OtherSyscalls,
            _ => Segment::WakeeSyscall,
        }
    }

    #[inline(always)]
    fn start(&mut self, now: &Mark, pid: u32) {
        if self.started_ns == 0 {
            self.started_ns = now.ns;
        } else {
            self.lost_ns += now.ns.saturating_sub(self.mark.ns);
        }
        self.mark = *now;
        self.is_whole = 0;
        self.has_moved = 1;
        self.waker = 0;
        self.can_go_back = 0;
        self.resume = phase::RETURNING;
        self.phase = phase::WAKING;
        self.holder = pid;
    }

    /// The holder comes last: other CPUs look at it.
    #[inline(always)]
    fn hand_over(&mut self, segment: Segment, now: &Mark, waker: u32, woken: u32) {
        self.close(segment, now);
        self.waker = waker;
        self.waker_call_count = 0;
        self.can_go_back = 1;
        self.has_moved = 1;
        self.resume = phase::RETURNING;
        self.phase = phase::WAKING;
        self.holder = woken;
    }

    /// Gives the time since the last event to a segment.
    #[inline(always)]
    fn close(&mut self, segment: Segment, now: &Mark) {
        let last = self.mark;
        let part = &mut self.parts[segment as usize];
        part.count += 1;
        part.ns += now.ns.saturating_sub(last.ns);
        if now.cpu == last.cpu {
            part.probe_ns += now.probe_ns - last.probe_ns;
            // The whole of the last event is in the difference, and only its second half in the segment.
            part.half_hook_counts[0] += 2 * (now.event_counts[0] - last.event_counts[0]);
            part.half_hook_counts[1] += 2 * (now.event_counts[1] - last.event_counts[1]);
            if now.event_counts != last.event_counts {
                part.half_hook_counts[(last.family & 1) as usize] -= 1;
            }
        }
        // From one CPU to another, what the first does meanwhile does not delay the second.
        part.half_hook_counts[(now.family & 1) as usize] += 1;
        self.advance(now);
    }

    #[inline(always)]
    fn lose(&mut self, cause: PathLoss, now: &Mark) {
        self.losses[cause as usize] += 1;
        self.lost_ns += now.ns.saturating_sub(self.mark.ns);
        self.is_whole = 0;
        self.advance(now);
    }

    /// Clocks of two CPUs may disagree by a few nanoseconds: time on the path does not go back.
    #[inline(always)]
    fn advance(&mut self, now: &Mark) {
        let ns = if now.ns > self.mark.ns { now.ns } else { self.mark.ns };
        self.mark = Mark { ns, ..*now };
    }
}
