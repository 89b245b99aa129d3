//! The picture in docs/page.md: two places of one page, side by side.

use std::env;
use std::fs;
use std::path::Path;

use headless_chrome::protocol::cdp::Page::{CaptureScreenshotFormatOption::Png, Viewport};
use taskweight_report::{claims::Language, json, paint::html::render};

use crate::{browser, fixture};

/// Width of a place as a browser lays it out, and how much smaller it is shown.
const PLACE_PIXELS: u32 = 900;
const SCALE: f64 = 0.8;
const HEIGHT_PIXELS: u32 = 1125;
/// What a window has beside the page.
const FRAME_PIXELS: u32 = 300;

/// A page that shows another one twice: from its beginning, and from what a task switch costs.
fn twice(page: &str) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    let frame = format!(
        "<div><iframe srcdoc=\"{page}\" style=\"width:{PLACE_PIXELS}px;height:30000px;border:0;transform:scale({SCALE});transform-origin:0 0\"></iframe></div>"
    );
    format!(
        "<!DOCTYPE html><style>body{{margin:0;display:flex;height:{HEIGHT_PIXELS}px;overflow:hidden}}\
         div{{width:{}px;flex:none}}</style>{frame}{frame}",
        f64::from(PLACE_PIXELS) * SCALE
    )
}

/// With `TASKWEIGHT_PICTURE=report.json`, docs/page.png is made of that report.
#[test]
fn the_picture_in_the_documentation_can_be_made_again() {
    let Some(program) = browser::program() else { return };
    let asked_for = env::var_os("TASKWEIGHT_PICTURE");
    let report = asked_for.as_ref().map_or_else(|| fixture("page.json"), |path| json::read(Path::new(path)).unwrap());
    let width = (f64::from(2 * PLACE_PIXELS) * SCALE) as u32;
    let page = twice(&render(&report, Language::English));
    let shown = browser::show(program, &page, (width, HEIGHT_PIXELS + FRAME_PIXELS), false);
    let moved: f64 = shown.ask(&format!(
        "(() => {{ const frame = document.querySelectorAll('iframe')[1]; \
         const place = frame.contentDocument.querySelector('#switch h2').getBoundingClientRect().top; \
         frame.style.marginTop = -place * {SCALE} + 'px'; return place }})()"
    ));
    assert!(moved > f64::from(HEIGHT_PIXELS), "the second place is further down than the first one reaches: {moved}");
    let whole = Viewport { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(HEIGHT_PIXELS), scale: 1.0 };
    let picture = shown.tab.capture_screenshot(Png, None, Some(whole), true).unwrap();
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (width, HEIGHT_PIXELS), "width and height of a PNG file");
    if asked_for.is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/page.png"), picture).unwrap();
    }
}
