//! Every figure of a run by its path in the JSON report, such as `kernel.switches.voluntary`.

use std::collections::BTreeMap;

use serde_json::Value;

use taskweight_core::report::{LedgerRow, Run};

/// What follows a path to divide it by the run's operations.
pub const BY_OPERATION: &str = "/operations";

/// Before the name of a system call.
pub const CALLS_BY_NAME: &str = "kernel.syscalls.by_name.";

/// Figures by path. What is `null` in the report is not here, and neither are lists.
pub type Figures = BTreeMap<String, f64>;

/// All figures of a run.
#[must_use]
pub fn of_run(run: &Run) -> Figures {
    // A report that was read or made can be written: its maps have text as keys.
    flatten(&serde_json::to_value(run).unwrap_or_default())
}

/// All figures of a row of the ledger.
#[must_use]
pub fn of_ledger(row: &LedgerRow) -> Figures {
    flatten(&serde_json::to_value(row).unwrap_or_default())
}

/// A figure by its path, or by its path and [`BY_OPERATION`].
#[must_use]
pub fn get(figures: &Figures, path: &str) -> Option<f64> {
    let Some(total) = path.strip_suffix(BY_OPERATION) else {
        return path.split(" + ").map(|field| total(figures, field)).sum();
    };
    let operations = *figures.get("operations")?;
    (operations > 0.0).then_some(get(figures, total)? / operations)
}

/// A system call that is not listed was not made, where calls were counted at all.
fn total(figures: &Figures, path: &str) -> Option<f64> {
    let is_by_name = path.starts_with(CALLS_BY_NAME);
    figures.get(path).copied().or_else(|| (is_by_name && figures.contains_key("kernel.syscalls.count")).then_some(0.0))
}

fn flatten(value: &Value) -> Figures {
    let mut figures = Figures::new();
    walk(value, "", &mut figures);
    figures
}

fn walk(value: &Value, path: &str, figures: &mut Figures) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(field, &path, figures);
            }
        }
        Value::Number(number) => figures.extend(number.as_f64().map(|figure| (path.to_owned(), figure))),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::report::{Kernel, PerOperation, Switches};

    fn run() -> Run {
        let switches = Switches { voluntary: 30, ..Switches::default() };
        Run {
            operations: Some(10),
            kernel: Kernel { switches, ..Kernel::default() },
            per_operation: Some(PerOperation { kernel_switches: 3.0, ..PerOperation::default() }),
            ..Run::default()
        }
    }

    #[test]
    fn paths_are_those_of_the_report() {
        let figures = of_run(&run());
        assert_eq!(get(&figures, "kernel.switches.voluntary"), Some(30.0));
        assert_eq!(get(&figures, "per_operation.kernel_switches"), Some(3.0));
        assert_eq!(get(&figures, "kernel.switches"), None);
    }

    #[test]
    fn what_is_null_is_absent_and_not_zero() {
        let figures = of_run(&run());
        assert_eq!(get(&figures, "per_operation.page_faults"), None);
        assert_eq!(get(&figures, "elapsed_ns.twin"), None);
    }

    #[test]
    fn a_call_that_is_not_listed_was_not_made() {
        let mut figures = of_run(&run());
        assert_eq!(get(&figures, "kernel.syscalls.by_name.futex.count/operations"), Some(0.0));
        figures.remove("kernel.syscalls.count");
        assert_eq!(get(&figures, "kernel.syscalls.by_name.futex.count"), None);
    }

    #[test]
    fn totals_are_divided_on_demand() {
        let mut run = run();
        assert_eq!(get(&of_run(&run), "kernel.switches.voluntary/operations"), Some(3.0));
        run.operations = None;
        assert_eq!(get(&of_run(&run), "kernel.switches.voluntary/operations"), None);
        run.operations = Some(0);
        assert_eq!(get(&of_run(&run), "kernel.switches.voluntary/operations"), None);
    }
}
