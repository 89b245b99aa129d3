//! Charts, as SVG that stands in the page itself.
//!
//! [`svg`] is the canvas, [`axis`] says where values are on it and [`plot`] draws both axes; each other file is one kind of
//! chart.

mod axis;
pub(super) mod bars;
pub(super) mod dots;
mod label;
pub(super) mod lines;
pub(super) mod marks;
#[cfg_attr(not(test), expect(dead_code, reason = "no section shows it yet"))]
pub(super) mod overview;
pub(super) mod percentiles;
mod plot;
mod quantity;
mod simplify;
mod svg;

pub(super) use axis::Axis;
pub(super) use quantity::Quantity;
