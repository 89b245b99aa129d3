//! Under which circumstances coroutines are lighter than threads, and why not under the others.
//!
//! grid (what is measured) -> runs -> cells (both sides of each cell, and their ratio) -> cause (one sentence from counts).

pub mod cause;
pub mod cells;
pub mod grid;
