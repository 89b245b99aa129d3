//! Names and words that are attacks on whoever shows them: of threads, of programs and their arguments, of models, and in
//! what programs say. They reach the report as they are, and the terminal as something to look at.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use taskweight_core::report::Report;
use taskweight_report::json;
use tempfile::TempDir;

use crate::invocation::{Invocation, Outcome, programs};

/// Names that a thread can have, 15 bytes at most: each is more than text to a terminal, a shell, a page, a spreadsheet, a
/// table in Markdown or a scraper of metrics.
const NAMES: [&[u8]; 12] = [
    b"\x1b[2J\x1b]0;own\x07",
    b"a\nb\r\nc\td",
    b"<b onclick=x()>",
    b"</script><!--",
    b"\"'`$(id)\\",
    b"=1+cmd|'x'!A0",
    b"\xff\xfe\x80\xc3(",
    "\u{202e}evil\u{200b}\u{9b}m".as_bytes(),
    b"|*_`[x](y)#&lt;",
    b"x\"} 1\n# EOF\n",
    b"%s%n{{7*7}}${a}",
    b" ends in blank ",
];

/// Those that are text, in one.
fn sentence() -> String {
    NAMES.iter().filter_map(|name| std::str::from_utf8(name).ok()).collect::<Vec<_>>().join(" ")
}

/// What it is in a report, which is text.
fn in_report(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// A script under a name of its own.
fn script(folder: &TempDir, name: &[u8], text: &str) -> PathBuf {
    let path = folder.path().join(OsStr::from_bytes(name));
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Shell: a process for each name, which has it until the shell ends, or closes descriptor 3.
fn named_processes() -> String {
    let octal = |name: &[u8]| name.iter().map(|byte| format!("\\{byte:03o}")).collect::<String>();
    let rename = |name: &[u8]| format!("printf '{}' > /proc/self/comm", octal(name));
    let process = |name: &[u8]| format!("(exec 6<gate 3>&-; {}; echo >&5; read gate <&6) &", rename(name));
    let each = NAMES.map(|name| format!("{}\nread named <&5\n", process(name)));
    format!("cd \"${{0%/*}}\"\nexec 3<>gate 5<>named\n{}", each.concat())
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    ["named", "gate"].iter().for_each(|fifo| mkfifo(&folder.path().join(fifo), Mode::S_IRWXU).unwrap());
    folder
}

/// A workload that says hostile things about itself.
fn workload() -> String {
    let sentence = sentence();
    let more = serde_json::json!({"runtime": sentence, "stopped_by": sentence, "runtime_stacks": {"bytes": 4096, "source": sentence}});
    let more = more.to_string().replace('\'', r"'\''");
    format!(
        "{}printf '{{\"event\":\"ready\",\"tasks\":%s,' \"$3\"; printf '%s\\n' '{}'; read go\n\
         made=$5; [ \"$1\" = idle ] && made=$3\n\
         printf '{{\"event\":\"done\",\"operations\":%s,\"logical_switches\":7,\"elapsed_ns\":12345}}\\n' \"$made\"; read exit",
        named_processes(),
        more.trim_start_matches('{'),
    )
}

/// What is shown can do nothing but be read.
fn assert_harmless(shown: &str) {
    let acts =
        |character: &char| *character != '\n' && (character.is_control() || "\u{200b}\u{202e}".contains(*character));
    for line in shown.lines() {
        assert!(!line.chars().any(|character| acts(&character)), "{line:?}");
    }
    assert!(!shown.contains('\r'), "{shown:?}");
}

fn rendered(report: &Path) -> String {
    let output =
        Command::new(programs().join("taskweight")).args(["report", "--verbose"]).arg(report).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn names_of_threads(report: &Report) -> Vec<&str> {
    report.runs.iter().flat_map(|run| &run.threads).map(|thread| thread.name.as_str()).collect()
}

fn assert_all_are_named(report: &Report) {
    let found = names_of_threads(report);
    for name in NAMES {
        assert!(found.contains(&in_report(name).as_str()), "{:?} is not among {found:?}", in_report(name));
    }
}

/// One model that says hostile things, one that breaks the protocol with them, one that is not there, and a good one.
fn compare() -> Outcome {
    let folder = folder();
    let good = script(&folder, b"good \x1b[31m<i>\"'\n", &workload());
    let noise = format!("printf '%s\\n' {}; sleep 60", shell_words::quote(&sentence()));
    let noisy = script(&folder, b"noisy \x1b]0;x\x07", &noise);
    let model = |name: &str, path: &Path| format!("{name}={}", shell_words::quote(path.to_str().unwrap()));
    let models = [
        model(&sentence().replace('=', "-"), &good),
        model("|noisy\u{1b}[5m|", &noisy),
        model("<missing>", &folder.path().join("missing\n\x1b[2J<b>")),
    ];
    let models = models.iter().flat_map(|model| ["--model", model]).collect::<Vec<_>>();
    let options =
        ["--models", "future", "--scenarios", "control,idle", "--tasks", "2,3,5", "--pin", "none", "--verbose"];
    let more = ["--operations", "101", "--repetitions", "1", "--timeout", "120"];
    Invocation::new("compare", &[&options[..], &more, &models].concat()).start().finish()
}

/// A command whose name is not even text.
fn run() -> Outcome {
    let folder = folder();
    let program = script(&folder, b"run \xff\x1b[31m\n<b>", &format!("{}exec 3>&-; wait; exit 7", named_processes()));
    let mut words = vec![OsStr::new("--verbose"), OsStr::new("--"), program.as_os_str()];
    words.extend(NAMES.map(OsStr::from_bytes));
    Invocation::new("run", &words).start().finish()
}

#[test]
fn names_and_words_of_others_are_harmless_everywhere() {
    needs_bpf!();
    let (compared, run) = (compare(), run());
    let (mut report, run_report) = (compared.report(), run.report());
    assert_eq!((compared.code, run.code), (1, 7), "{}\n{}", compared.stderr, run.stderr);
    for shown in [&compared.stdout, &compared.stderr, &run.stderr, &rendered(&compared.file()), &rendered(&run.file())]
    {
        assert_harmless(shown);
    }
    assert_all_are_named(&report);
    assert_all_are_named(&run_report);
    assert!(report.runs.iter().any(|run| run.case.model == sentence().replace('=', "-")));
    assert_eq!(report.environment.runtimes[&sentence().replace('=', "-")], sentence());
    assert!(run_report.command_line.ends_with(&NAMES.map(in_report)), "{:?}", run_report.command_line);
    let failed: BTreeSet<_> = report.failures.iter().map(|failure| failure.case.model.as_str()).collect();
    assert_eq!(failed, BTreeSet::from(["<missing>", "|noisy\u{1b}[5m|"]));
    report.runs.extend(run_report.runs);
    report.command_line.extend(run_report.command_line);
    keep(&report);
}

/// crates/report/tests/fixtures/hostile.json is such a report, for the tests of everything that shows reports.
fn keep(report: &Report) {
    if let Some(path) = env::var_os("TASKWEIGHT_KEEP_HOSTILE") {
        json::write(report, fs::File::create(path).unwrap()).unwrap();
    }
}
