//! Reading and writing reports as JSON.
