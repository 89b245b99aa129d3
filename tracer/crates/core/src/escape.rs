//! Text from the traced system, made safe to print.

use std::fmt::Write;

/// Makes text from the traced system safe to print: what would act on the terminal (control characters, escape
/// sequences, line breaks) or reorder what is around it (invisible marks) becomes `\x1b`, `\u{202e}`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        // `escape_debug` knows which characters cannot be printed, but escapes these three as well.
        let is_printable = matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1;
        match character {
            character if is_printable => escaped.push(character),
            character if character.is_ascii() => {
                let _ = write!(escaped, "\\x{:02x}", u32::from(character));
            }
            character => escaped.extend(character.escape_unicode()),
        }
    }
    escaped
}
