//! The computation of `cpu`, as docs/scenarios.md defines it.

/// Rounds of one chunk.
const ROUNDS: u32 = 10_000;

/// The sum of all chunks' results modulo 2^32.
pub(super) fn checksum(chunks: u64) -> u64 {
    u64::from((0..chunks).map(chunk).fold(0, u32::wrapping_add))
}

#[expect(clippy::cast_possible_truncation, reason = "the definition: an unsigned 32-bit number")]
fn chunk(index: u64) -> u32 {
    (0..ROUNDS).fold((index as u32).wrapping_add(1), |mut x, _| {
        x ^= x << 13;
        x ^= x >> 17;
        x ^ x << 5
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are those of an implementation in another language.
    #[test]
    fn the_sum_is_that_of_the_definition() {
        assert_eq!(
            [checksum(0), checksum(1), checksum(7), checksum(211)],
            [0, 1_799_336_688, 4_261_404_652, 494_931_760]
        );
    }
}
