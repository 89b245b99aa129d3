//! One picture with the answer: how long a switch takes, beside how often it enters the kernel.

use std::ops::Range;

use maud::{Markup, html};

use super::axis::{Axis, Scale, is_drawn};
use super::label::{LINE_PIXELS, width, wrapped};
use super::plot::{GAP_PIXELS, WIDTHS, bottom_axis};
use super::quantity::Quantity;
use super::svg::{Anchor, Ink, Svg};
use taskweight_core::{escape::escape, format};

const ROW_PIXELS: f64 = 28.0;
/// Titles of both panels, on two lines.
const TITLE_PIXELS: f64 = 2.0 * LINE_PIXELS + 8.0;
const BAR_PIXELS: f64 = 13.0;
const NAMES_SHARE: f64 = 0.3;
/// What the first panel has of the room beside the names.
const FIRST_SHARE: f64 = 0.56;
const HALF_MARK_PIXELS: f64 = 4.5;
/// What stands where there is no number.
const UNKNOWN: &str = "–";
const TITLES: [&str; 2] = ["time per switch", "kernel entries per switch"];

/// One model.
#[derive(Clone, Debug)]
pub struct OverviewRow {
    /// Such as `threads`; rows of one group stand together below its name.
    pub group: &'static str,
    /// Its name.
    pub name: String,
    /// Per switch.
    pub time_ns: Option<f64>,
    /// Its confidence interval.
    pub interval_ns: Option<(f64, f64)>,
    /// System calls, page faults and interrupts per switch, as far as they were counted.
    pub entries: Option<f64>,
}

/// The models by group, each group with a colour and mark of its own; `None` when no time is known.
pub(super) fn overview(text: &str, rows: &[OverviewRow]) -> Option<Markup> {
    let ends =
        |row: &OverviewRow| [row.time_ns, row.interval_ns.map(|ends| ends.0), row.interval_ns.map(|ends| ends.1)];
    let mut time = Axis::log(rows.iter().flat_map(ends).flatten(), "", Quantity::Time)?;
    // Numbers stand among the lines: few are better.
    time.between.clear();
    let most = rows.iter().filter_map(|row| row.entries).filter(|entries| is_drawn(*entries)).fold(0.0, f64::max);
    let axes = [time, Axis::linear(most, "", Quantity::Count)];
    Some(html! { @for (class, full_width) in WIDTHS { (at_width(class, full_width, text, rows, &axes)) } })
}

fn at_width(class: &str, full_width: f64, text: &str, rows: &[OverviewRow], axes: &[Axis; 2]) -> Markup {
    let mut svg = Svg::default();
    let groups = groups(rows);
    let bottom = TITLE_PIXELS + (rows.len() + groups.len()) as f64 * ROW_PIXELS;
    let names: Vec<_> = rows.iter().map(|row| wrapped(&escape(&row.name), full_width * NAMES_SHARE)).collect();
    let lines = names.iter().flatten().map(String::as_str).chain(groups.iter().copied());
    let left = lines.map(width).fold(0.0, f64::max) + GAP_PIXELS;
    let [times, entries] = panels(rows, axes, left..full_width);
    let rooms = [entries.ends[0] - left - GAP_PIXELS, full_width - entries.ends[0]];
    for (panel, scale) in [&times, &entries].into_iter().enumerate() {
        let title = wrapped(TITLES[panel], rooms[panel]);
        svg.lines_of_text(Anchor::Start, (scale.ends[0], TITLE_PIXELS / 2.0 - 2.0), &title);
        bottom_axis(&mut svg, &axes[panel], scale, [bottom, TITLE_PIXELS]);
    }
    let mut y = TITLE_PIXELS - ROW_PIXELS / 2.0;
    for (series, group) in (0..).zip(&groups) {
        y += ROW_PIXELS;
        svg.text(Ink::Strong, Anchor::Start, (0.0, y + 3.0), group);
        for (row, name) in rows.iter().zip(&names).filter(|(row, _)| row.group == *group) {
            y += ROW_PIXELS;
            svg.lines_of_text(Anchor::Start, (0.0, y), name);
            time(&mut svg, row, series, &times, y);
            bar(&mut svg, row, series, &entries, y);
        }
    }
    svg.finish(class, (full_width, bottom + 24.0), text)
}

/// Groups in the order in which they first appear.
fn groups(rows: &[OverviewRow]) -> Vec<&'static str> {
    let mut groups: Vec<&str> = Vec::new();
    for row in rows {
        if !groups.contains(&row.group) {
            groups.push(row.group);
        }
    }
    groups
}

