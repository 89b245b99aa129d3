//! Stacks that a workload allocated itself, and of which it says where they lie.

use std::io;

use super::Range;
use super::pages::{Kind, Pages};
use crate::protocol::StackSeries;

/// What the stacks that a workload states take, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedStacks {
    /// How many.
    pub count: u64,
    /// Sum of their lengths.
    pub reserved_bytes: u64,
    /// Their resident pages.
    pub resident_bytes: u64,
    /// Of the deepest one, from its top to its lowest resident page.
    pub deepest_bytes: u64,
}

impl StatedStacks {
    /// Looks at the pages of the stacks that a process states. `address_space_bytes` is what it has in all: it cannot
    /// have more stacks than fit.
    ///
    /// # Errors
    /// Says what is wrong with the statement, or why its pages cannot be read.
    pub fn read(pid: u32, stated: &[StackSeries], address_space_bytes: u64) -> Result<Self, String> {
        let sum = stated.iter().map(|series| u128::from(series.length) * u128::from(series.count));
        let sum = sum.fold(0, u128::saturating_add);
        if sum > u128::from(address_space_bytes) {
            return Err(format!(
                "the workload reports stacks of {sum} bytes, but has only {address_space_bytes} bytes in total"
            ));
        }
        let mut stacks = Self::default();
        let mut pages = Pages::open(pid).map_err(|error| format!("/proc/{pid}/pagemap: {error}"))?;
        for series in stated {
            check(series)?;
            for index in 0..series.count {
                let range = stack_at(series, index)?;
                let added = stacks.add(range, &mut pages);
                added.map_err(|error| {
                    format!("/proc/{pid}/pagemap, at the reported stack {:#x}: {error}", range.start)
                })?;
            }
        }
        Ok(stacks)
    }

    fn add(&mut self, stack: Range, pages: &mut Pages) -> io::Result<()> {
        // Of a page that two neighbours share, each has a part: it is given to the lower one, whose top it holds.
        let up = |address: u64| address.next_multiple_of(pages.page_bytes());
        let whole = Range { start: up(stack.start), end: up(stack.end) };
        let (mut resident, mut lowest) = (0, None);
        pages.each(whole, |kind, run| {
            if kind == Kind::Resident {
                resident += run.length();
                lowest = lowest.or(Some(run.start));
            }
        })?;
        self.count += 1;
        self.reserved_bytes += stack.length();
        self.resident_bytes += resident;
        self.deepest_bytes = self.deepest_bytes.max(lowest.map_or(0, |lowest| stack.end.saturating_sub(lowest)));
        Ok(())
    }
}

/// The highest address that a program can have on any machine that Linux runs on, and one.
const ADDRESS_SPACE: u64 = 1 << 56;

fn check(series: &StackSeries) -> Result<(), String> {
    let StackSeries { base, length, stride, count } = series;
    if *length == 0 {
        return Err(format!("the workload reports a stack of length 0 at {base:#x}"));
    }
    if *count > 1 && stride.unsigned_abs() < *length {
        return Err(format!(
            "the workload reports overlapping stacks from {base:#x}: {length} bytes each, {stride} bytes apart"
        ));
    }
    Ok(())
}

fn stack_at(series: &StackSeries, index: u64) -> Result<Range, String> {
    let distance = i128::from(series.stride) * i128::from(index);
    let start = u64::try_from(i128::from(series.base) + distance).ok();
    let end = start.and_then(|start| start.checked_add(series.length)).filter(|end| *end <= ADDRESS_SPACE);
    let range = start.zip(end).map(|(start, end)| Range { start, end });
    range.ok_or_else(|| format!("the workload reports stacks from {:#x} that exceed the address space", series.base))
}

#[cfg(test)]
mod tests {
    use super::super::test_mapping::TestMapping;
    use super::*;

    const STACK: u64 = 64 << 10;
    const COUNT: u64 = 100;

    fn one(base: u64, length: u64) -> StackSeries {
        StackSeries { base, length, stride: 0, count: 1 }
    }

    fn read(stated: &[StackSeries]) -> Result<StatedStacks, String> {
        StatedStacks::read(std::process::id(), stated, 1 << 40)
    }

    #[test]
    fn a_series_is_the_sum_of_its_stacks() {
        let page = procfs::page_size();
        let mapping = TestMapping::new((STACK * COUNT) as usize);
        let base = mapping.range().start;
        // The two top pages of each, and one more of the third.
        let tops = (0..COUNT).flat_map(|stack| [1, 2].map(|below| (stack + 1) * STACK - below * page));
        mapping.touch(tops.chain([2 * STACK + 5 * page]));
        let upwards = StackSeries { base: base + page, length: STACK - page, stride: STACK as i64, count: COUNT };
        let downwards = StackSeries { base: base + page + (COUNT - 1) * STACK, stride: -(STACK as i64), ..upwards };
        let expected = StatedStacks {
            count: COUNT,
            reserved_bytes: COUNT * (STACK - page),
            resident_bytes: (2 * COUNT + 1) * page,
            deepest_bytes: STACK - 5 * page,
        };
        assert_eq!(read(&[upwards]), Ok(expected));
        assert_eq!(read(&[downwards]), Ok(expected));
        let one_by_one: Vec<_> = (0..COUNT).map(|stack| one(base + page + stack * STACK, STACK - page)).collect();
        assert_eq!(read(&one_by_one), Ok(expected));
        // Neighbours that do not begin with a page: every page is one's.
        let uneven = StackSeries { base: base + 100, length: STACK, stride: STACK as i64, count: COUNT - 1 };
        assert_eq!(read(&[uneven]).unwrap().resident_bytes, (2 * (COUNT - 1) + 1) * page);
    }

    #[test]
    fn statements_that_cannot_be_true() {
        let series = StackSeries { base: 1 << 20, length: 4096, stride: 4096, count: 3 };
        assert!(read(&[StackSeries { stride: 4095, ..series }]).unwrap_err().contains("overlap"));
        assert!(read(&[StackSeries { stride: 0, ..series }]).unwrap_err().contains("overlap"));
        assert!(read(&[StackSeries { length: 0, ..series }]).unwrap_err().contains("of length 0"));
        assert!(read(&[series, one(0, 1 << 41)]).unwrap_err().contains("in total"));
        assert!(
            read(&[StackSeries { length: u64::MAX, count: u64::MAX, ..series }; 2]).unwrap_err().contains("in total")
        );
        for (base, stride) in [(u64::MAX - 9_000, 4096), (1 << 20, i64::MAX), (8192, -8192), (8192, i64::MIN)] {
            let reason = read(&[StackSeries { base, stride, ..series }]).unwrap_err();
            assert!(reason.contains("exceed the address space"), "{base:#x} {stride}: {reason}");
        }
    }

    #[test]
    fn a_place_without_memory_has_nothing_resident() {
        let stacks = read(&[one(1 << 16, 4096)]).unwrap();
        assert_eq!((stacks.reserved_bytes, stacks.resident_bytes, stacks.deepest_bytes), (4096, 0, 0));
    }
}
