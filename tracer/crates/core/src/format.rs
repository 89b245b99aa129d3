//! Figures as text: three significant digits, a unit that keeps them short.

/// What is not there.
pub const ABSENT: &str = "-";

/// Units of memory, by bytes.
const BYTE_UNITS: [(f64, &str); 4] = [(1.0, "B"), (1024.0, "K"), (1048576.0, "M"), (1073741824.0, "G")];
/// Units of time, by nanoseconds.
const TIME_UNITS: [(f64, &str); 4] = [(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")];
/// What nobody waits for: hours.
const LONGEST_NS: u64 = 9_999_000_000_000;
/// Prefixes of large counts.
const COUNT_PREFIXES: [(f64, &str); 4] = [(1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")];

/// `7.90 ns`, `2.31 µs`.
pub fn time(ns: f64) -> String {
    if ns == 0.0 {
        return "0 ns".to_owned();
    }
    let (scale, unit) = largest_below(&TIME_UNITS, ns);
    format!("{} {unit}", significant(ns / scale))
}

/// A whole number of nanoseconds: `999 ns` has no decimals to show.
pub fn duration(ns: u64) -> String {
    if ns < 1_000 { format!("{ns} ns") } else { time(ns as f64) }
}

/// The same in six columns: `1.2 µs`, `12 µs`. Enough for what carries a bucket's error of 1/32.
pub fn duration_short(ns: u64) -> String {
    if ns < 1_000 {
        return format!("{ns} ns");
    }
    if ns > LONGEST_NS {
        return ">9999 s".to_owned();
    }
    let (scale, unit) = largest_below(&TIME_UNITS, ns as f64);
    let value = ns as f64 / scale;
    let decimals = if value < 9.95 { 1 } else { 0 };
    format!("{value:.decimals$} {unit}")
}

/// `2.29-2.35`, in the unit that [`time`] gives to `median_ns`.
pub fn time_range(median_ns: f64, low_ns: f64, high_ns: f64) -> String {
    let (scale, _) = largest_below(&TIME_UNITS, median_ns);
    format!("{}-{}", significant(low_ns / scale), significant(high_ns / scale))
}

/// A mean count, in six columns: `2.00`, `0.0004`, `12.3k`; below half of the last decimal it is `0`, as legends say.
pub fn rate(count: f64) -> String {
    match count {
        count if count < 0.00005 => "0".to_owned(),
        count if count < 0.0095 => format!("{count:.4}"),
        count if count < 9_999.5 => significant(count),
        count => prefixed(count),
    }
}

/// `2.29-2.35`, with the prefix that [`rate`] gives to `median` left out.
pub fn rate_range(median: f64, low: f64, high: f64) -> String {
    let scale = if median < 9_999.5 { 1.0 } else { largest_below(&COUNT_PREFIXES, median).0 };
    format!("{}-{}", significant(low / scale), significant(high / scale))
}

/// A count in six columns: exact up to 9999, then `12.3k`.
pub fn count_short(count: u64) -> String {
    if count < 10_000 { count.to_string() } else { prefixed(count as f64) }
}

/// An exact count: `1,234,567`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An exact count, unless it is one that no machine reaches.
pub fn count_bounded(number: u64) -> String {
    if number < 1_000_000_000 { count(number) } else { count_short(number) }
}

/// An exact count of things: `1 thread`, `2 threads`.
pub fn plural(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A share of a whole: `12.3 %`.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { ABSENT.to_owned() } else { share(part as f64 / whole as f64) }
}

/// The same of a share that is known: `12.3 %`.
pub fn share(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Bytes, in six columns: `612B`, `8.19K`, `1.02M`, where K is 1024 bytes. Less than half a byte is none.
pub fn bytes(bytes: f64) -> String {
    let sign = if bytes <= -0.5 { "-" } else { "" };
    let (scale, unit) = largest_below(&BYTE_UNITS, bytes.abs());
    match unit {
        "B" => format!("{sign}{:.0}{unit}", bytes.abs()),
        _ => format!("{sign}{}{unit}", significant(bytes.abs() / scale)),
    }
}

/// Bytes with their unit in full: `612 B`, `8.19 KiB`, `1.02 MiB`.
pub fn memory(size: f64) -> String {
    let short = bytes(size);
    let (digits, unit) = short.split_at(short.len() - 1);
    format!("{digits} {unit}{}", if unit == "B" { "" } else { "iB" })
}

fn prefixed(count: f64) -> String {
    let (scale, prefix) = largest_below(&COUNT_PREFIXES, count);
    format!("{}{prefix}", significant(count / scale))
}

/// The largest unit in which the value is not below 1 once it is rounded to three digits.
fn largest_below<'a>(units: &[(f64, &'a str)], value: f64) -> (f64, &'a str) {
    let fitting = units.iter().rev().find(|(scale, _)| value >= scale * 0.9995);
    fitting.or(units.first()).copied().unwrap_or((1.0, ""))
}

/// Three significant digits; below 1, three decimals. The bounds are where rounding adds a digit.
pub fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        value if value < 0.9995 => 3,
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_its_unit_in_full() {
        assert_eq!([0.0, 612.0, 8_192.0, -2_048.0].map(memory), ["0 B", "612 B", "8.00 KiB", "-2.00 KiB"]);
    }

    #[test]
    fn times_keep_three_digits_across_units() {
        let expected = [
            (0.0, "0 ns"),
            (0.25, "0.250 ns"),
            (7.9, "7.90 ns"),
            (99.96, "100 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (2_314.0, "2.31 µs"),
            (999_600.0, "1.00 ms"),
            (1.5e9, "1.50 s"),
            (4.4e12, "4400 s"),
        ];
        for (ns, text) in expected {
            assert_eq!(time(ns), text);
        }
        assert_eq!([duration(0), duration(7), duration(999), duration(1_000)], ["0 ns", "7 ns", "999 ns", "1.00 µs"]);
        assert_eq!(time_range(2_314.0, 999.0, 12_345.0), "0.999-12.3");
    }

    #[test]
    fn bytes_fit_six_columns_in_units_of_1024() {
        let expected =
            [(0.4, "0B"), (612.3, "612B"), (-3.0, "-3B"), (1023.9, "1.00K"), (8_388.6, "8.19K"), (2e9, "1.86G")];
        for (value, text) in expected {
            assert_eq!(bytes(value), text);
        }
    }

    #[test]
    fn short_times_fit_six_columns() {
        for ns in (0..43).flat_map(|bits| [(1u64 << bits) - 1, 1 << bits, (1 << bits) / 3 * 4]) {
            assert!(duration_short(ns).chars().count() <= 6 || ns > 999_000_000_000, "{}", duration_short(ns));
        }
        assert_eq!(duration_short(1_234), "1.2 µs");
        assert_eq!(duration_short(u64::MAX), ">9999 s");
        assert_eq!(duration_short(9_960), "10 µs");
        assert_eq!(duration_short(999_600), "1.0 ms");
    }

    #[test]
    fn rates_fit_six_columns() {
        let expected = [
            (0.0, "0"),
            (1e-9, "0"),
            (0.0004, "0.0004"),
            (0.0123, "0.012"),
            (0.5, "0.500"),
            (2.0, "2.00"),
            (9_999.0, "9999"),
            (12_345.0, "12.3k"),
            (999_960.0, "1.00M"),
        ];
        for (value, text) in expected {
            assert_eq!(rate(value), text);
        }
        assert_eq!(rate_range(12_345.0, 9_876.0, 123_456.0), "9.88-123");
        assert_eq!(rate_range(9_000.0, 8_000.0, 12_000.0), "8000-12000");
    }

    #[test]
    fn counts() {
        assert_eq!([count(0), count(999), count(1_000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([count_short(9_999), count_short(10_000), count_short(u64::MAX)], ["9999", "10.0k", "18446744T"]);
        assert_eq!([count_bounded(100_000), count_bounded(u64::MAX)], ["100,000", "18446744T"]);
        assert_eq!([plural(1, "run"), plural(1_000, "run")], ["1 run", "1,000 runs"]);
        assert_eq!([percent(1, 8), percent(1, 0)], ["12.5 %", "-"]);
    }
}
