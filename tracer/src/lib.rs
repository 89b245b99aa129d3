//! taskweight.
