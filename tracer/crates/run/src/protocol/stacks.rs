//! What a program says of the stacks of its tasks: where they lie, or how much its runtime says that they take.

use serde::Deserialize;
use serde_json::Value;

use super::error::Excerpt;
use super::event::shortened;
use taskweight_core::protocol::{RuntimeStacks, StackSeries};

/// The most stacks that a program may name.
pub const MOST_STACKS: u64 = 10_000_000;

/// The highest address, as every number of the protocol is below 2^63.
const HIGHEST: i128 = i64::MAX as i128;

/// An entry of the list: `[base, length]` or `[base, length, stride, count]`.
fn entry(entry: &Value) -> Result<StackSeries, String> {
    let shown = Excerpt::of(entry.to_string().as_bytes());
    let wrong = || format!("{shown} is neither [base, length] nor [base, length, stride, count] in whole numbers");
    let numbers: Vec<i64> = Deserialize::deserialize(entry).map_err(|_| wrong())?;
    let (base, length, stride, count) = match numbers[..] {
        [base, length] => (base, length, 0, 1),
        [base, length, stride, count] => (base, length, stride, count),
        _ => return Err(wrong()),
    };
    let [base, length, count] = [base, length, count].map(u64::try_from);
    let (Ok(base), Ok(length), Ok(count)) = (base, length, count) else { return Err(wrong()) };
    checked(StackSeries { base, length, stride, count }).map_err(|reason| format!("{shown} {reason}"))
}

/// That it is what it says: stacks beside each other, within the addresses that there are.
fn checked(series: StackSeries) -> Result<StackSeries, &'static str> {
    let StackSeries { base, length, stride, count } = series;
    if length == 0 || count == 0 {
        return Err("is empty: length and count must be at least 1");
    }
    if count > 1 && stride.unsigned_abs() < length {
        return Err("overlaps itself: the stride must be at least the length");
    }
    let [base, length, last] = [base, length, count - 1].map(i128::from);
    let farthest = base + last * i128::from(stride);
    let is_inside = |base: i128| base >= 0 && base + length <= HIGHEST;
    if is_inside(base) && is_inside(farthest) { Ok(series) } else { Err("leaves the address space") }
}

/// The field `stacks`; none where it is absent.
pub(super) fn series(field: Option<&Value>) -> Result<Vec<StackSeries>, String> {
    let Some(field) = field else { return Ok(Vec::new()) };
    let entries = field.as_array().ok_or("it is not a list")?;
    let series = entries.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let stacks = series.iter().try_fold(0_u64, |sum, series| sum.checked_add(series.count));
    stacks.filter(|stacks| *stacks <= MOST_STACKS).ok_or_else(|| format!("it has more than {MOST_STACKS} stacks"))?;
    Ok(series)
}

