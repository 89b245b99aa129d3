//! From kernel buckets to distributions.
