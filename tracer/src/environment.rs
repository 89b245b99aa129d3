//! The machine and its settings.
