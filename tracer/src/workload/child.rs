//! Starting a program suspended.
