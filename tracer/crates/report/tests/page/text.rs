//! Reads numbers as they are shown.

/// Units by their names; K and M of bytes and of counts are told apart by which one fits.
const UNITS: [(&str, f64); 22] = [
    ("", 1.0),
    ("ns", 1.0),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("B", 1.0),
    ("K", 1024.0),
    ("M", 1_048_576.0),
    ("G", 1_073_741_824.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("%", 0.01),
    ("×", 1.0),
    ("KB", 1e3),
    ("MB", 1e6),
    ("µ", 1.0),
    ("bytes", 1.0),
];

/// Whether a text is what a value looks like, rounded to the digits that it has.
pub fn shows(text: &str, value: f64) -> bool {
    if text == "0" {
        // Below the resolution of counts.
        return (0.0..0.000_05).contains(&value);
    }
    let text = text.replace(',', "");
    let end = text.find(|character: char| !"-.0123456789".contains(character)).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let Ok(shown) = digits.parse::<f64>() else { return false };
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let scales = UNITS.iter().filter(|(name, _)| *name == unit.trim()).map(|(_, scale)| scale);
    // Half of the last digit; less than half a byte is none.
    scales.into_iter().any(|scale| (shown * scale - value).abs() <= scale * 0.500_001 * 10f64.powi(-decimals))
}

#[test]
fn rounding_is_allowed_and_nothing_else() {
    for (text, value) in
        [("1.72 µs", 1_722.4), ("36.7K", 37_580.0), ("12,345", 12_345.0), ("0", 3e-6), ("12.3 %", 0.1234)]
    {
        assert!(shows(text, value), "{text} {value}");
    }
    for (text, value) in
        [("1.72 µs", 1_729.0), ("1.72 ms", 1_722.4), ("12,345", 12_346.0), ("0", 2e-4), ("0", 1.0), ("-", 0.0)]
    {
        assert!(!shows(text, value), "{text} {value}");
    }
}
