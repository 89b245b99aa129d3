//! Whom the program runs as.
