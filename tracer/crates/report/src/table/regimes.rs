//! Threads against coroutines: a table of ratios for each coroutine model, and why some of them are small.

use crate::regimes::cells::SMALL_RATIO;
use taskweight_core::report::{Ratio, Regime, Report, Side};

use super::text::{Footnotes, Page, Style};
use taskweight_core::format::{ABSENT, count, rate, time};

/// Room for `unpinned switch-io`, and for the longest name of a model.
const LABEL_COLUMNS: usize = 18;
/// More room makes a row hard to follow.
const WIDEST_CELL: usize = 9;
/// Columns of each count below the ratios.
const COUNT_COLUMNS: usize = 11;

const LEGEND: &str = "Ratio: time per task switch of the threads over that of the coroutines, untraced; median of the ratios within each \
     repetition, with its 95 % bootstrap confidence interval. +: coroutines at least twice as fast. !: coroutines slower. touched: \
     each task reads and writes one word in every 64 bytes of this much memory while it holds the token (K = 1024). Counts are \
     per task switch, medians of the traced runs; 0: none, or below 0.00005. from idle: wakeups from idle, context switches to a \
     thread of the run on an idle CPU. The explanations rest on these counts and on the times without touched memory. -v shows the \
     counts of all cells.";

/// `verbose`: with the counts of all cells.
pub(super) fn render(report: &Report, verbose: bool, page: &mut Page) {
    let mut models: Vec<Vec<&Regime>> = Vec::new();
    for regime in &report.regimes {
        match models.iter_mut().find(|regimes| regimes[0].coroutine_model == regime.coroutine_model) {
            Some(regimes) => regimes.push(regime),
            None => models.push(vec![regime]),
        }
    }
    for regimes in &models {
        page.heading(&format!("{} / {}", regimes[0].thread_model, regimes[0].coroutine_model));
        heat(regimes, page);
        page.blank();
        explain(regimes, verbose, page);
    }
    if !models.is_empty() {
        page.paragraph(LEGEND);
        page.blank();
    }
}

