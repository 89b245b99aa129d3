//! Marks of series: each has a colour, a shape and a dash of its own, so that colour alone never matters.

use maud::{Markup, html};

use taskweight_core::escape::escape;

use super::svg::units;

/// Colours of series; beyond them, colours come again with other shapes and dashes.
const COLORS: u8 = 8;
/// Series that all look different.
pub const LOOKS: u8 = 24;
/// Shapes of marks around their centre, in units of a chart, and the dashes of their lines in pixels. There are fewer
/// than colours: a colour comes again with another shape.
const SHAPES: [(&str, &[f64]); 6] = [
    ("M-18 0a18 18 0 1 0 36 0a18 18 0 1 0-36 0", &[]),
    ("M0-23l20 35h-40z", &[7.0, 3.0]),
    ("M-16-16h32v32h-32z", &[2.0, 2.0]),
    ("M0-24l24 24l-24 24l-24-24z", &[8.0, 2.5, 2.0, 2.5]),
    ("M0 23l20-35h-40z", &[12.0, 3.0]),
    ("M-7-22h14v15h15v14h-15v15h-14v-15h-15v-14h15z", &[5.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
];
/// Width and height of what stands before a name in a key, pixels.
const KEY_PIXELS: (f64, f64) = (32.0, 14.0);

fn shape(series: u8) -> (&'static str, &'static [f64]) {
    SHAPES[usize::from(series) % SHAPES.len()]
}

/// The style sheet's part for series: their colours are those that it names `--series-0` to `--series-7`.
pub(crate) fn style_sheet() -> String {
    let rules = (0..LOOKS).map(|series| {
        let color = format!("var(--series-{})", series % COLORS);
        let lengths: Vec<_> = shape(series).1.iter().map(|length| units(*length).to_string()).collect();
        let dashes = format!(".ls{series}{{stroke-dasharray:{}}}", lengths.join(" "));
        let dashes = if lengths.is_empty() { "" } else { &dashes };
        format!(".fs{series}{{fill:{color}}}.ls{series},.li{series}{{stroke:{color}}}{dashes}\n")
    });
    rules.collect()
}

/// The marks of all series, alone and on a line as in a key, which the charts refer to.
pub(crate) fn definitions() -> Markup {
    let [width, middle] = [KEY_PIXELS.0, KEY_PIXELS.1 / 2.0].map(units);
    html! {
        svg width="0" height="0" aria-hidden="true" {
            defs {
                @for series in 0..LOOKS {
                    path id=(format!("m{series}")) class=(format!("fs{series}")) d=(shape(series).0) {}
                    g id=(format!("k{series}")) {
                        path class=(format!("ls{series}")) d=(format!("M4 {middle}H{}", width - 4)) {}
                        use href=(format!("#m{series}")) x=(width / 2) y=(middle) {}
                    }
                }
            }
        }
    }
}

/// The names of series with their marks; `has_lines` where marks stand on lines.
pub(super) fn key(series: &[(u8, String)], has_lines: bool) -> Markup {
    let [width, height] = [KEY_PIXELS.0, KEY_PIXELS.1].map(units);
    html! {
        ul.key {
            @for (series, name) in series {
                li {
                    svg viewBox=(format!("0 0 {width} {height}")) aria-hidden="true" {
                        @if has_lines {
                            use href=(format!("#k{series}")) {}
                        } @else {
                            use href=(format!("#m{series}")) x=(width / 2) y=(height / 2) {}
                        }
                    }
                    (escape(name))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_series_look_alike() {
        let looks: BTreeSet<_> = (0..LOOKS).map(|series| (series % COLORS, shape(series).0)).collect();
        assert_eq!(looks.len(), usize::from(LOOKS));
    }
}
