//! Runs of a report in few letters: repetitions are interleaved, so that those of one model are as far apart as there are
//! models.

/// Fewest indices that are written as a slice: fewer are no longer as they are.
const FEWEST: usize = 3;

/// Indices in the notation of `JSONPath` (RFC 9535): `0:20:4` is from 0 to below 20 in steps of 4, commas stand between selectors.
pub(crate) fn selection(indices: &[usize]) -> String {
    let mut selectors = Vec::new();
    let mut rest = indices;
    while let Some(first) = rest.first() {
        let (length, step) = progression(rest);
        let (slice, after) = rest.split_at(if length < FEWEST { 1 } else { length });
        selectors.push(match slice {
            [] | [_] => first.to_string(),
            [.., last] if step == 1 => format!("{first}:{}", last + 1),
            [.., last] => format!("{first}:{}:{step}", last + step),
        });
        rest = after;
    }
    selectors.join(",")
}

/// How many of the first indices are equally far apart, and how far; indices that do not rise are none.
fn progression(indices: &[usize]) -> (usize, usize) {
    let [first, second, ..] = indices else { return (indices.len(), 0) };
    let Some(step) = second.checked_sub(*first).filter(|step| *step > 0) else { return (1, 0) };
    let equal = indices.windows(2).take_while(|pair| pair[0].checked_add(step) == Some(pair[1])).count();
    (equal + 1, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_a_slice() {
        assert_eq!(selection(&[0, 7, 14]), "0:21:7");
        assert_eq!(selection(&[3, 4, 5, 6]), "3:7");
    }

    #[test]
    fn the_calibration_is_not_one_of_the_row() {
        assert_eq!(selection(&[1, 408, 524, 640, 756]), "1,408:872:116");
        assert_eq!(selection(&[1, 2, 3, 10, 12]), "1:4,10,12");
    }

    #[test]
    fn few_or_unordered_indices_stay_as_they_are() {
        assert_eq!(selection(&[]), "");
        assert_eq!(selection(&[5]), "5");
        assert_eq!(selection(&[5, 9]), "5,9");
        assert_eq!(selection(&[9, 5, 5]), "9,5,5");
    }
}
