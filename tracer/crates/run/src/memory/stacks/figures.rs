//! Stacks as columns of the ledger: whose word is taken, and what is not in it.

use super::super::sample::Figure;
use super::{StatedStacks, ThreadStacks};
use crate::protocol::{RuntimeStacks, StackSeries};
use taskweight_core::report::StackSummary;

/// What a workload says of its tasks' stacks. By default nothing: its tasks are threads of the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Where they lie.
    pub stacks: Vec<StackSeries>,
    /// What its runtime says they take.
    pub runtime: Option<RuntimeStacks>,
}

/// Stacks of a run.
#[derive(Clone, Debug)]
pub(in super::super) struct StackFigures {
    pub(in super::super) reserved: Figure,
    pub(in super::super) resident: Figure,
    pub(in super::super) summary: StackSummary,
}

/// What a workload states is taken before what its runtime says, and that before the stacks of its threads.
pub(in super::super) fn figures(
    threads: &Result<ThreadStacks, String>,
    stated: &Stated,
    read_stated: impl FnOnce(&[StackSeries]) -> Result<StatedStacks, String>,
) -> StackFigures {
    if !stated.stacks.is_empty() {
        return match read_stated(&stated.stacks) {
            Ok(stacks) => of_stated(&stacks),
            Err(reason) => of_nothing(reason),
        };
    }
    let found = match threads {
        Ok(threads) => of_threads(threads),
        Err(reason) => of_nothing(reason.clone()),
    };
    match &stated.runtime {
        Some(runtime) => of_runtime(runtime, found.summary),
        None => found,
    }
}

fn of_nothing(reason: String) -> StackFigures {
    let summary = StackSummary { reason: Some(reason.clone()), ..StackSummary::default() };
    StackFigures { reserved: Err(reason.clone()), resident: Err(reason), summary }
}

fn of_stated(stacks: &StatedStacks) -> StackFigures {
    let source = format!("the {} stacks that the workload reports", stacks.count);
    StackFigures {
        reserved: Ok((stacks.reserved_bytes, source.clone())),
        resident: Ok((stacks.resident_bytes, format!("{source}: resident pages by /proc/PID/pagemap"))),
        summary: StackSummary {
            threads: stacks.count,
            found: stacks.count,
            merged: 0,
            reserved_bytes: Some(stacks.reserved_bytes),
            resident_bytes: Some(stacks.resident_bytes),
            deepest_bytes: Some(stacks.deepest_bytes),
            reason: Some(String::from("stacks reported by the workload, not of threads")),
        },
    }
}

/// The summary stays that of the threads.
fn of_runtime(runtime: &RuntimeStacks, summary: StackSummary) -> StackFigures {
    // What a runtime sets aside for its stacks, it need not have touched.
    let stated = Ok((runtime.bytes, format!("as reported by the runtime: {}", runtime.source)));
    StackFigures { reserved: stated.clone(), resident: stated, summary }
}

fn of_threads(stacks: &ThreadStacks) -> StackFigures {
    let summary = summary(stacks);
    let column = |bytes: Option<u64>, what: &str| {
        let reason = || summary.reason.clone().unwrap_or_else(|| String::from("no stack was found"));
        // A part of the stacks would look like all of them.
        let bytes = bytes.filter(|_| stacks.merged + stacks.elsewhere == 0).ok_or_else(reason)?;
        let rest = summary.reason.as_ref().map_or(String::new(), |reason| format!("; {reason}"));
        Ok((bytes, format!("{what}, {} of {} threads{rest}", summary.found, summary.threads)))
    };
    StackFigures {
        reserved: column(summary.reserved_bytes, "mappings that hold the stack pointer of a thread"),
        resident: column(summary.resident_bytes, "their resident pages by /proc/PID/pagemap"),
        summary: summary.clone(),
    }
}

/// The stacks of threads in sum.
pub(in super::super) fn summary(stacks: &ThreadStacks) -> StackSummary {
    let has_any = !stacks.found.is_empty();
    StackSummary {
        threads: stacks.threads(),
        found: stacks.found.len() as u64,
        merged: stacks.merged,
        reserved_bytes: has_any.then(|| stacks.found.iter().map(|stack| stack.reserved_bytes).sum()),
        resident_bytes: has_any.then(|| stacks.found.iter().map(|stack| stack.resident_bytes).sum()),
        deepest_bytes: stacks.found.iter().map(|stack| stack.high_water_bytes).max(),
        reason: what_is_missing(stacks),
    }
}