/// Scales of both panels, each with room at its right for the numbers of its rows.
fn panels(rows: &[OverviewRow], axes: &[Axis; 2], room: Range<f64>) -> [Scale; 2] {
    let widest = |shown: fn(&OverviewRow) -> String| rows.iter().map(|row| width(&shown(row))).fold(0.0, f64::max);
    let middle = room.start + (room.end - room.start) * FIRST_SHARE;
    let ends = [room.start..middle - 2.0 * GAP_PIXELS, middle..room.end];
    let [first, second] = [time_text, entries_text].map(widest);
    [
        axes[0].scale([ends[0].start, ends[0].end - first - GAP_PIXELS]),
        axes[1].scale([ends[1].start, ends[1].end - second - GAP_PIXELS]),
    ]
}

fn time_text(row: &OverviewRow) -> String {
    row.time_ns.filter(|time| is_drawn(*time)).map_or_else(|| UNKNOWN.to_owned(), format::time)
}

fn entries_text(row: &OverviewRow) -> String {
    let shown = row.entries.filter(|entries| *entries == 0.0 || is_drawn(*entries));
    shown.map_or_else(|| UNKNOWN.to_owned(), format::rate)
}

/// A mark with its interval, and the time beside it.
fn time(svg: &mut Svg, row: &OverviewRow, series: u8, x: &Scale, y: f64) {
    let mut end = x.ends[0];
    if let Some(at) = row.time_ns.filter(|time| is_drawn(*time)).map(|time| x.at(time)) {
        let interval = row.interval_ns.map(|(low, high)| [(x.at(low), y), (x.at(high), y)]);
        svg.mark(series, (at, y), interval);
        end = interval.map_or(at, |[_, (high, _)]| high).max(at + HALF_MARK_PIXELS);
    }
    svg.text(Ink::Text, Anchor::Start, (end + GAP_PIXELS, y), &time_text(row));
}

/// A bar, and the number beside it.
fn bar(svg: &mut Svg, row: &OverviewRow, series: u8, x: &Scale, y: f64) {
    let drawn = row.entries.filter(|entries| is_drawn(*entries));
    let [start, end] = [0.0, drawn.unwrap_or(0.0)].map(|entries| x.at(entries));
    svg.rectangle(Ink::Series(series), start..end, y - BAR_PIXELS / 2.0..y + BAR_PIXELS / 2.0);
    svg.text(Ink::Text, Anchor::Start, (end + GAP_PIXELS, y), &entries_text(row));
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    fn row(group: &'static str, name: &str, time_ns: f64, entries: Option<f64>) -> OverviewRow {
        let interval_ns = Some((time_ns * 0.8, time_ns * 1.2));
        OverviewRow { group, name: name.to_owned(), time_ns: Some(time_ns), interval_ns, entries }
    }

    fn rows() -> Vec<OverviewRow> {
        vec![
            row("threads", "os-thread", 1_100.0, Some(1.2)),
            row("coroutines", "tokio", 190.0, Some(0.0025)),
            row("coroutines", "go <1.22>", 278.0, None),
        ]
    }

    #[test]
    fn each_group_has_its_own_mark_and_each_row_its_numbers() {
        let svg = overview("Time and entries", &rows()).unwrap().into_string();
        let count = |what: &str| svg.matches(what).count();
        assert_eq!((count("<svg"), count("aria-label=\"Time and entries\"")), (2, 2));
        assert_eq!([count("href=\"#m0\""), count("href=\"#m1\"")], [2, 4]);
        assert_eq!([count(">threads<"), count(">coroutines<"), count(">go &lt;1.22&gt;<")], [2, 2, 2]);
        assert_eq!([count(">1.10 µs<"), count(">190 ns<"), count(">1.20<"), count(">0.0025<"), count(">–<")], [2; 5]);
    }

    #[test]
    fn longer_bar_is_wider() {
        let svg = overview("", &rows()).unwrap().into_string();
        let width =
            |bar: &str| bar.split("width=\"").nth(1).and_then(|rest| rest.split('"').next()?.parse::<i32>().ok());
        let widths: Vec<_> = svg.split("<rect").skip(1).filter_map(width).collect();
        assert!(widths.len() == 6 && widths[0] > 500 && widths[1] < 10 && widths[2] == 0, "{widths:?}");
    }

    #[test]
    fn without_times_there_is_no_picture() {
        let unknown = OverviewRow { time_ns: None, interval_ns: None, ..row("threads", "os-thread", 1.0, None) };
        assert!(overview("", &[]).is_none() && overview("", slice::from_ref(&unknown)).is_none());
        assert!(
            overview("", &[unknown, row("coroutines", "go", f64::MAX, Some(f64::NAN)), rows().remove(0)]).is_some()
        );
    }
}
