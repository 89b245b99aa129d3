//! Colours that the page's style sheet decides: light or dark, and safe for eyes that see fewer colours.
//!
//! plotters knows only fixed colours. Each ink is drawn in one that nothing else has, and becomes a class of the style
//! sheet when the picture is complete.

use std::fmt::Write as _;

use plotters::style::{Color as _, RGBColor, ShapeStyle};

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report::html) enum Ink {
    /// Text and axes.
    Text,
    /// Lines of the grid.
    Grid,
    /// Lines between those.
    Faint,
    /// The background of every other row.
    Band,
    /// One of several series of marks and lines.
    Series(u8),
    /// The interval of one of several series: never dashed.
    Interval(u8),
    /// One of the parts that a bar is stacked from.
    Part(u8),
    /// Text upon it.
    OnPart(u8),
}

impl Ink {
    fn color(self) -> RGBColor {
        match self {
            Self::Text => RGBColor(0, 0, 0),
            Self::Grid => RGBColor(0, 0, 1),
            Self::Faint => RGBColor(0, 0, 2),
            Self::Band => RGBColor(0, 0, 3),
            Self::Series(index) => RGBColor(0, 1, index),
            Self::Interval(index) => RGBColor(0, 2, index),
            Self::Part(index) => RGBColor(0, 3, index),
            Self::OnPart(index) => RGBColor(0, 4, index),
        }
    }

    /// A filled shape, or text.
    pub(in crate::report::html) fn filled(self) -> ShapeStyle {
        self.color().filled()
    }

    /// A line; the style sheet says how wide.
    pub(in crate::report::html) fn line(self) -> ShapeStyle {
        self.color().stroke_width(1)
    }

    pub(super) fn text_color(self) -> RGBColor {
        self.color()
    }
}

/// Puts classes in place of colours, and leaves out what the style sheet says of all pictures.
///
/// Colours stand in attributes only: plotters writes `&quot;` for the quotes of a text.
pub(super) fn with_classes(svg: &str) -> String {
    let mut rest = svg;
    let mut page = String::with_capacity(svg.len());
    while let Some((before, attribute, after)) = next_color(rest) {
        page.push_str(before);
        let (fill_or_line, color) = attribute;
        let [_, kind, index] = color.to_be_bytes().last_chunk().copied().unwrap_or_default();
        let _ = match (kind, index) {
            (0, index) => write!(page, "class=\"{fill_or_line}{}\"", ["t", "g", "h", "b"][usize::from(index.min(3))]),
            (1, index) => write!(page, "class=\"{fill_or_line}s{index}\""),
            (2, index) => write!(page, "class=\"{fill_or_line}i{index}\""),
            (3, index) => write!(page, "class=\"{fill_or_line}p{index}\""),
            (_, index) => write!(page, "class=\"{fill_or_line}o{index}\""),
        };
        rest = after;
    }
    page.push_str(rest);
    without_common(&page)
}

/// Leaves out what the style sheet says of all pictures: sizes of letters and lines, and what is the default anyway.
fn without_common(svg: &str) -> String {
    const COMMON: [&str; 4] = [" opacity=\"1\"", " stroke=\"none\"", " fill=\"none\"", " font-family=\"sans-serif\""];
    let mut page = COMMON.iter().fold(svg.replace('\n', ""), |page, attribute| page.replace(attribute, ""));
    for name in [" stroke-width=\"", " font-size=\""] {
        let mut pieces = page.split(name);
        let first = pieces.next().unwrap_or_default().to_owned();
        page = pieces.fold(first, |page, piece| page + piece.split_once('"').map_or(piece, |(_, rest)| rest));
    }
    page.replace(" \"", "\"")
}

type Attribute = (&'static str, u32);

/// The next `fill="#RRGGBB"` or `stroke="#RRGGBB"`: what is before it, whether it is a fill (`f`) or a line (`l`) and its
/// colour, and what is after it.
fn next_color(svg: &str) -> Option<(&str, Attribute, &str)> {
    let at = svg.find("=\"#")?;
    let (before, value) = (svg.get(..at)?, svg.get(at + 3..)?);
    let color = u32::from_str_radix(value.get(..6)?, 16).ok()?;
    let after = value.get(7..)?;
    let fill = before.strip_suffix("fill").map(|before| (before, ("f", color), after));
    fill.or_else(|| before.strip_suffix("stroke").map(|before| (before, ("l", color), after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes() {
        let svg = "<circle cx=\"1\" opacity=\"1\" fill=\"#00010B\" stroke=\"none\"/>\n<line stroke=\"#000001\"/>\n";
        assert_eq!(with_classes(svg), "<circle cx=\"1\" class=\"fs11\"/><line class=\"lg\"/>");
        assert_eq!(with_classes("<text fill=\"#000000\">a</text>"), "<text class=\"ft\">a</text>");
        assert_eq!(with_classes("<rect fill=\"#000304\"/>"), "<rect class=\"fp4\"/>");
    }

    #[test]
    fn text_that_looks_like_an_attribute_stays() {
        let text = "<text>fill=&quot;#000101&quot; #000101 =</text>";
        assert_eq!(with_classes(text), text);
    }
}
