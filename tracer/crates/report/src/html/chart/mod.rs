//! Pictures, drawn by plotters as SVG that stands in the page itself.

mod axis;
pub(super) mod bars;
mod compact;
pub(super) mod dots;
mod ink;
pub(super) mod lines;
pub(super) mod marks;
pub(super) mod percentiles;
mod simplify;

pub(super) use axis::{Axis, Quantity};
pub(super) use ink::Ink;

use std::io;

use anyhow::Result;
use maud::{Markup, html};
use plotters::{
    backend::SVGBackend,
    chart::{ChartBuilder, ChartContext, LabelAreaPosition},
    coord::cartesian::Cartesian2d,
    drawing::{DrawingAreaErrorKind, IntoDrawingArea as _},
    style::{
        IntoTextStyle as _, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

/// plotters works in whole units: these are fine enough for a smooth line.
const UNITS_PER_PIXEL: i32 = 4;
/// Height of the letters in a picture, pixels.
const LETTER_PIXELS: f64 = 12.0;
/// Width of one letter, on average.
const LETTER_WIDTH_PIXELS: f64 = 6.8;
/// What plotters divides the size of letters by for SVG.
const SVG_LETTER_SCALE: f64 = 1.24;

/// A picture that can be drawn on.
pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
pub(super) type DrawResult = Result<(), DrawingAreaErrorKind<io::Error>>;

/// Widths in pixels: for a page, and for a telephone held upright. The style sheet shows one of the two.
const WIDTHS: [(&str, i32); 2] = [("wide", 800), ("narrow", 360)];

/// A picture with its axes, of this height in pixels, at both widths; `text` is what it shows, for who cannot see it.
pub(super) fn picture(
    text: &str,
    height: i32,
    axes: &(Axis, Axis),
    body: impl Fn(&mut Chart<'_, '_>) -> DrawResult,
) -> Markup {
    html! {
        @for (class, width) in WIDTHS {
            @match draw((width, height), axes, &body).and_then(|svg| compact::compact(&svg)) {
                Ok(content) => {
                    svg class=(format!("chart {class}")) role="img" aria-label=(text)
                        viewBox=(format!("0 0 {} {}", width * UNITS_PER_PIXEL, height * UNITS_PER_PIXEL)) {
                        (content)
                    }
                }
                Err(error) => p class="absent" { "This picture could not be drawn: " (format!("{error:#}")) }
            }
        }
    }
}

/// The picture as plotters writes it.
fn draw(
    (width, height): (i32, i32),
    (x, y): &(Axis, Axis),
    body: impl Fn(&mut Chart<'_, '_>) -> DrawResult,
) -> Result<String> {
    let mut svg = String::new();
    {
        let size = ((width * UNITS_PER_PIXEL) as u32, (height * UNITS_PER_PIXEL) as u32);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_right(pixels(18.0))
            .margin_top(pixels(8.0))
            .set_label_area_size(LabelAreaPosition::Left, pixels(left_width(y)))
            .set_label_area_size(LabelAreaPosition::Bottom, pixels(if x.name.is_empty() { 24.0 } else { 44.0 }))
            .build_cartesian_2d(x.clone(), y.clone())?;
        mesh(&mut chart, width, x, y)?;
        body(&mut chart)?;
        area.present()?;
    }
    Ok(svg)
}

/// Room for the labels of the vertical axis, and for its name.
fn left_width(y: &Axis) -> f64 {
    let name = if y.name.is_empty() { 0.0 } else { 20.0 };
    y.label_columns() as f64 * LETTER_WIDTH_PIXELS + 14.0 + name
}

fn mesh(chart: &mut Chart<'_, '_>, width: i32, x: &Axis, y: &Axis) -> DrawResult {
    // Every other label where they would touch each other.
    let room = f64::from(width) - left_width(y) - 18.0;
    let needed = x.marks().len() as f64 * (x.label_columns() as f64 + 2.0) * LETTER_WIDTH_PIXELS;
    let step = (needed / room).ceil().max(1.0) as usize;
    let shown: Vec<f64> = x.marks().iter().rev().step_by(step).copied().collect();
    let x_label = |value: &f64| if shown.contains(value) { x.label(*value) } else { String::new() };
    let y_label = |value: &f64| y.label(*value);
    let mut mesh = chart.configure_mesh();
    mesh.axis_style(Ink::Grid.line())
        .bold_line_style(Ink::Grid.line())
        .light_line_style(Ink::Faint.line())
        .label_style(text_style(Ink::Text))
        .axis_desc_style(text_style(Ink::Text))
        .set_all_tick_mark_size(pixels(4.0))
        .x_desc(x.name.as_str())
        .y_desc(y.name.as_str())
        .x_label_formatter(&x_label)
        .y_label_formatter(&y_label);
    if !x.has_lines {
        mesh.disable_x_mesh();
    }
    if !y.has_lines {
        mesh.disable_y_mesh();
    }
    mesh.draw()
}

/// Text in a picture.
pub(super) fn text_style(ink: Ink) -> TextStyle<'static> {
    let size = LETTER_PIXELS * f64::from(UNITS_PER_PIXEL) * SVG_LETTER_SCALE;
    TextStyle {
        color: plotters::style::Color::to_backend_color(&ink.text_color()),
        ..("sans-serif", size).into_text_style(&(1, 1))
    }
}

/// Text that stands to the right of where it is put.
pub(super) fn beside(ink: Ink) -> TextStyle<'static> {
    text_style(ink).pos(Pos::new(HPos::Left, VPos::Center))
}

/// Text in the middle of where it is put.
pub(super) fn centered(ink: Ink) -> TextStyle<'static> {
    text_style(ink).pos(Pos::new(HPos::Center, VPos::Center))
}

/// A distance in units of the picture.
pub(super) fn pixels(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS_PER_PIXEL)).round() as i32
}
