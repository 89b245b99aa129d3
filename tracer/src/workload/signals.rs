//! Signals to taskweight itself.
