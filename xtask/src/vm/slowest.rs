//! Which tests took longest, from the times at which they ended: libtest does not say it.

use std::time::Duration;

use super::console::Console;

/// The times of all tests that ended, the longest first. They run one after the other, in their order.
pub fn times(console: &Console, in_order: &[String]) -> Vec<(String, Duration)> {
    let mut ends: Vec<_> = console.ended.values().map(|ended| ended.at).collect();
    ends.sort_unstable();
    let begins = std::iter::once(console.booted_at).chain(ends);
    let time = |(test, begin): (&String, Duration)| {
        let ended = console.ended.get(test)?;
        Some((test.clone(), ended.at.saturating_sub(begin)))
    };
    let mut times: Vec<_> = in_order.iter().zip(begins).filter_map(time).collect();
    times.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_begins_when_the_one_before_it_ends() {
        let mut console = Console::default();
        let mut line = |line: &str, second| console.feed(format!("{line}\n").as_bytes(), Duration::from_secs(second));
        line("taskweight-tests: kernel 6.1", 10);
        line("test a ... ok", 11);
        line("test b ... ok", 15);
        line("test c ... ok", 20);
        let names = ["a", "b", "c", "d"].map(str::to_owned);
        let seconds: Vec<_> = times(&console, &names).into_iter().map(|(name, time)| (name, time.as_secs())).collect();
        let expected = [("c", 5), ("b", 4), ("a", 1)].map(|(name, time)| (name.to_owned(), time));
        assert_eq!(seconds, expected);
    }
}