/// The values of a key, in the order in which they first appear.
fn distinct<Key: PartialEq>(regimes: &[&Regime], key: impl Fn(&Regime) -> Key) -> Vec<Key> {
    let mut keys = Vec::new();
    for key in regimes.iter().map(|regime| key(regime)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn place(regime: &Regime) -> String {
    format!("{} {}", if regime.pinned.is_some() { "pinned" } else { "unpinned" }, regime.scenario)
}

fn heat(regimes: &[&Regime], page: &mut Page) {
    let columns = distinct(regimes, |regime| (regime.tasks, regime.touch_bytes));
    let width = ((page.width() - LABEL_COLUMNS) / columns.len().max(1)).min(WIDEST_CELL);
    // The mark after a number has a column of its own.
    let head = |name: &str, text: &dyn Fn(&(u64, u64)) -> String| {
        let cells: String = columns.iter().map(|column| format!("{:>1$} ", text(column), width - 1)).collect();
        format!("{name:LABEL_COLUMNS$}{}", cells.trim_end())
    };
    page.line(&head("tasks", &|(tasks, _)| tasks.to_string()), Style::Heading);
    page.line(&head("touched", &|(_, bytes)| touched(*bytes)), Style::Heading);
    let mut footnotes = Footnotes::default();
    for row in distinct(regimes, place) {
        let mut line = format!("{row:LABEL_COLUMNS$}");
        let of_row: Vec<&Regime> = regimes.iter().copied().filter(|regime| place(regime) == row).collect();
        let is_alike = of_row.windows(2).all(|pair| pair[0].reason == pair[1].reason);
        for column in &columns {
            let regime = of_row.iter().find(|regime| (regime.tasks, regime.touch_bytes) == *column);
            let name = regime.filter(|_| !is_alike).map_or_else(|| row.clone(), |regime| title(regime));
            line.push_str(&cell(regime.copied(), &name, width, page, &mut footnotes));
        }
        page.line(line.trim_end(), Style::Plain);
    }
    page.footnotes(&footnotes);
}

/// A ratio with its mark and its colour; without one, a note of the reason under this name.
fn cell(regime: Option<&Regime>, name: &str, width: usize, page: &Page, footnotes: &mut Footnotes) -> String {
    let Some(ratio) = regime.and_then(|regime| regime.ratio) else {
        let reason = regime.and_then(|regime| regime.reason.as_deref()).unwrap_or("not measured");
        return format!("{:>1$} ", footnotes.absent(name, reason), width - 1);
    };
    let (mark, style) = match ratio.median {
        median if median >= SMALL_RATIO => ('+', Style::Advantage),
        median if median < 1.0 => ('!', Style::Failure),
        _ => (' ', Style::Plain),
    };
    page.painted(&format!("{:>1$}{mark}", number(ratio.median), width - 1), style)
}

/// Each small ratio with the counts of both sides and its cause; all others with their counts, where they are wanted.
fn explain(regimes: &[&Regime], verbose: bool, page: &mut Page) {
    let measured = regimes.iter().copied().filter(|regime| regime.ratio.is_some());
    let (small, large): (Vec<&Regime>, Vec<&Regime>) = measured.partition(|regime| regime.cause.is_some());
    counts("Coroutines less than twice as fast", &small, page);
    if verbose {
        counts("Coroutines at least twice as fast", &large, page);
    }
}

/// The counts of both sides of each cell, and the cause where there is one.
fn counts(heading: &str, regimes: &[&Regime], page: &mut Page) {
    if regimes.is_empty() {
        return;
    }
    page.heading(heading);
    let columns = ["", "time", "switches", "syscalls", "migrations", "from idle"];
    page.line(row(columns).trim_end(), Style::Heading);
    for regime in regimes {
        let ratio = regime.ratio.as_ref().map_or(String::new(), interval);
        page.paragraph(&format!("{}: {ratio}", title(regime)));
        for (model, side) in [(&regime.thread_model, regime.thread), (&regime.coroutine_model, regime.coroutine)] {
            let figures = side.map_or_else(|| [(); 5].map(|()| ABSENT.to_owned()), |side| figures(&side));
            let [time, switches, syscalls, migrations, idle] = figures.each_ref().map(String::as_str);
            let name = taskweight_core::escape::escape(model);
            page.line(&row([&name, time, switches, syscalls, migrations, idle]), Style::Plain);
        }
        if let Some(cause) = &regime.cause {
            page.item(cause, Style::Plain);
        }
    }
    page.blank();
}

fn row([name, figures @ ..]: [&str; 6]) -> String {
    let figures: String = figures.iter().map(|figure| format!("{figure:>COUNT_COLUMNS$}")).collect();
    format!("  {name:LABEL_COLUMNS$}{figures}")
}

fn title(regime: &Regime) -> String {
    let touched = (regime.touch_bytes > 0).then(|| format!(", {} touched", touched(regime.touch_bytes)));
    format!("{}, {} tasks{}", place(regime), count(regime.tasks), touched.unwrap_or_default())
}

fn figures(side: &Side) -> [String; 5] {
    let or_absent = |count: Option<f64>| count.map_or(ABSENT.to_owned(), rate);
    let [syscalls, migrations, idle] = [side.syscalls, side.migrations, side.idle_exits].map(or_absent);
    [time(side.elapsed_ns), rate(side.kernel_switches), syscalls, migrations, idle]
}

/// `1.30 (1.17-1.43)`.
fn interval(ratio: &Ratio) -> String {
    let range = ratio.low.zip(ratio.high).map(|(low, high)| format!(" ({}-{})", number(low), number(high)));
    number(ratio.median) + &range.unwrap_or_default()
}

/// `0.85`, `1.40`, `12.3`, `271`: five columns at most where it means anything.
pub(crate) fn number(ratio: f64) -> String {
    let decimals = match ratio {
        ratio if ratio < 1.995 => 2,
        ratio if ratio < 99.95 => 1,
        _ => 0,
    };
    format!("{ratio:.decimals$}")
}

fn touched(bytes: u64) -> String {
    if bytes > 0 && bytes.is_multiple_of(1024) { format!("{}K", bytes / 1024) } else { bytes.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regime(pinned: bool, scenario: &str, tasks: u64, touch_bytes: u64, median: f64) -> Regime {
        let side = Side { elapsed_ns: 1500.0, kernel_switches: 1.0, syscalls: Some(3.0), ..Side::default() };
        Regime {
            thread_model: "os-thread".to_owned(),
            coroutine_model: "tokio".to_owned(),
            pinned: pinned.then_some(1),
            scenario: scenario.to_owned(),
            tasks,
            touch_bytes,
            ratio: Some(Ratio { median, low: Some(median * 0.9), high: Some(median * 1.1) }),
            thread: Some(side),
            coroutine: Some(side),
            cause: (median < SMALL_RATIO).then(|| "both enter the kernel".to_owned()),
            reason: None,
        }
    }

    fn heat_of(regimes: &[Regime], color: bool) -> String {
        let mut page = Page::new(80, color);
        heat(&regimes.iter().collect::<Vec<_>>(), &mut page);
        page.finish()
    }

    #[test]
    fn the_whole_grid_fits_eighty_columns() {
        let mut regimes = Vec::new();
        for (pinned, scenario) in [(true, "switch"), (true, "switch-io"), (false, "switch"), (false, "switch-io")] {
            for tasks in [2, 100, 10_000] {
                regimes.extend([0, 16 << 10, 256 << 10].map(|bytes| regime(pinned, scenario, tasks, bytes, 12.34)));
            }
        }
        let text = heat_of(&regimes, false);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows.len(), 2 + 4, "{text}");
        assert_eq!(rows[0], ["tasks", "2", "2", "2", "100", "100", "100", "10000", "10000", "10000"]);
        assert_eq!(rows[1][..4], ["touched", "0", "16K", "256K"]);
        assert_eq!(rows[5][..3], ["unpinned", "switch-io", "12.3+"]);
    }

    #[test]
    fn marks_and_colours_say_who_is_faster() {
        let regimes = [(2, 27.14), (100, 1.96), (1000, 0.854), (10_000, 271.4)]
            .map(|(tasks, median)| regime(true, "switch", tasks, 0, median));
        let plain = heat_of(&regimes, false);
        assert!(
            plain
                .lines()
                .any(|line| line.split_whitespace().eq(["pinned", "switch", "27.1+", "1.96", "0.85!", "271+"]))
        );
        let color = heat_of(&regimes, true);
        assert!(color.contains("\x1b[32m") && color.contains("27.1+\x1b[0m"), "{color:?}");
        assert!(color.contains("\x1b[31m") && color.contains("0.85!\x1b[0m"), "{color:?}");
    }

    #[test]
    fn a_cell_without_a_ratio_says_why() {
        let absent = Regime {
            ratio: None,
            reason: Some("go failed: no memory".to_owned()),
            ..regime(true, "switch", 2, 0, 1.0)
        };
        let text = heat_of(std::slice::from_ref(&absent), false);
        assert!(text.contains("- pinned switch: go failed: no memory"), "the whole row: {text}");
        let text = heat_of(&[absent, regime(true, "switch", 100, 0, 3.0)], false);
        assert!(text.contains("- pinned switch, 2 tasks: go failed: no memory"), "one cell of it: {text}");
    }

    #[test]
    fn a_small_ratio_stands_with_counts_and_cause() {
        let mut page = Page::new(80, false);
        let mut one = regime(false, "switch-io", 100, 256 << 10, 1.3);
        one.thread.as_mut().expect("measured").syscalls = None;
        let large = regime(true, "switch", 2, 0, 9.0);
        explain(&[&one, &large], false, &mut page);
        let text = page.finish();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("unpinned switch-io, 100 tasks, 256K touched: 1.30 (1.17-1.43)\n"), "{text}");
        let cells = |name: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(name)).expect("a line");
            line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(cells("os-thread"), ["os-thread", "1.50", "µs", "1.00", "-", "-", "-"]);
        assert_eq!(cells("tokio"), ["tokio", "1.50", "µs", "1.00", "3.00", "-", "-"]);
        assert!(text.contains("  both enter the kernel\n") && !text.contains("pinned switch, 2 tasks"), "{text}");
        let mut page = Page::new(80, false);
        explain(&[&one, &large], true, &mut page);
        let all = page.finish();
        let (small, large) = all.split_once("Coroutines at least twice as fast\n").expect("two headings");
        assert_eq!(small.trim_end(), text.trim_end());
        assert!(large.contains("\npinned switch, 2 tasks: 9.0 (8.1-9.9)\n  os-thread"), "{large}");
    }
}
