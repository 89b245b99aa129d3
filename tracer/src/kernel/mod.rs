//! The kernel side, seen from user space: what can be used, loading and attaching, reading the maps.
