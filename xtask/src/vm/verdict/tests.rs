use super::*;

fn verdict(log: &str, end: End, expected: &[&str]) -> Verdict {
    let mut console = Console::default();
    console.feed(log.as_bytes(), Duration::ZERO);
    let expected: Vec<_> = expected.iter().map(|test| (*test).to_owned()).collect();
    Verdict::new("6.1-cloud", "6.1.0", (&console, end), &expected)
}

const FAILED: &str = "taskweight-tests: kernel 6.1\ntest a::b ... FAILED\n---- a::b stdout ----\nreason\n\n\
                      test result: FAILED\n";

#[test]
fn all_tests_passed_is_success() {
    let log = "taskweight-tests: kernel 6.1\ntest a::b ... ok\ntaskweight-tests: exit 0\n";
    let verdict = verdict(log, End::ByItself, &["a::b"]);
    assert!(verdict.is_success(), "{verdict}");
    assert_eq!((verdict.passed, verdict.to_string().as_str()), (1, ""));
}

#[test]
fn a_failed_test_is_shown_with_its_output() {
    let verdict = verdict(&format!("{FAILED}taskweight-tests: exit 101\n"), End::ByItself, &["a::b"]);
    assert!(!verdict.is_success() && !verdict.is_unfinished());
    assert_eq!(verdict.to_string(), "6.1-cloud: a::b FAILED\n    reason\n");
}

#[test]
fn a_test_that_passes_only_at_the_second_attempt_is_named_and_shown() {
    let again = "taskweight-tests: again a::b\ntest a::b ... ok\ntaskweight-tests: exit 101\n";
    let verdict = verdict(&format!("{FAILED}{again}"), End::ByItself, &["a::b"]);
    assert!(verdict.is_success(), "{verdict}");
    assert_eq!((verdict.passed, verdict.failed.len()), (1, 0));
    let shown = "6.1-cloud: a::b FAILED\n    reason\n6.1-cloud: passed at the second attempt: a::b\n";
    assert_eq!(verdict.to_string(), shown);
}

#[test]
fn a_test_that_fails_twice_has_failed() {
    let again = "taskweight-tests: again a::b\ntest a::b ... FAILED\ntaskweight-tests: exit 101\n";
    assert_eq!(verdict(&format!("{FAILED}{again}"), End::ByItself, &["a::b"]).failed, ["a::b"]);
}

#[test]
fn a_skipped_test_has_not_passed() {
    let log =
        "taskweight-tests: kernel 6.1\nSKIPPED: kernel::a::b: no BTF\ntest a::b ... ok\ntaskweight-tests: exit 0\n";
    let verdict = verdict(log, End::ByItself, &["a::b"]);
    assert_eq!((verdict.run_count(), verdict.skipped.len(), verdict.is_success()), (0, 1, true));
    assert_eq!(verdict.remarks(), ["skipped: a::b: no BTF"]);
}

#[test]
fn tests_with_one_reason_are_one_remark() {
    let left_out = ["a::b", "a::c"].map(|test| (test.to_owned(), "go: not built".to_owned())).to_vec();
    let verdict = Verdict { left_out, ..Verdict::default() };
    assert_eq!(verdict.remarks(), ["left out: go: not built (a::b, a::c)"]);
}

#[test]
fn a_guest_that_does_not_end_is_a_failure_with_the_tests_that_are_open() {
    let log = "taskweight-tests: kernel 6.1\ntest a::b ... ok\n";
    let hung = verdict(log, End::Hung, &["a::b", "a::c"]);
    assert!(hung.problems[0].contains("1 of 2 tests had ended, not a::c"), "{hung}");
    let died = verdict(log, End::ByItself, &["a::b", "a::c"]);
    assert!(died.problems[0].contains("not ended are a::c"), "{died}");
    let missing = verdict(&format!("{log}taskweight-tests: exit 0\n"), End::ByItself, &["a::b", "a::c"]);
    assert!(missing.problems[0].contains("have not ended: a::c"), "{missing}");
}

#[test]
fn a_guest_that_does_not_boot_is_a_failure() {
    let verdict = verdict("SeaBIOS\n", End::NotBooted, &["a::b"]);
    assert!(!verdict.is_success() && verdict.is_unfinished(), "{verdict}");
    assert_eq!(verdict.release.as_deref(), Some("6.1.0"));
}

#[test]
fn what_cannot_be_booted_is_unavailable() {
    let verdict = Verdict::unavailable("6.12-rt", "no network".to_owned());
    assert!(verdict.is_unavailable() && !verdict.is_success() && !verdict.is_unfinished());
    assert_eq!(verdict.to_string(), "6.12-rt: no network\n");
}

#[test]
fn a_status_without_a_failed_test_is_a_failure() {
    let log = "taskweight-tests: kernel 6.1\ntest a::b ... ok\ntaskweight-tests: exit 139\n";
    assert!(verdict(log, End::ByItself, &["a::b"]).problems[0].contains("status 139"));
}

#[test]
fn a_warning_of_the_kernel_is_a_failure() {
    let log = "taskweight-tests: kernel 6.1\ntaskweight-tests: exit 0\n<4>[ 1.0] WARNING: CPU: 0 PID: 7\n";
    assert!(verdict(log, End::ByItself, &[]).problems[0].contains("WARNING: CPU: 0 PID: 7"));
}
