//! Text in charts: how much room it needs, and what fits.

use unicode_width::UnicodeWidthChar as _;

/// Height of a line of text, pixels.
pub(super) const LINE_PIXELS: f64 = 13.0;

/// How wide a text is in the widest of the usual fonts, pixels.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(width_of).sum()
}

fn width_of(character: char) -> f64 {
    match character {
        'm' | 'w' | 'M' | 'W' | '%' | '…' => 12.0,
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | ' ' | '.' | ',' | ':' | '-' => 4.9,
        'A'..='Z' => 9.3,
        _ => character.width().unwrap_or(0) as f64 * 7.7,
    }
}

/// The text on one line, or on two where it is wider than this; what does not fit on those is cut off.
pub(super) fn wrapped(text: &str, pixels: f64) -> Vec<String> {
    let head = fitting(text, pixels);
    if head == text {
        return vec![text.to_owned()];
    }
    let (first, rest) = text.split_at(head.rfind(' ').map_or(head.len(), |space| space + 1));
    let second = if width(rest) > pixels { format!("{}…", fitting(rest, pixels - 12.0)) } else { rest.to_owned() };
    vec![first.trim_end().to_owned(), second]
}

/// As much of a text's beginning as fits.
fn fitting(text: &str, pixels: f64) -> &str {
    let mut taken = 0.0;
    let beyond = text.char_indices().find(|(_, character)| {
        taken += width_of(*character);
        taken > pixels
    });
    beyond.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_take_two_lines_and_no_more() {
        assert_eq!(wrapped("pinned", 90.0), ["pinned"]);
        assert_eq!(wrapped("pinned switch, 2 tasks", 90.0), ["pinned", "switch, 2 t…"]);
        assert_eq!(wrapped("unpinned-without-spaces", 90.0), ["unpinned-wit", "hout-spaces"]);
        assert_eq!(wrapped("스레드와 코루틴의 비교", 90.0), ["스레드와", "코루틴의 …"]);
    }
}
