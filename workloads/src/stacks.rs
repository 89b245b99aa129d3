//! Where the stacks of the tasks lie, as the line `ready` states it.

use taskweight_core::protocol::StackSeries;

/// Stacks that were allocated here, those at equal distances put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stacks {
    series: Vec<StackSeries>,
}

impl Stacks {
    /// Adds a stack: its lowest usable address, without the guard page, and its bytes.
    pub fn add(&mut self, base: u64, length: u64) {
        if !self.series.last_mut().is_some_and(|last| takes(last, base, length)) {
            self.series.push(StackSeries { base, length, stride: 0, count: 1 });
        }
    }

    /// As the line has them.
    pub fn series(&self) -> &[StackSeries] {
        &self.series
    }
}

impl FromIterator<(u64, u64)> for Stacks {
    fn from_iter<T: IntoIterator<Item = (u64, u64)>>(stacks: T) -> Self {
        let mut own = Self::default();
        stacks.into_iter().for_each(|(base, length)| own.add(base, length));
        own
    }
}

/// Whether a stack continues a series, which then has it.
fn takes(series: &mut StackSeries, base: u64, length: u64) -> bool {
    let from_first = base.wrapping_sub(series.base).cast_signed();
    let stride = if series.count == 1 { from_first } else { series.stride };
    let is_next = stride.checked_mul(series.count.cast_signed()) == Some(from_first);
    let fits = length == series.length && is_next;
    if fits {
        (series.stride, series.count) = (stride, series.count + 1);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(stacks: &[(u64, u64)]) -> String {
        serde_json::to_string(stacks.iter().copied().collect::<Stacks>().series()).unwrap()
    }

    #[test]
    fn stacks_at_equal_distances_are_one_entry() {
        let down: Stacks = (0..30_000).map(|index| (0x7f00_0000_0000 - index * 0x10_1000, 0x10_0000)).collect();
        assert_eq!(serde_json::to_string(down.series()).unwrap(), "[[139637976727552,1048576,-1052672,30000]]");
        assert_eq!(stated(&[(100, 10), (120, 10), (140, 10)]), "[[100,10,20,3]]");
    }

    #[test]
    fn others_are_entries_of_their_own() {
        assert_eq!(stated(&[]), "[]");
        assert_eq!(stated(&[(100, 10)]), "[[100,10]]");
        assert_eq!(stated(&[(100, 10), (120, 11)]), "[[100,10],[120,11]]");
        assert_eq!(stated(&[(100, 10), (120, 10), (150, 10), (180, 10)]), "[[100,10,20,2],[150,10,30,2]]");
    }
}
