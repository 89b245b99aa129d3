//! What was measured: the one record of it, which the report, its exports, comparisons and tables share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::{Anatomy, LedgerRow, Regime};

/// A model at some work. Runs of the same case are its repetitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Concurrency model, or `command`.
    pub model: String,
    /// The work given to it; `null` for a command.
    pub scenario: Option<String>,
    /// Tasks among which the work was divided; `null` for a command.
    pub tasks: Option<u64>,
    /// Stack that each task had in use, bytes; `null` where the scenario has no depth.
    #[serde(default)]
    pub depth_bytes: Option<u64>,
    /// Whether tasks were parked at that depth, or had returned from it; `null` where there is no depth.
    #[serde(default)]
    pub held: Option<bool>,
    /// Bytes that each task touched while it held the token; `null` where it touched none.
    #[serde(default)]
    pub touch_bytes: Option<u64>,
    /// The one CPU it was bound to; `null` when it was not.
    pub pinned: Option<u32>,
}

impl Case {
    /// A command of the user's, which is no model's work.
    #[must_use]
    pub fn command(pinned: Option<u32>) -> Self {
        Self { model: "command".to_owned(), pinned, ..Self::default() }
    }

    /// Names of [`Case::values`], which are those of the fields in the report.
    pub const NAMES: [&'static str; 7] = ["model", "scenario", "tasks", "depth_bytes", "held", "touch_bytes", "pinned"];

    /// Values in the order of the names; empty where the report has `null`.
    #[must_use]
    pub fn values(&self) -> [String; 7] {
        [
            self.model.clone(),
            text(self.scenario.as_deref()),
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
            Some(self.model.clone()),
            self.scenario.clone(),
            self.tasks.map(|tasks| format!("{tasks}-tasks")),
            self.depth_bytes.map(|bytes| format!("depth-{bytes}")),
            self.held.map(|held| if held { "held" } else { "returned" }.to_owned()),
            self.touch_bytes.map(|bytes| format!("touch-{bytes}")),
            self.pinned.map(|cpu| format!("cpu-{cpu}")),
        ];
        plain_word(&parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
    }

    /// Whether tasks only park: how many there can be is then what is measured, not a circumstance.
    #[must_use]
    pub fn only_parks(&self) -> bool {
        matches!(self.scenario.as_deref(), Some("idle" | "deep"))
    }

    /// What models have in common that are compared with each other: all but the model, and the tasks where these only park.
    #[must_use]
    pub fn circumstances(&self) -> Self {
        let tasks = self.tasks.filter(|_| !self.only_parks());
        Self { model: String::new(), tasks, ..self.clone() }
    }
}

/// Items with equal keys together, in the order in which keys first appear.
pub fn group<Item: Copy, Key: PartialEq>(
    items: impl IntoIterator<Item = Item>,
    key: impl Fn(Item) -> Key,
) -> Vec<(Key, Vec<Item>)> {
    let mut groups: Vec<(Key, Vec<Item>)> = Vec::new();
    for item in items {
        let key = key(item);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
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

impl From<&LedgerRow> for Case {
    fn from(row: &LedgerRow) -> Self {
        let (model, scenario) = (row.model.clone(), Some(row.scenario.clone()));
        Self { model, scenario, depth_bytes: row.depth_bytes, held: row.held, ..Self::default() }
    }
}

impl From<&Regime> for Case {
    fn from(regime: &Regime) -> Self {
        Self {
            model: regime.coroutine_model.clone(),
            scenario: Some(regime.scenario.clone()),
            tasks: Some(regime.tasks),
            touch_bytes: Some(regime.touch_bytes),
            pinned: regime.pinned,
            ..Self::default()
        }
    }
}

impl From<&Anatomy> for Case {
    fn from(anatomy: &Anatomy) -> Self {
        let (model, scenario) = (anatomy.model.clone(), Some(anatomy.scenario.clone()));
        Self { model, scenario, tasks: Some(anatomy.tasks), pinned: anatomy.pinned, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_one_harmless_word() {
        let case = Case {
            model: "os-thread".to_owned(),
            scenario: Some("switch".to_owned()),
            tasks: Some(2),
            pinned: Some(1),
            ..Case::default()
        };
        assert_eq!(case.slug(), "os-thread-switch-2-tasks-cpu-1");
        let hostile = Case { model: "../../etc/\n$(x) 任".to_owned(), ..Case::default() };
        assert_eq!(hostile.slug(), "_.._.._etc____x___");
    }

    #[test]
    fn groups_keep_the_order_of_their_first_members() {
        assert_eq!(group([3, 4, 1, 6], |number| number % 2), [(1, vec![3, 1]), (0, vec![4, 6])]);
    }
}
