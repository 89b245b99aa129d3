//! The computation of the scenario `cpu`, the same in every language.

use std::hint::black_box;

/// Rounds of one chunk.
const ROUNDS: u32 = 10_000;

/// The result of chunk `index`.
pub fn compute(index: u64) -> u32 {
    let mut x = black_box(index as u32).wrapping_add(1);
    for _ in 0..ROUNDS {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    black_box(x)
}

#[cfg(test)]
mod tests {
    use super::compute;

    #[test]
    fn first_chunks() {
        assert_eq!([0, 1, 2].map(compute), [1_799_336_688, 3_794_882, 1_795_577_138]);
    }
}
