//! The page, one element a line; only its style and its drawings are digests.

use std::collections::HashSet;

use taskweight_report::claims::Language;
use taskweight_report::paint::html::render;

use crate::digest::digest;
use crate::{assert_is, reports};

#[test]
fn page() {
    for (name, report) in reports::all() {
        assert_is(&format!("{name}-page"), &outline(&render(&report, Language::English)));
    }
}

/// What is not as in English.
#[test]
fn page_in_korean() {
    let report = reports::textbook();
    let (page, english) = (outline(&render(&report, Language::Korean)), outline(&render(&report, Language::English)));
    let known: HashSet<&str> = english.lines().collect();
    let differing: Vec<_> = page.lines().filter(|line| !known.contains(line)).collect();
    assert_is("textbook-page-korean", &differing.join("\n"));
}

/// Each element on a line of its own, with its attributes and its text.
fn outline(page: &str) -> String {
    let page = shorten(&shorten(page, "style", digest_of_style), "svg", digest_of_drawing);
    page.replace("><", ">\n<").replace('<', "\n<").replace("\n</", "</").replace("\n\n", "\n")
}

/// The page with another content of these elements, which are never within each other.
fn shorten(page: &str, element: &str, shorter: fn(&str) -> String) -> String {
    let (start, end) = (format!("<{element}"), format!("</{element}>"));
    let mut pieces = page.split(&start);
    let mut short = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (head, rest) = piece.split_once('>').unwrap();
        let (content, rest) = rest.split_once(&end).unwrap();
        short.extend([&start, head, ">", &shorter(content), &end, rest]);
    }
    short
}

fn digest_of_style(style: &str) -> String {
    digest(style.as_bytes())
}

/// With its texts, such as the names of its axes.
fn digest_of_drawing(drawing: &str) -> String {
    let texts = drawing.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text.trim());
    let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
    format!("{}: {}", digest(drawing.as_bytes()), texts.join(" | "))
}
