//! The page of a report, as a browser sees it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests too")]

mod browser;
mod origin;
mod picture;
mod text;

use std::{collections::BTreeSet, path::Path};

use origin::Source;
use taskweight_core::case::Case;
use taskweight_core::report::{LedgerRow, Report, Run};
use taskweight_report::{
    answer,
    claims::{Language, Outcome, verdicts},
    json,
    paint::html::render,
};

/// A page that is heavier than this is none to send to others.
const MOST_BYTES: usize = 1_500_000;

fn fixture(name: &str) -> Report {
    json::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

const FIXTURES: [&str; 4] = ["page.json", "compare.json", "anatomy.json", "command.json"];

/// Title, value and text of every number.
type Number = (String, String, String);

const NUMBERS: &str = "[...document.querySelectorAll('data')].map(one => [one.title, one.value, one.textContent])";

#[test]
fn every_number_is_what_the_json_says() {
    let Some(program) = browser::program() else { return };
    for name in FIXTURES {
        let source = Source::new(fixture(name));
        let page = browser::show(program.clone(), &render(&source.report, Language::English), (1200, 900), false);
        let numbers: Vec<Number> = page.ask(NUMBERS);
        println!("{name}: {} numbers", numbers.len());
        assert!(numbers.len() > 20, "{name}: {} numbers", numbers.len());
        for (origin, value, text) in numbers {
            let (value, expected): (f64, f64) = (value.parse().unwrap(), source.value(&origin));
            assert!(
                (value - expected).abs() <= expected.abs() * 1e-9,
                "{name}: {origin}: {value}, expected {expected}"
            );
            assert!(text::shows(&text, value), "{name}: {origin}: {text} for {value}");
        }
        // No number of a table is without its origin, but in columns of text.
        let others =
            "[...document.querySelectorAll('td:not(.text)')].map(one => [one.children.length, one.textContent])";
        for (children, text) in page.ask::<Vec<(usize, String)>>(others) {
            assert!(
                children == 1 || text.is_empty() || children == 2 && text.contains(" – ") || text == "–",
                "{name}: {text:?} has no origin"
            );
        }
    }
}

#[test]
fn nothing_is_loaded_and_nothing_complained_of() {
    let Some(program) = browser::program() else { return };
    for name in FIXTURES {
        let page = browser::show(program.clone(), &render(&fixture(name), Language::English), (1200, 900), false);
        let requests = page.requests.lock().unwrap().clone();
        assert!(requests.len() == 1 && requests[0].starts_with("file://"), "{name}: {requests:?}");
        assert_eq!(*page.complaints.lock().unwrap(), Vec::<String>::new(), "{name}");
        assert_eq!(page.ask::<usize>("document.querySelectorAll('script,link,iframe,img,object,embed').length"), 0);
    }
}

#[test]
fn a_request_that_left_the_page_would_be_noticed() {
    let Some(program) = browser::program() else { return };
    let html = "<!DOCTYPE html><img src='http://example.invalid/x.png'><script>console.error('here')</script>";
    let page = browser::show(program, html, (800, 600), false);
    assert!(page.requests.lock().unwrap().iter().any(|url| url.starts_with("http://example.invalid/")));
    assert!(page.complaints.lock().unwrap().iter().any(|text| text.contains("here")));
}

#[test]
fn pictures_are_drawn_for_the_width_of_the_window() {
    let Some(program) = browser::program() else { return };
    let html = render(&fixture("page.json"), Language::English);
    let seen = "[...document.querySelectorAll('svg.chart')].filter(one => one.checkVisibility()).map(one => [one.getAttribute('class'), \
                one.getBoundingClientRect().width, one.querySelectorAll('use,path,rect').length])";
    for (width, class) in [(1200, "chart wide"), (390, "chart narrow")] {
        let page = browser::show(program.clone(), &html, (width, 900), false);
        let pictures: Vec<(String, f64, usize)> = page.ask(seen);
        assert!(pictures.len() >= 10, "{} pictures", pictures.len());
        for (found, on_screen, shapes) in pictures {
            assert!(found == class && on_screen > 250.0 && shapes > 3, "{found}, {on_screen} wide, {shapes} shapes");
        }
        let overflow: f64 = page.ask("document.documentElement.scrollWidth - window.innerWidth");
        assert!(overflow <= 0.0, "{overflow} pixels wider than the window of {width}");
    }
}

#[test]
fn text_in_charts_neither_overlaps_nor_leaves_its_chart() {
    let Some(program) = browser::program() else { return };
    // Letters fill less than their box: two units at each side are not seen.
    let faults = "[...document.querySelectorAll('svg.chart')].filter(one => one.checkVisibility()).flatMap(chart => { \
        const view = chart.viewBox.baseVal, texts = [...chart.querySelectorAll('text')].map(one => [one.textContent, one.getBBox()]); \
        const out = texts.filter(([, box]) => box.x < 0 || box.y < 0 || box.x + box.width > view.width || box.y + box.height > view.height); \
        const apart = (a, b) => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height - 4 <= b.y || b.y + b.height - 4 <= a.y; \
        const over = texts.filter(([, box], at) => texts.slice(0, at).some(([, other]) => !apart(box, other))); \
        return [...out, ...over].map(([text]) => chart.getAttribute('aria-label') + ': ' + text) })";
    let many = render(&of_many_models(0), Language::English);
    let pages = FIXTURES.map(|name| render(&fixture(name), Language::English));
    for html in pages.iter().chain([&many]) {
        for width in [1200, 390] {
            let page = browser::show(program.clone(), &html.replace("<details", "<details open"), (width, 900), false);
            assert_eq!(page.ask::<Vec<String>>(faults), Vec::<String>::new(), "{width} pixels");
        }
    }
}

#[test]
fn dark_is_dark_and_everything_can_be_read_in_both() {
    let Some(program) = browser::program() else { return };
    let html = render(&fixture("page.json"), Language::English);
    // Relative luminance of WCAG, of the colours as they are computed.
    let contrast = "(() => { const channel = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; \
        const light = color => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number); \
        return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) }; \
        const paper = light(getComputedStyle(document.body).backgroundColor); \
        const ratio = color => { const one = light(color); return (Math.max(one, paper) + .05) / (Math.min(one, paper) + .05) }; \
        const lines = [...document.querySelectorAll('.chart path[class^=ls]')].map(one => ratio(getComputedStyle(one).stroke)); \
        const texts = [...document.querySelectorAll('p,td,th,a,summary,.chart text:not([class^=f])')].map(one => \
        ratio(one.tagName == 'text' ? getComputedStyle(one).fill : getComputedStyle(one).color)); \
        return [paper, Math.min(...lines), Math.min(...texts)] })()";
    for dark in [false, true] {
        let page = browser::show(program.clone(), &html, (1200, 900), dark);
        let (paper, lines, texts): (f64, f64, f64) = page.ask(contrast);
        assert_eq!(paper < 0.1, dark, "the background's luminance is {paper}");
        assert!(lines >= 3.0 && texts >= 4.5, "contrast of lines {lines}, of text {texts}");
    }
}

#[test]
fn everything_that_unfolds_or_scrolls_is_reached_by_the_keyboard() {
    let Some(program) = browser::program() else { return };
    let page = browser::show(program, &render(&fixture("page.json"), Language::English), (1200, 900), false);
    let unreachable = "[...document.querySelectorAll('summary,.scroll,a')].filter(one => one.tabIndex < 0).length";
    assert_eq!(page.ask::<usize>(unreachable), 0);
    page.tab.press_key("Tab").unwrap();
    assert_eq!(page.ask::<String>("document.activeElement.textContent"), "Skip to content");
    let closed = "document.querySelectorAll('details:not([open])').length";
    let before: usize = page.ask(closed);
    page.tab.evaluate("document.querySelector('details:not([open]) > summary').focus()", false).unwrap();
    page.tab.press_key("Enter").unwrap();
    assert_eq!(page.ask::<usize>(closed), before - 1);
    let names = "[...document.querySelectorAll('svg.chart')].every(one => one.getAttribute('aria-label').length > 10)";
    assert!(page.ask::<bool>(names));
    let missing = "[...document.querySelectorAll('nav a')].filter(one => !document.querySelector(one.getAttribute('href'))).length";
    assert_eq!(page.ask::<usize>(missing), 0);
}

#[test]
fn verdicts_and_answer_stand_first_in_the_language_asked_for() {
    let Some(program) = browser::program() else { return };
    let report = fixture("page.json");
    for language in Language::ALL {
        let page = browser::show(program.clone(), &render(&report, language), (1200, 900), false);
        assert_eq!(page.ask::<String>("document.documentElement.lang"), language.code());
        let said: Vec<String> = page.ask("[...document.querySelectorAll('.answer p')].map(one => one.textContent)");
        assert_eq!(said, answer(&report, language));
        let cards: Vec<(String, String, String)> = page.ask(
            "[...document.querySelectorAll('.verdict')].map(one => [one.id, one.className, one.querySelector('.outcome').textContent])",
        );
        let all = verdicts(&report, language);
        assert_eq!(cards.len(), all.len());
        for verdict in all {
            let (_, class, outcome) = cards.iter().find(|(id, ..)| *id == format!("claim-{}", verdict.id)).unwrap();
            assert!(outcome.ends_with(language.outcome(verdict.outcome)), "{outcome}");
            assert_eq!(class.contains("unknown"), verdict.outcome == Outcome::NotMeasured);
        }
        assert_eq!(page.ask::<String>("document.querySelector('main').firstElementChild.className"), "answer");
    }
}

/// A report in which every name is an attack.
fn hostile() -> Report {
    let attack = |text: &str| {
        format!(
            "{text}\"'><script>document.title='hacked'</script><img src=x onerror=document.title='hacked'>\u{202e}\x1b[2J"
        )
    };
    let mut report = fixture("page.json");
    report.command_line.push(attack("command"));
    report.environment.cpu_model = Some(attack("cpu"));
    report.environment.runtimes.insert(attack("model"), attack("runtime"));
    for run in &mut report.runs {
        run.case.model = attack(&run.case.model);
        run.operation = Some(attack("operation"));
        run.loss.insert(attack("cause"), 1);
    }
    report.ledger.iter_mut().for_each(|row| (row.model, row.stopped_by) = (attack(&row.model), Some(attack("limit"))));
    for anatomy in &mut report.anatomy {
        anatomy.model = attack(&anatomy.model);
        anatomy.segments.iter_mut().for_each(|segment| segment.step = attack(&segment.step));
        anatomy.merged = vec![attack("merged")];
    }
    report.regimes.iter_mut().for_each(|regime| regime.cause = Some(attack("cause")));
    report.probes.iter_mut().for_each(|probe| probe.reason = Some(attack("reason")));
    report
}

#[test]
fn names_from_the_traced_system_are_text_and_nothing_else() {
    let Some(program) = browser::program() else { return };
    let mut command = fixture("command.json");
    command.runs[0].threads[0].name = "</title></style><script>document.title='hacked'</script>".to_owned();
    for report in [hostile(), command] {
        let html = render(&report, Language::English);
        assert!(!html.contains('\u{202e}') && !html.contains('\x1b'), "what reorders or hides text is made visible");
        // Without the page's policy a script that got in would run, and be noticed.
        let html = html.replace("http-equiv=\"Content-Security-Policy\"", "name=\"none\"");
        let page = browser::show(program.clone(), &html, (1200, 900), false);
        assert!(!page.ask::<String>("document.title").contains("hacked"));
        assert_eq!(page.ask::<usize>("document.querySelectorAll('script,img').length"), 0);
        assert!(page.ask::<bool>("document.body.innerText.includes('<script>')"));
    }
}

/// A report of 24 models, which are those of a real one eight times over; each does its work with as many more numbers of
/// tasks.
fn of_many_models(more_tasks: u64) -> Report {
    let mut report = fixture("page.json");
    let names = |model: &str| (0..8).map(|copy| format!("{model}-{copy}")).collect::<Vec<_>>();
    let mut runs = Vec::new();
    for run in &report.runs {
        for model in names(&run.case.model) {
            runs.extend((0..=more_tasks).map(|more| {
                let tasks = run.case.tasks.map(|tasks| tasks + more);
                Run { case: Case { model: model.clone(), tasks, ..run.case.clone() }, ..run.clone() }
            }));
        }
    }
    report.runs = runs;
    let rows = report.ledger.iter();
    let rows = rows.flat_map(|row| names(&row.model).into_iter().map(|model| LedgerRow { model, ..row.clone() }));
    report.ledger = rows.collect();
    report
}

#[test]
fn a_page_of_many_models_is_light_enough_too_and_says_what_it_leaves_out() {
    const LEFT_OUT: &str = "Omitted to keep the page small: ";
    for (more_tasks, is_too_much) in [(0, false), (1, true)] {
        let report = of_many_models(more_tasks);
        let models: BTreeSet<_> = report.runs.iter().map(|run| &run.case.model).collect();
        let html = render(&report, Language::English);
        println!("{} models, {} runs: {} bytes", models.len(), report.runs.len(), html.len());
        assert_eq!(models.len(), 24);
        assert!(html.len() < MOST_BYTES, "{} bytes", html.len());
        assert_eq!(html.contains(LEFT_OUT), is_too_much);
        // What there is room for is not left out.
        assert!(!is_too_much || html.len() > MOST_BYTES * 3 / 4, "{} bytes", html.len());
    }
}

#[test]
fn interrupts_stand_beside_calls_and_faults() {
    let Some(program) = browser::program() else { return };
    let mut report = fixture("page.json");
    for (run, count) in report.runs.iter_mut().zip(1..) {
        let operations = run.operations.unwrap_or(1) as f64;
        run.kernel.interrupts.count = Some(count);
        run.per_operation.get_or_insert_default().interrupts = Some(count as f64 / operations);
    }
    let source = Source::new(report);
    let page = browser::show(program, &render(&source.report, Language::English), (1200, 900), false);
    let numbers: Vec<Number> = page.ask(NUMBERS);
    let interrupts: Vec<_> =
        numbers.iter().filter(|(origin, ..)| origin.ends_with("per_operation.interrupts")).collect();
    assert!(interrupts.len() > 20, "{}", interrupts.len());
    for (origin, value, text) in interrupts {
        let (value, expected): (f64, f64) = (value.parse().unwrap(), source.value(origin));
        assert!(
            (value - expected).abs() <= expected.abs() * 1e-9 && text::shows(text, value),
            "{origin}: {value}, {text}"
        );
    }
    let pictures = "[...document.querySelectorAll('svg.wide')].map(one => [one.getAttribute('aria-label'), one.querySelectorAll('.fp1').length])";
    let bars =
        page.ask::<Vec<(String, usize)>>(pictures).into_iter().filter(|(name, _)| name.starts_with("Kernel entries"));
    let with_interrupts: Vec<_> = bars.map(|(_, parts)| parts).collect();
    assert_eq!(with_interrupts, [3, 3], "a part of each model's bar, in both scenarios");
}

#[test]
fn a_command_has_its_interrupts_by_kind() {
    let report = fixture("command.json");
    let html = render(&report, Language::English);
    let kinds = report.runs[0].kernel.interrupts.by_kind.iter();
    for (kind, _) in kinds.filter(|(_, counted)| counted.is_some()) {
        assert!(html.contains(&format!("runs[0].kernel.interrupts.by_kind.{kind}.count")), "{kind}");
    }
    let mut unseen = report;
    unseen.runs[0].kernel.interrupts = Default::default();
    unseen.runs[0].kernel.softirqs = None;
    assert!(render(&unseen, Language::English).contains("Interrupts were not counted: "));
}

#[test]
fn a_page_is_light_enough_to_send() {
    for name in FIXTURES {
        let html = render(&fixture(name), Language::English);
        assert!(html.len() < MOST_BYTES, "{name}: {} bytes", html.len());
        assert!(html.contains("default-src 'none'") && !html.contains("<script"), "{name}");
    }
}

#[test]
fn what_is_not_in_a_report_is_said_with_the_command_that_measures_it() {
    let mut report = fixture("compare.json");
    report.runs.clear();
    report.ledger.clear();
    let html = render(&report, Language::English);
    for command in ["anatomy", "memory", "compare --scenarios echo", "compare --scenarios hog", "regimes --quick"] {
        assert!(html.contains(&format!("<code>taskweight {command}</code>")), "{command}");
    }
    let anatomy = render(&fixture("anatomy.json"), Language::English);
    assert!(!anatomy.contains("<code>taskweight anatomy</code>"));
}

#[test]
fn numbers_beyond_all_bounds_are_drawn_or_left_out() {
    let mut report = fixture("page.json");
    report.started_at_unix_s = u64::MAX;
    for run in &mut report.runs {
        (run.case.tasks, run.operations, run.elapsed_ns.twin) = (Some(u64::MAX), Some(u64::MAX), Some(0));
        let figures = run.per_operation.get_or_insert_default();
        (figures.elapsed_ns, figures.kernel_switches) = (f64::MAX, -1.0);
    }
    for point in report.ledger.iter_mut().flat_map(|row| &mut row.points) {
        (point.tasks, point.figures.total_bytes) = (0, Some(u64::MAX));
    }
    report
        .anatomy
        .iter_mut()
        .for_each(|anatomy| (anatomy.sum_ns, anatomy.segments[0].per_hand_over_ns) = (0.0, f64::MAX));
    let html = render(&report, Language::English);
    assert!(html.ends_with("</html>") && !html.contains("NaN"));
}
