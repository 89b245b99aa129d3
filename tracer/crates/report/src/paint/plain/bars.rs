//! Bars of letters.

use taskweight_core::format::time;

use super::{Painter, Surface};
use crate::chart::{Bar, Bars, Part};
use crate::document::{Note, Tone};

/// Columns of a bar's figure and the space around it.
const BESIDE_BAR: usize = 11;
/// A bar shorter than this is no bar.
const SHORTEST_BAR: usize = 20;

impl<S: Surface> Painter<'_, S> {
    /// One bar for each model, all on one scale, with the letters of its parts.
    pub(super) fn bars(&mut self, bars: &Bars) {
        let names = bars.bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(0).min(BESIDE_BAR * 2);
        let columns = self.surface.width().saturating_sub(names + BESIDE_BAR).max(SHORTEST_BAR);
        let longest = bars.longest();
        self.surface.heading(&format!("One switch ({columns} columns = {})", time(longest)));
        let drawn: Vec<String> = bars.bars.iter().map(|bar| letters(bar, bars, longest, columns)).collect();
        for (bar, letters) in bars.bars.iter().zip(&drawn) {
            let name: String = bar.name.chars().take(names).collect();
            self.surface.drawing(&format!("{name:names$} {letters} {}", bar.sum));
        }
        let is_drawn = |part: &&Part| drawn.iter().any(|letters| letters.contains(part.letter));
        let key = bars.parts.iter().filter(is_drawn).map(|part| format!("{} {}", part.letter, part.name));
        let key: Vec<String> = key.collect();
        self.surface.item(&Note { text: key.join(", "), tone: Tone::Plain });
        self.surface.end();
    }
}

/// Letters in proportion: borders are rounded, not lengths, so that the bar is as long as its sum. What takes any time has
/// a letter where nothing else is in its place: a bar is never empty.
fn letters(bar: &Bar, bars: &Bars, longest: f64, columns: usize) -> String {
    let letter = |part: usize| bars.parts.get(part).map_or('?', |part| part.letter);
    let (mut drawn, mut until, mut count) = (String::new(), 0.0, 0);
    for (part, value) in &bar.values {
        until += value;
        let border = if longest > 0.0 { (until / longest * columns as f64).round() as usize } else { 0 };
        drawn.extend(std::iter::repeat_n(letter(*part), border.min(columns).saturating_sub(count)));
        count = border.min(columns).max(count);
    }
    if drawn.is_empty() {
        let dominant = bar.values.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        drawn.extend(dominant.map(|(part, _)| letter(*part)));
    }
    drawn
}