fn what_is_missing(stacks: &ThreadStacks) -> Option<String> {
    let parts = [
        (stacks.merged, "share a mapping with others, without visible guard pages between them"),
        (stacks.elsewhere, "have no thread stack at their stack pointer, but for example heap"),
        (stacks.not_at_rest, "ran or exited while being sampled"),
    ];
    let missing: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    (!missing.is_empty()).then(|| format!("not included: threads of which {}", missing.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::ThreadStack;
    use super::*;

    fn stacks(found: u64) -> ThreadStacks {
        let stack = |index: u64| ThreadStack {
            tid: index as u32,
            reserved_bytes: 8 << 20,
            resident_bytes: 8_192,
            in_use_bytes: 1_000,
            high_water_bytes: 8_192 + index * 4_096,
        };
        ThreadStacks { found: (0..found).map(stack).collect(), ..ThreadStacks::default() }
    }

    fn never(_: &[StackSeries]) -> Result<StatedStacks, String> {
        panic!("nothing was stated")
    }

    #[test]
    fn threads_of_the_kernel() {
        let figures = figures(&Ok(stacks(3)), &Stated::default(), never);
        assert_eq!(figures.reserved.as_ref().unwrap().0, 24 << 20);
        let (resident, source) = figures.resident.unwrap();
        assert!(resident == 3 * 8_192 && source.ends_with("pagemap, 3 of 3 threads"), "{source}");
        assert_eq!((figures.summary.deepest_bytes, figures.summary.reason), (Some(16_384), None));
    }

    #[test]
    fn a_thread_that_runs_is_named_and_a_merged_one_voids_the_column() {
        let running = ThreadStacks { not_at_rest: 1, ..stacks(3) };
        let source = figures(&Ok(running), &Stated::default(), never).resident.unwrap().1;
        assert!(source.contains("3 of 4 threads; not included: threads of which 1 ran"), "{source}");
        for voiding in [ThreadStacks { merged: 2, ..stacks(1) }, ThreadStacks { elsewhere: 1, ..stacks(1) }] {
            let figures = figures(&Ok(voiding), &Stated::default(), never);
            assert!(figures.reserved.is_err() && figures.resident.unwrap_err().contains("not included"));
            assert_eq!(figures.summary.resident_bytes, Some(8_192));
        }
        let none = figures(&Ok(stacks(0)), &Stated::default(), never);
        assert_eq!((none.resident, none.summary.deepest_bytes), (Err(String::from("no stack was found")), None));
    }

    #[test]
    fn what_is_stated_comes_first_then_the_runtime() {
        let read = |stated: &[StackSeries]| {
            Ok(StatedStacks { count: stated[0].count, reserved_bytes: 7, resident_bytes: 5, deepest_bytes: 3 })
        };
        let runtime = Some(RuntimeStacks { bytes: 77, source: String::from("/memory/classes/heap/stacks") });
        let series = vec![StackSeries { base: 1 << 20, length: 4_096, stride: 4_096, count: 1_000 }];
        let stated = Stated { stacks: series.clone(), runtime: runtime.clone() };
        let of_both = figures(&Ok(stacks(2)), &stated, read);
        assert_eq!(of_both.resident.unwrap().0, 5);
        assert_eq!((of_both.summary.found, of_both.summary.deepest_bytes), (1_000, Some(3)));
        let of_runtime = figures(&Ok(stacks(2)), &Stated { stacks: Vec::new(), runtime }, never);
        assert!(of_runtime.resident.unwrap().1.contains("/memory/classes/heap/stacks"));
        assert_eq!(of_runtime.reserved.unwrap().0, 77);
        assert_eq!(of_runtime.summary.found, 2);
        let refused =
            figures(&Ok(stacks(2)), &Stated { stacks: series, runtime: None }, |_| Err(String::from("overlap")));
        assert_eq!(
            (refused.resident, refused.summary.reason),
            (Err(String::from("overlap")), Some(String::from("overlap")))
        );
    }
}
