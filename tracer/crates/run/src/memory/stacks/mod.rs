//! Stacks: where they lie, how much of them is resident, and how deep they have been in use.

use std::fs::File;
use std::io::{self, BufReader};

use super::process::has_ended;

pub(super) mod figures;
mod mappings;
mod pages;
mod pointers;
mod series;
mod top;

pub use figures::Stated;
use mappings::Candidate;
use pages::{Kind, Pages};
pub use series::StatedStacks;

/// Addresses from `start` to before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    start: u64,
    end: u64,
}

impl Range {
    fn length(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// `pointers` are sorted.
    fn holds_one_of(self, pointers: &[u64]) -> bool {
        let first = pointers.partition_point(|pointer| *pointer < self.start);
        pointers.get(first).is_some_and(|pointer| *pointer < self.end)
    }
}

/// The stack of one thread, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadStack {
    /// Thread id.
    pub tid: u32,
    /// Address space, without the guard.
    pub reserved_bytes: u64,
    /// Resident pages.
    pub resident_bytes: u64,
    /// From the top to where the thread stands.
    pub in_use_bytes: u64,
    /// From the top to the lowest resident page: what was in use at most, unless pages were given back.
    pub high_water_bytes: u64,
}

/// The stacks of the threads of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadStacks {
    /// Those found, by address.
    pub found: Vec<ThreadStack>,
    /// Threads of which several stand in one mapping without guards between them: a runtime's heap, or stacks that the
    /// kernel has merged and whose guards it does not show.
    pub merged: u64,
    /// Threads that stand where no stack of a thread can be: a heap, or a mapping without a guard below.
    pub elsewhere: u64,
    /// Threads that ran whenever they were looked at, or ended meanwhile.
    pub not_at_rest: u64,
}

impl ThreadStacks {
    /// Looks for the stacks of a process. `Ok(None)` when it has ended.
    ///
    /// A mapping is a thread's stack if it is private, anonymous and writable, holds the stack pointer of this one
    /// thread, and ends in a guard below - a mapping without rights, or guard pages within it. A thread that runs a
    /// coroutine on a stack with a guard stands on that one.
    ///
    /// # Errors
    /// Says which file could not be read, and why.
    pub fn read(pid: u32) -> Result<Option<Self>, String> {
        let Some(pointers) = pointers::of(pid)? else { return Ok(None) };
        let addresses: Vec<u64> = pointers.found.iter().map(|(pointer, _)| *pointer).collect();
        let read = || {
            let maps = BufReader::with_capacity(64 << 10, File::open(format!("/proc/{pid}/maps"))?);
            let candidates = mappings::holding(&addresses, maps)?;
            let mut stacks = Self { not_at_rest: pointers.not_at_rest, ..Self::default() };
            let mut pages = Pages::open(pid)?;
            for candidate in &candidates {
                stacks.look_into(candidate, &pointers.found, &mut pages)?;
            }
            stacks.count_the_rest(pointers.found.len() as u64);
            Ok(stacks)
        };
        match read() {
            Ok(stacks) => Ok(Some(stacks)),
            Err(error) if has_ended(pid, &error) => Ok(None),
            Err(error) => Err(format!("find the stacks of process {pid}: {error}")),
        }
    }

    /// Looks for the stacks of several processes; those that have ended have none.
    ///
    /// # Errors
    /// As [`ThreadStacks::read`].
    pub fn of_all(pids: &[u32]) -> Result<Self, String> {
        let mut all = Self::default();
        for &pid in pids {
            let Some(one) = Self::read(pid)? else { continue };
            all.found.extend(one.found);
            all.merged += one.merged;
            all.elsewhere += one.elsewhere;
            all.not_at_rest += one.not_at_rest;
        }
        Ok(all)
    }

    /// Threads looked at.
    #[must_use]
    pub fn threads(&self) -> u64 {
        self.found.len() as u64 + self.merged + self.elsewhere + self.not_at_rest
    }

    /// Cuts a mapping at the guards within it, each part being a stack if one thread stands there.
    fn look_into(&mut self, candidate: &Candidate, pointers: &[(u64, u32)], pages: &mut Pages) -> io::Result<()> {
        if candidate.is_plain {
            for part in parts(candidate, pages)? {
                self.look_at(&part, pointers, pages)?;
            }
        }
        Ok(())
    }

    fn look_at(&mut self, part: &Part, pointers: &[(u64, u32)], pages: &mut Pages) -> io::Result<()> {
        let first = pointers.partition_point(|(pointer, _)| *pointer < part.range.start);
        let here = pointers[first..].iter().take_while(|(pointer, _)| *pointer < part.range.end).count();
        match &pointers[first..first + here] {
            &[(pointer, tid)] if part.is_guarded => self.found.push(part.stack_of(tid, pointer, pages)?),
            [] | [_] => {}
            several => self.merged += several.len() as u64,
        }
        Ok(())
    }

    /// Threads that were in no part that could be a stack.
    fn count_the_rest(&mut self, pointers: u64) {
        self.elsewhere = pointers.saturating_sub(self.found.len() as u64 + self.merged);
    }
}

/// A part of a mapping, from one guard to the next.
#[derive(Clone, Copy, Debug)]
struct Part {
    range: Range,
    is_guarded: bool,
    resident_bytes: u64,
    lowest: Option<u64>,
}

/// The parts of a mapping, upwards, with their resident pages.
fn parts(candidate: &Candidate, pages: &mut Pages) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut part = Part { range: candidate.range, is_guarded: candidate.is_guarded, resident_bytes: 0, lowest: None };
    pages.each(candidate.range, |kind, run| match kind {
        Kind::Resident => {
            part.resident_bytes += run.length();
            part.lowest = part.lowest.or(Some(run.start));
        }
        Kind::Guard => {
            parts.push(Part { range: Range { end: run.start, ..part.range }, ..part });
            let range = Range { start: run.end, ..candidate.range };
            part = Part { range, is_guarded: true, resident_bytes: 0, lowest: None };
        }
    })?;
    parts.push(part);
    Ok(parts)
}

impl Part {
    fn stack_of(&self, tid: u32, pointer: u64, pages: &mut Pages) -> io::Result<ThreadStack> {
        let top = top::of(tid, Range { start: pointer, ..self.range }, pages.page_bytes());
        let mut above = 0;
        if top < self.range.end {
            let neighbour = Range { start: top, ..self.range };
            pages.each(neighbour, |kind, run| above += if kind == Kind::Resident { run.length() } else { 0 })?;
        }
        Ok(ThreadStack {
            tid,
            reserved_bytes: top - self.range.start,
            resident_bytes: self.resident_bytes.saturating_sub(above),
            in_use_bytes: top - pointer,
            high_water_bytes: self.lowest.map_or(0, |lowest| top.saturating_sub(lowest)),
        })
    }
}

#[cfg(test)]
mod test_mapping;
#[cfg(test)]
mod tests;
