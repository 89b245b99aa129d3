//! Where the stacks of the tasks lie, as the line `ready` states it.

use serde::{Serialize, Serializer};

/// Stacks that were allocated here, those at equal distances put together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Stacks {
    series: Vec<Series>,
}

/// Evenly spaced stacks of the same length, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Series {
    base: u64,
    length: u64,
    stride: i64,
    count: u64,
}

impl Stacks {
    /// Adds a stack: its lowest usable address, without the guard page, and its bytes.
    pub fn add(&mut self, base: u64, length: u64) {
        if !self.series.last_mut().is_some_and(|last| last.takes(base, length)) {
            self.series.push(Series { base, length, stride: 0, count: 1 });
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }
}

impl FromIterator<(u64, u64)> for Stacks {
    fn from_iter<T: IntoIterator<Item = (u64, u64)>>(stacks: T) -> Self {
        let mut own = Self::default();
        stacks.into_iter().for_each(|(base, length)| own.add(base, length));
        own
    }
}

impl Series {
    /// Whether a stack continues the series, which then has it.
    fn takes(&mut self, base: u64, length: u64) -> bool {
        let from_first = base.wrapping_sub(self.base).cast_signed();
        let stride = if self.count == 1 { from_first } else { self.stride };
        let is_next = stride.checked_mul(self.count.cast_signed()) == Some(from_first);
        let fits = length == self.length && is_next;
        if fits {
            (self.stride, self.count) = (stride, self.count + 1);
        }
        fits
    }
}

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let &Self { base, length, stride, count } = self;
        if count == 1 {
            (base, length).serialize(serializer)
        } else {
            (base, length, stride, count).serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(stacks: &[(u64, u64)]) -> String {
        serde_json::to_string(&stacks.iter().copied().collect::<Stacks>()).unwrap()
    }

    #[test]
    fn stacks_at_equal_distances_are_one_entry() {
        let down: Stacks = (0..30_000).map(|index| (0x7f00_0000_0000 - index * 0x10_1000, 0x10_0000)).collect();
        assert_eq!(serde_json::to_string(&down).unwrap(), "[[139637976727552,1048576,-1052672,30000]]");
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
