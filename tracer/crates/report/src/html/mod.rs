//! A report as one page to look at: self-contained, without scripts, for screen, telephone and paper.
//!
//! Nothing is loaded from elsewhere, and the page's own policy forbids it. Text from a report is escaped by `maud`, and what
//! would hide or reorder text is made visible, as on a terminal.

mod cells;
mod chart;
mod context;
mod number;
mod over_tasks;
mod section;
mod selection;
mod table;

use std::time::{Duration, UNIX_EPOCH};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::table::warnings;
use crate::claims::Language;
use chart::marks;
use context::Context;
use section::Section;
use table::shown;
use taskweight_core::report::{Report, Run};

const STYLE: &str = include_str!("style.css");

/// What all sections may weigh: a page is to be sent. Head, answer and footer are small beside it.
const MOST_BYTES: usize = 1_450_000;

/// What a browser may do with the page: show what is in it, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The report as one HTML page, with its verdicts in this language.
#[must_use]
pub fn render(report: &Report, language: Language) -> String {
    let context = Context::new(report);
    let command = report.runs.iter().rfind(|run| run.case.scenario.is_none());
    let sections = command.map_or_else(|| comparison(&context, language), |run| of_command(&context, run));
    let title =
        command.map_or_else(|| "What does a task weigh?".to_owned(), |_| shown(&command_of(&report.command_line)));
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(format!("taskweight {}", shown(&report.taskweight_version)));
                title { (title) " - taskweight" }
                style { (PreEscaped(STYLE)) (PreEscaped(marks::style_sheet())) }
            }
            body lang="en" {
                a.skip href="#content" { "Skip to content" }
                (marks::definitions())
                (header(report, &title, &sections))
                main id="content" {
                    @if command.is_none() { (section::verdicts::answer(report, language)) }
                    (cautions(report))
                    @for Section { id, title, content } in &sections {
                        section id=(id) aria-labelledby=(format!("{id}-title")) {
                            h2 id=(format!("{id}-title")) { (title) }
                            (content)
                        }
                    }
                }
                (footer(report))
            }
        }
    };
    page.into_string()
}

fn comparison(context: &Context<'_>, language: Language) -> Vec<Section> {
    let mut sections = vec![
        section::verdicts::section(context.report, language),
        section::hand_over::section(context),
        section::anatomy::section(context),
    ];
    let mut others = vec![
        section::memory::section(context),
        section::reach::section(context),
        section::echo::section(context),
        section::cpu::section(context),
        section::hog::section(context),
        section::regimes::section(context),
    ];
    others.extend(about(context));
    // Distributions weigh most, and can be left out best: they get the room that all others leave.
    let taken_bytes: usize = sections.iter().chain(&others).map(|section| section.content.0.len()).sum();
    sections.push(section::distributions::section(context, MOST_BYTES.saturating_sub(taken_bytes)));
    sections.append(&mut others);
    sections
}

fn of_command(context: &Context<'_>, run: &Run) -> Vec<Section> {
    let mut sections = section::command::sections(context, run);
    sections.extend(about(context));
    sections
}

/// Where the figures come from.
fn about(context: &Context<'_>) -> [Section; 2] {
    [section::environment::section(context), section::trust::section(context)]
}

fn header(report: &Report, title: &str, sections: &[Section]) -> Markup {
    let environment = &report.environment;
    html! {
        header {
            h1 { (title) }
            p.origin {
                (shown(environment.cpu_model.as_deref().unwrap_or(&environment.architecture))) ", "
                (environment.cpus_online) " CPUs, " (shown(&environment.kernel))
                @if let Some(time) = date(report.started_at_unix_s) { ". Measured at " (time) "." }
            }
            nav aria-label="Sections" {
                ul { @for section in sections { li { a href=(format!("#{}", section.id)) { (section.short_title()) } } } }
            }
        }
    }
}

/// What was measured, without how: the words after `--`.
fn command_of(command_line: &[String]) -> String {
    let mut words = command_line.splitn(2, |word| word == "--");
    let all = words.next().unwrap_or_default();
    words.next().unwrap_or(all).join(" ")
}

/// Such as `2026-11-23T09:36:28Z`; `None` for what is no date.
fn date(unix_s: u64) -> Option<String> {
    const YEAR_10000: u64 = 253_402_300_800;
    let time = UNIX_EPOCH + Duration::from_secs(Some(unix_s).filter(|seconds| *seconds < YEAR_10000)?);
    Some(humantime::format_rfc3339_seconds(time).to_string())
}

/// What a reader should know before quoting a figure.
fn cautions(report: &Report) -> Markup {
    let warnings = warnings(report);
    html! {
        @if report.interrupted || !warnings.is_empty() {
            aside.caution aria-label="Before you quote a number" {
                p { strong { "Before you quote a number" } }
                ul {
                    @if report.interrupted { li { "The measurement was interrupted: the results are valid but incomplete." } }
                    @for warning in &warnings { li { (shown(&warning.to_string())) } }
                }
            }
        }
    }
}

fn footer(report: &Report) -> Markup {
    html! {
        footer {
            p { "Created by taskweight " (shown(&report.taskweight_version)) " with " code { (shown(&report.command_line.join(" "))) } }
            p {
                "Hover over a number to see the fields of the JSON report it comes from. Definitions: docs/metrics.md and \
                 docs/report.md of taskweight."
            }
        }
    }
}
