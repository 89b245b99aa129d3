//! What figures belong to: the columns and labels that tell them apart.

use crate::report::{Anatomy, LedgerRow, Regime, Run};

/// A model at some work. Runs of the same case are its repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Case<'a> {
    /// Concurrency model, or `command`.
    pub model: &'a str,
    /// The work given to it.
    pub scenario: Option<&'a str>,
    /// Tasks among which the work was divided.
    pub tasks: Option<u64>,
    /// Stack that each task had in use, bytes.
    pub depth_bytes: Option<u64>,
    /// Whether tasks were parked at that depth.
    pub held: Option<bool>,
    /// Bytes that each task touched.
    pub touch_bytes: Option<u64>,
    /// The one CPU it was bound to.
    pub pinned: Option<u32>,
}

impl Case<'_> {
    /// Names of [`Case::values`], which are those of the fields in the report.
    pub const NAMES: [&'static str; 7] = ["model", "scenario", "tasks", "depth_bytes", "held", "touch_bytes", "pinned"];

    /// Values in the order of the names; empty where the report has `null`.
    #[must_use]
    pub fn values(&self) -> [String; 7] {
        [
            self.model.to_owned(),
            text(self.scenario),
            text(self.tasks),
            text(self.depth_bytes),
            text(self.held),
            text(self.touch_bytes),
            text(self.pinned),
        ]
    }

    /// One word in which nothing can act on a shell, a path or a log: `os-thread-switch-2-tasks-cpu-1`.
    #[must_use]
    pub fn slug(&self) -> String {
        let parts = [
            Some(self.model.to_owned()),
            self.scenario.map(str::to_owned),
            self.tasks.map(|tasks| format!("{tasks}-tasks")),
            self.depth_bytes.map(|bytes| format!("depth-{bytes}")),
            self.held.map(|held| if held { "held" } else { "returned" }.to_owned()),
            self.touch_bytes.map(|bytes| format!("touch-{bytes}")),
            self.pinned.map(|cpu| format!("cpu-{cpu}")),
        ];
        plain_word(&parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
    }
}

/// The text with everything but ASCII letters, digits, `-`, `_` and `.` replaced by `_`; it does not begin with a dot.
#[must_use]
pub fn plain_word(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let plain: String = text.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    if plain.starts_with('.') { format!("_{plain}") } else { plain }
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

impl<'a> From<&'a Run> for Case<'a> {
    fn from(run: &'a Run) -> Self {
        Self {
            model: &run.model,
            scenario: run.scenario.as_deref(),
            tasks: run.tasks,
            depth_bytes: run.depth_bytes,
            held: run.held,
            touch_bytes: run.touch_bytes,
            pinned: run.pinned,
        }
    }
}

impl<'a> From<&'a LedgerRow> for Case<'a> {
    fn from(row: &'a LedgerRow) -> Self {
        let (depth_bytes, held) = (row.depth_bytes, row.held);
        Self { model: &row.model, scenario: Some(&row.scenario), depth_bytes, held, ..Self::default() }
    }
}

impl<'a> From<&'a Regime> for Case<'a> {
    fn from(regime: &'a Regime) -> Self {
        Self {
            model: &regime.coroutine_model,
            scenario: Some(&regime.scenario),
            tasks: Some(regime.tasks),
            touch_bytes: Some(regime.touch_bytes),
            pinned: regime.pinned,
            ..Self::default()
        }
    }
}

impl<'a> From<&'a Anatomy> for Case<'a> {
    fn from(anatomy: &'a Anatomy) -> Self {
        let (tasks, pinned) = (Some(anatomy.tasks), anatomy.pinned);
        Self { model: &anatomy.model, scenario: Some(&anatomy.scenario), tasks, pinned, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_one_harmless_word() {
        let case =
            Case { model: "os-thread", scenario: Some("switch"), tasks: Some(2), pinned: Some(1), ..Case::default() };
        assert_eq!(case.slug(), "os-thread-switch-2-tasks-cpu-1");
        let hostile = Case { model: "../../etc/\n$(x) 任", ..Case::default() };
        assert_eq!(hostile.slug(), "_.._.._etc____x___");
    }
}
