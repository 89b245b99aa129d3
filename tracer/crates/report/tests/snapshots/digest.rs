//! What stands for a text too long to be read.

/// Its length and a hash, which is the same on every machine and with every compiler (FNV-1a).
pub fn digest(text: &[u8]) -> String {
    let hash = text
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{} bytes, {hash:016x}", text.len())
}
