//! Which requests the load generator makes, and when.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::arguments::share;
use crate::request::REQUEST_BYTES;

/// Makes the requests differ in every byte: an odd number, hence different products.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The requests, numbered from 0. Number `k` goes to connection `k % N`.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Number of connections, N.
    pub connections: usize,
    /// Number of requests.
    pub requests: u64,
    /// Requests a second; without a rate a connection sends its next request when it has its answer.
    pub rate: Option<NonZeroU64>,
}

impl Plan {
    /// How many requests a connection makes.
    pub fn share(&self, connection: usize) -> u64 {
        share(self.requests, self.connections, connection)
    }

    /// The number of a connection's request after it has made `made`.
    pub fn number(&self, connection: usize, made: u64) -> u64 {
        made * self.connections as u64 + connection as u64
    }

    /// When a request is to be sent; without a rate, `now`.
    pub fn due(&self, started: Instant, number: u64, now: Instant) -> Instant {
        self.rate.map_or(now, |rate| {
            let nanoseconds = u128::from(number) * 1_000_000_000 / u128::from(rate.get());
            started + Duration::from_nanos(nanoseconds as u64)
        })
    }
}

/// The bytes of a request.
pub fn bytes(number: u64) -> [u8; REQUEST_BYTES] {
    let mut bytes = [0; REQUEST_BYTES];
    let (words, _) = bytes.as_chunks_mut();
    for (position, word) in (0..).zip(words) {
        *word = (number + 1).wrapping_mul(FACTOR).rotate_left(8 * position).to_le_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_request_belongs_to_one_connection() {
        let plan = Plan { connections: 10, requests: 1009, rate: None };
        let numbers = |connection| (0..plan.share(connection)).map(move |made| plan.number(connection, made));
        let all: HashSet<u64> = (0..10).flat_map(numbers).collect();
        assert_eq!(all, (0..1009).collect());
    }

    #[test]
    fn times_are_fixed_in_advance() {
        let (started, plan) = (Instant::now(), Plan { connections: 1, requests: 9, rate: NonZeroU64::new(2000) });
        assert_eq!(plan.due(started, 3, started), started + Duration::from_micros(1500));
        assert_eq!(plan.due(started, 2_000_000_000_000, started), started + Duration::from_secs(1_000_000_000));
    }

    #[test]
    fn requests_differ() {
        assert_eq!((0..10_000).map(bytes).collect::<HashSet<_>>().len(), 10_000);
    }
}
