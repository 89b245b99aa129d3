//! Colours that the page's style sheet decides: light or dark, and safe for eyes that see fewer colours.
//!
//! plotters knows only fixed colours. Each ink is drawn in one that nothing else has, and becomes a class of the style
//! sheet when the picture is complete.

use plotters::style::{Color as _, RGBColor, ShapeStyle};

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::html) enum Ink {
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
    pub(in crate::html) fn filled(self) -> ShapeStyle {
        self.color().filled()
    }

    /// A line; the style sheet says how wide.
    pub(in crate::html) fn line(self) -> ShapeStyle {
        self.color().stroke_width(1)
    }

    pub(super) fn text_color(self) -> RGBColor {
        self.color()
    }

    /// The ink that is drawn in `#RRGGBB`.
    pub(super) fn of_color(color: &str) -> Option<Self> {
        let value = u32::from_str_radix(color.strip_prefix('#').filter(|digits| digits.len() == 6)?, 16).ok()?;
        let [0, 0, kind, index] = value.to_be_bytes() else { return None };
        match (kind, index) {
            (0, 0) => Some(Self::Text),
            (0, 1) => Some(Self::Grid),
            (0, 2) => Some(Self::Faint),
            (0, 3) => Some(Self::Band),
            (1, index) => Some(Self::Series(index)),
            (2, index) => Some(Self::Interval(index)),
            (3, index) => Some(Self::Part(index)),
            (4, index) => Some(Self::OnPart(index)),
            _ => None,
        }
    }

    /// What its classes in the style sheet end in: `f` and `l` before it are a filled shape and a line.
    pub(super) fn class(self) -> String {
        match self {
            Self::Text => "t".to_owned(),
            Self::Grid => "g".to_owned(),
            Self::Faint => "h".to_owned(),
            Self::Band => "b".to_owned(),
            Self::Series(index) => format!("s{index}"),
            Self::Interval(index) => format!("i{index}"),
            Self::Part(index) => format!("p{index}"),
            Self::OnPart(index) => format!("o{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ink_is_known_by_its_colour() {
        let all = [
            Ink::Text,
            Ink::Grid,
            Ink::Faint,
            Ink::Band,
            Ink::Series(23),
            Ink::Interval(0),
            Ink::Part(12),
            Ink::OnPart(255),
        ];
        for ink in all {
            let RGBColor(red, green, blue) = ink.color();
            assert_eq!(Ink::of_color(&format!("#{red:02X}{green:02X}{blue:02X}")), Some(ink));
        }
        assert_eq!(all.map(Ink::class).join(" "), "t g h b s23 i0 p12 o255");
    }

    #[test]
    fn no_other_colour_is_an_ink() {
        for color in ["#FFFFFF", "#000004", "#000500", "#0001", "000100", "#00010é"] {
            assert_eq!(Ink::of_color(color), None, "{color}");
        }
    }
}
