//! Every output of every fixture, as it was when its snapshot was last accepted.
//!
//! A change that is meant: `INSTA_UPDATE=always cargo test -p tracer --test snapshots`, then read the difference in git.
//! The program finds its files by the path it was built at: the working directory, cargo, language and time zone do not matter.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod digest;
mod exports;
mod help;
mod html;
mod json;
mod reports;
mod side_by_side;
mod text;
#[allow(dead_code, reason = "the tests of the claims use the rest")]
#[path = "../claims/world.rs"]
mod world;

/// Where the snapshots are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/snapshots");

/// Asserts that a text is what its snapshot says.
fn assert_is(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(FOLDER);
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
