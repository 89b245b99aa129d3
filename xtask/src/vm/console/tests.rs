use super::*;

const LOG: &str = "\
[    0.5] a line of the kernel\r
taskweight-tests: kernel 6.1.0-56-cloud-amd64\r
taskweight-tests: doctor raw {\"can_measure\": true}\r
running 4 tests\r
test sched::a ... ok\r
\r
SKIPPED: kernel::sched::b: no BTF\r
test sched::b ... ok\r
\r
LEFT OUT: sched::a: java-platform: no Java\r
test slow::c has been running for over 60 seconds\r
test fault::d ... FAILED\r
test slow::c ... ignored, not now\r
\r
successes:\r
\r
---- sched::a stdout ----\r
a word\r
\r
successes:\r
    sched::a\r
\r
failures:\r
\r
---- fault::d stdout ----\r
thread 'fault::d' panicked at x.rs:1:\r
test of a line ... that is none\r
\r
failures:\r
    fault::d\r
\r
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out\r
taskweight-tests: again fault::d\r
running 1 test\r
test fault::d ... ok\r
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out\r
taskweight-tests: exit 101\r
<4>[   12.000000] WARNING: CPU: 0 PID: 1 at kernel/x.c:1\r
<4>[   13.000000] clocksource: late\r
<0>[   14.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s!\r
taskweight-tests: end\r
";

fn console(pieces: &[&str]) -> Console {
    let mut console = Console::default();
    pieces.iter().for_each(|piece| console.feed(piece.as_bytes(), Duration::ZERO));
    console
}

#[test]
fn every_test_has_its_word() {
    let console = console(&[LOG]);
    assert_eq!(console.release.as_deref(), Some("6.1.0-56-cloud-amd64"));
    assert_eq!(console.with("ok"), ["sched::a", "sched::b"]);
    assert_eq!(console.with("FAILED"), ["fault::d"]);
    assert_eq!(console.with("ignored"), ["slow::c"]);
    assert_eq!(console.exit_status, Some(101));
}

#[test]
fn the_second_attempt_does_not_hide_the_first() {
    let console = console(&[LOG]);
    assert_eq!(console.again, BTreeMap::from([("fault::d".to_owned(), "ok".to_owned())]));
    assert_eq!(console.ended["fault::d"].word, "FAILED");
}

#[test]
fn reasons_and_output_belong_to_their_tests() {
    let console = console(&[LOG]);
    assert_eq!(console.skipped, BTreeMap::from([("sched::b".to_owned(), "no BTF".to_owned())]));
    assert_eq!(console.left_out, [("sched::a".to_owned(), "java-platform: no Java".to_owned())]);
    assert!(console.output["fault::d"].contains("panicked at x.rs:1:\ntest of a line ... that is none\n"));
    assert!(!console.output["fault::d"].contains("test result"));
}

#[test]
fn the_doctor_has_a_line_for_each_form() {
    let diagnoses = console(&[LOG]).diagnoses;
    assert_eq!(diagnoses, BTreeMap::from([("raw".to_owned(), r#"{"can_measure": true}"#.to_owned())]));
}

#[test]
fn what_must_never_happen_is_told_from_being_late() {
    let console = console(&[LOG]);
    assert_eq!(console.kernel_log.len(), 3);
    assert_eq!(console.complaints().len(), 1);
}

#[test]
fn pieces_may_end_anywhere() {
    let whole = console(&[LOG]);
    let pieces: Vec<_> = LOG.as_bytes().chunks(7).collect();
    let mut console = Console::default();
    pieces.iter().for_each(|piece| console.feed(piece, Duration::ZERO));
    assert_eq!(format!("{console:?}"), format!("{whole:?}"));
}

#[test]
fn a_test_has_the_time_of_its_line() {
    let mut console = Console::default();
    console.feed(b"taskweight-tests: kernel 6.1\n", Duration::from_secs(3));
    console.feed(b"test a::b ... ok\n", Duration::from_secs(5));
    assert_eq!((console.booted_at.as_secs(), console.ended["a::b"].at.as_secs()), (3, 5));
}

#[test]
fn without_an_end_there_is_no_status() {
    let console = console(&["taskweight-tests: kernel 6.1\ntest a::b ... ok\ntest a::c ... "]);
    assert_eq!((console.exit_status, console.with("ok")), (None, vec!["a::b"]));
}

#[test]
fn a_test_may_print_before_its_word() {
    let printed = "test a::b ... \r\nLEFT OUT: a::b: java: no Java\r\n\r\nok\r\ntest a::c ... \r\nok, or not\r\n";
    let console = console(&["taskweight-tests: kernel 6.1\r\n", printed]);
    assert_eq!((console.with("ok"), console.ended.len()), (vec!["a::b"], 1));
    assert_eq!(console.left_out.len(), 1);
}
