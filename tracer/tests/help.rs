//! The command line, and what it says of itself.

use clap::{Arg, Command, CommandFactory as _};
use taskweight::cli::Cli;

#[path = "../crates/report/tests/common/snapshot.rs"]
mod snapshot;

use snapshot::assert_is;

/// Where the snapshots are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");

/// The command line at a width that does not depend on the terminal, without what the environment says.
fn command() -> Command {
    let without_value = |arg: Arg| arg.hide_env_values(true);
    let mut command = Cli::command().term_width(100).mut_subcommands(move |verb| verb.mut_args(without_value));
    command.build();
    command
}

#[test]
fn help() {
    let mut command = command();
    assert_is("help", &command.render_long_help().to_string());
    for verb in command.get_subcommands_mut() {
        let text = format!("{}\n==> -h <==\n{}", verb.render_long_help(), verb.render_help());
        assert_is(&format!("help-{}", verb.get_name()), &text);
    }
}

/// Hidden ones too.
#[test]
fn every_option() {
    let command = command();
    let verbs = command.get_subcommands().chain([&command]);
    let options =
        verbs.flat_map(|verb| verb.get_arguments().map(|arg| format!("{} {}\n", verb.get_name(), option(arg))));
    assert_is("options", &options.collect::<String>());
}

fn option(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let defaults = arg.get_default_values();
    let hidden = if arg.is_hide_set() { " (hidden)" } else { "" };
    format!("{arg}{hidden} {:?} {defaults:?} of {values:?}, environment {:?}", arg.get_num_args(), arg.get_env())
}