/// The field `runtime_stacks`, if there is one.
pub(super) fn runtime(field: Option<&Value>) -> Result<Option<RuntimeStacks>, String> {
    let Some(field) = field else { return Ok(None) };
    let bytes = field.get("bytes").and_then(Value::as_i64).and_then(|bytes| u64::try_from(bytes).ok());
    let source = field.get("source").and_then(Value::as_str).filter(|source| !source.is_empty());
    match (bytes, source) {
        (Some(bytes), Some(source)) => Ok(Some(RuntimeStacks { bytes, source: shortened(source) })),
        (None, _) => Err("\"bytes\" is not a whole number".to_owned()),
        (_, None) => Err("\"source\" must say where the number is from".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn refused(field: &Value) -> String {
        series(Some(field)).unwrap_err()
    }

    #[test]
    fn a_stack_or_a_series_of_them() {
        let read = series(Some(&json!([[4096, 8192], [1_000_000, 100, -200, 3]]))).unwrap();
        let single = StackSeries { base: 4096, length: 8192, stride: 0, count: 1 };
        assert_eq!(read, [single, StackSeries { base: 1_000_000, length: 100, stride: -200, count: 3 }]);
        assert_eq!(read[0].bases().collect::<Vec<_>>(), [4096]);
        assert_eq!(read[1].bases().collect::<Vec<_>>(), [1_000_000, 999_800, 999_600]);
        assert_eq!(series(None).unwrap(), []);
        assert_eq!(series(Some(&json!([]))).unwrap(), []);
    }

    #[test]
    fn other_shapes_are_refused() {
        let bad = [
            json!([[4096]]),
            json!([[4096, 1, 1]]),
            json!([[4096, 1, 1, 1, 1]]),
            json!([4096, 1]),
            json!([["4096", 1]]),
            json!([[4096.5, 1]]),
            json!([[-4096, 1]]),
            json!([[4096, -1]]),
            json!([[4096, 1, 1, -1]]),
            json!([[1_u64 << 63, 1]]),
            json!([{"base": 4096, "length": 1}]),
            json!([null]),
        ];
        for entry in bad {
            let reason = refused(&entry);
            assert!(reason.contains("is neither [base, length] nor [base, length, stride, count]"), "{reason}");
        }
        assert_eq!(refused(&json!({"base": 4096})), "it is not a list");
        assert_eq!(refused(&json!(null)), "it is not a list");
    }

    #[test]
    fn stacks_are_within_the_address_space_and_beside_each_other() {
        let most = i64::MAX;
        for inside in [[most - 1, 1, 0, 1], [200, 100, -100, 3], [0, 1, 1, 10]] {
            assert!(series(Some(&json!([inside]))).is_ok(), "{inside:?}");
        }
        for outside in [[most, 1, 0, 1], [1, most, 0, 1], [199, 100, -100, 3], [100, 1, most, 2], [9, 9, i64::MIN, 9]] {
            assert!(refused(&json!([outside])).ends_with("leaves the address space"), "{outside:?}");
        }
        assert!(refused(&json!([[4096, 100, 99, 2]])).contains("overlaps itself"));
        assert!(refused(&json!([[4096, 100, 0, 2]])).contains("overlaps itself"));
        assert!(refused(&json!([[4096, 0]])).contains("is empty"));
        assert!(refused(&json!([[4096, 100, 100, 0]])).contains("is empty"));
    }

    #[test]
    fn there_are_at_most_ten_million() {
        assert!(series(Some(&json!([[0, 1, 1, 9_999_999], [0, 1]]))).is_ok());
        assert!(refused(&json!([[0, 1, 1, 9_999_999], [0, 1], [0, 1]])).contains("more than 10000000"));
        assert!(refused(&json!([[0, 1, 1, 1_u64 << 62], [0, 1, 1, 1_u64 << 62]])).contains("more than 10000000"));
    }

    #[test]
    fn a_runtime_names_its_figure() {
        let read = runtime(Some(&json!({"bytes": 8192, "source": "StackInuse"}))).unwrap();
        assert_eq!(read, Some(RuntimeStacks { bytes: 8192, source: "StackInuse".to_owned() }));
        assert_eq!(runtime(None).unwrap(), None);
        for bad in [json!({"source": "x"}), json!({"bytes": -1, "source": "x"}), json!({"bytes": 1.5, "source": "x"})] {
            assert!(runtime(Some(&bad)).unwrap_err().contains("\"bytes\""), "{bad}");
        }
        for bad in [json!({"bytes": 1}), json!({"bytes": 1, "source": ""}), json!({"bytes": 1, "source": 2})] {
            assert!(runtime(Some(&bad)).unwrap_err().contains("\"source\""), "{bad}");
        }
        assert!(runtime(Some(&json!(8192))).is_err());
    }

    proptest! {
        #[test]
        fn what_is_accepted_does_not_overflow(base: i64, length: i64, stride: i64, count in 0..1000_i64) {
            if let Ok(series) = series(Some(&json!([[base, length, stride, count]]))) {
                let (length, highest) = (series[0].length, i64::MAX.cast_unsigned());
                for (index, base) in series[0].bases().enumerate() {
                    let exact = i128::from(series[0].base) + index as i128 * i128::from(stride);
                    prop_assert_eq!(i128::from(base), exact);
                    prop_assert!(base.checked_add(length).is_some_and(|end| end <= highest));
                }
            }
        }
    }
}
