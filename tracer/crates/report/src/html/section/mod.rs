//! One section a file, in the order of the page.

pub(super) mod anatomy;
pub(super) mod command;
pub(super) mod cpu;
pub(super) mod distributions;
pub(super) mod echo;
pub(super) mod environment;
pub(super) mod hand_over;
pub(super) mod hog;
pub(super) mod memory;
pub(super) mod reach;
pub(super) mod regimes;
mod transitions;
pub(super) mod trust;
pub(super) mod verdicts;

use maud::{Markup, html};

/// A section of the page: its name in links, its title, and its content.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) content: Markup,
}

impl Section {
    /// What it is called where there is room for a word only.
    pub(super) fn short_title(&self) -> &'static str {
        match self.id {
            "verdicts" => "Verdicts",
            "hand-over" => "Switch",
            "anatomy" => "Breakdown",
            "distributions" => "Distributions",
            "memory" => "Memory",
            "reach" => "Limits",
            "echo" => "Server",
            "cpu" => "Computation",
            "hog" => "Preemption",
            "regimes" => "Regimes",
            "environment" => "Machine",
            "trust" => "Data quality",
            _ => self.title,
        }
    }

    /// One whose data is not in the report, with the command that measures it.
    pub(super) fn absent(id: &'static str, title: &'static str, command: &str) -> Self {
        let content = html! {
            p.absent { "Not in this report. To measure it: " code { (command) } }
        };
        Self { id, title, content }
    }
}
