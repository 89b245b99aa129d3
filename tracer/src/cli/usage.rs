//! What is said of a command line that makes no sense.

use std::{env, ffi::OsString};

use clap::Parser as _;

use super::Cli;
use taskweight_core::escape::escape;

impl Cli {
    /// The command line of this process. The process ends where help is asked for, with status 0, and where the command line
    /// makes no sense, with status 2 and a message that can do nothing but be read.
    #[must_use]
    pub fn of_command_line() -> Self {
        Self::try_parse().unwrap_or_else(|error| harmless(error, env::args_os()).exit())
    }
}

/// The same error about the same words with their escape sequences made visible: clap repeats words as they are. Words that
/// make sense once they are escaped were no text at all, and clap does not repeat these.
fn harmless(error: clap::Error, words: impl Iterator<Item = OsString>) -> clap::Error {
    if !error.use_stderr() {
        return error;
    }
    let escaped = words.map(|word| escape(&word.to_string_lossy()));
    Cli::try_parse_from(escaped).err().unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    use super::*;

    fn shown(words: &[&[u8]]) -> String {
        let words = || words.iter().map(|word| OsStr::from_bytes(word).to_owned());
        let error = Cli::try_parse_from(words()).expect_err("such words make no sense");
        harmless(error, words()).render().to_string()
    }

    #[test]
    fn words_that_clap_repeats_are_escaped() {
        let option = shown(&[b"taskweight", b"compare", b"--\x1b[2J\xe2\x80\xae\n"]);
        assert!(option.contains(r"unexpected argument '--\x1b[2J\u{202e}\x0a' found"), "{option}");
        let verb = shown(&[b"taskweight", b"meas\x07ure"]);
        assert!(verb.contains(r"unrecognized subcommand 'meas\x07ure'"), "{verb}");
        let value = shown(&[b"taskweight", b"compare", b"--repetitions", b"\x1b]0;x\x07"]);
        assert!(value.contains(r"invalid value '\x1b]0;x\x07'"), "{value}");
    }

    #[test]
    fn words_that_are_no_text_are_not_repeated() {
        let shown = shown(&[b"taskweight", b"compare", b"--model", b"a\x1b[2J\xff=b"]);
        assert!(!shown.contains('\x1b') && shown.contains("invalid UTF-8"), "{shown}");
    }

    #[test]
    fn help_stays_as_it_is() {
        let words = || ["taskweight", "--help"].into_iter().map(OsString::from);
        let help = Cli::try_parse_from(words()).expect_err("help is asked for");
        let before = help.render().to_string();
        assert_eq!(harmless(help, words()).render().to_string(), before);
    }
}
