//! Where the path enters and leaves system calls, and where it ends.

use super::{Mark, Part, Path, PathLoss, SEGMENT_COUNT, Segment, WAKER_CALLS, phase};

impl Path {
    /// `pid` enters a system call.
    #[inline(always)]
    pub fn enter(&mut self, now: &Mark, pid: u32, record: impl FnMut(u32, u64)) {
        if pid != self.holder {
            return self.enter_beside(now, pid);
        }
        let phase = if self.phase == phase::SWITCHED { self.resume } else { self.phase };
        if phase == phase::RESUMED {
            self.finish(record);
        }
        match phase {
            phase::USER | phase::RESUMED => self.close(Segment::User, now),
            _ => self.lose(self.why_unmatched(PathLoss::EnterUnmatched), now),
        }
        self.phase = phase::IN_SYSCALL;
    }

    /// The path goes back to a waker that does not give way.
    #[inline(always)]
    fn enter_beside(&mut self, now: &Mark, pid: u32) {
        if pid != self.waker || self.can_go_back == 0 || self.phase != phase::WAKING && self.phase != phase::WOKEN {
            return;
        }
        self.waker_call_count += 1;
        if self.waker_call_count > WAKER_CALLS {
            self.losses[PathLoss::WakerWentOn as usize] += 1;
            self.close(Segment::WakerRest, now);
            self.is_whole = 0;
            self.phase = phase::IN_SYSCALL;
            self.holder = pid;
        }
    }

    /// `pid` leaves a system call.
    #[inline(always)]
    pub fn exit(&mut self, now: &Mark, pid: u32, record: impl FnMut(u32, u64)) {
        if pid != self.holder {
            return;
        }
        let segment = match self.phase {
            phase::IN_SYSCALL => Segment::OtherSyscalls,
            phase::RETURNING | phase::RESUMED | phase::WAKING | phase::WOKEN => Segment::WakeeSyscall,
            phase::SWITCHED if self.resume != phase::USER => {
                self.losses[PathLoss::ScheduleExitUnseen as usize] += 1;
                self.after_switch()
            }
            _ => {
                self.lose(self.why_unmatched(PathLoss::ExitUnmatched), now);
                self.phase = phase::USER;
                return;
            }
        };
        self.close(segment, now);
        self.phase = phase::USER;
        if segment as u32 == Segment::WakeeSyscall as u32 && self.has_moved != 0 {
            self.finish(record);
        }
    }

    #[inline(always)]
    fn finish(&mut self, mut record: impl FnMut(u32, u64)) {
        let is_whole = self.is_whole != 0;
        for index in 0..SEGMENT_COUNT {
            let part = self.parts[index];
            if part.count != 0 {
                if is_whole {
                    record(index as u32, part.ns);
                }
                self.totals[index].add(&part);
                self.parts[index] = Part::default();
            }
        }
        if is_whole {
            self.hand_over_count += 1;
        } else {
            self.partial_count += 1;
        }
        self.has_moved = 0;
        self.is_whole = 1;
    }

    /// `pid` ends.
    #[inline(always)]
    pub fn end(&mut self, now: &Mark, pid: u32) {
        if pid == self.holder {
            self.lose(PathLoss::Ended, now);
            self.holder = 0;
        }
    }
}
