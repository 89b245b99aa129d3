//! Texts that are kept beside the tests.

/// Asserts that a text is what its snapshot says.
pub fn assert_is(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(crate::FOLDER);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, visible(text)));
}

/// The text with escapes for what a reader of the snapshot would not see.
fn visible(text: &str) -> String {
    let is_seen =
        |character: char| matches!(character, '\n' | '"' | '\'' | '\\') || character.escape_debug().len() == 1;
    let shown = |character: char| {
        if is_seen(character) { character.to_string() } else { character.escape_debug().to_string() }
    };
    text.chars().map(shown).collect()
}
