//! What plotters writes as SVG, in few bytes: a page has dozens of pictures, each at two widths.
//!
//! Colours become classes of the style sheet; lines of one class are one path; a circle becomes the mark of its series, which
//! the page has once. What is the same in all pictures is left to the style sheet.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use maud::{Markup, PreEscaped, html};
use roxmltree::{Document, Node};

use super::simplify::simplified;
use super::{Ink, UNITS_PER_PIXEL, marks};

/// What nobody sees: half a pixel.
const INVISIBLE: f64 = UNITS_PER_PIXEL as f64 / 2.0;

type Point = (i32, i32);

/// A piece of a picture, in the order in which they are drawn.
enum Piece {
    Rectangle {
        class: String,
        corner: Point,
        width: i32,
        height: i32,
    },
    /// All lines of one class, where the first of them is.
    Lines {
        class: String,
        path: String,
    },
    Mark {
        series: u8,
        center: Point,
    },
    Text {
        class: Option<String>,
        place: Point,
        dy: String,
        transform: Option<String>,
        text: String,
    },
}

/// What is within the `svg` element, drawn the same.
pub(super) fn compact(svg: &str) -> Result<Markup> {
    let document = Document::parse(svg)?;
    let mut pieces = Vec::new();
    for node in document.root_element().children().filter(Node::is_element) {
        add(&mut pieces, node)?;
    }
    Ok(html! { @for piece in &pieces { (markup(piece)) } })
}

fn add(pieces: &mut Vec<Piece>, node: Node<'_, '_>) -> Result<()> {
    let number = |name: &str| attribute(node, name)?.parse::<i32>().with_context(|| format!("{name} is no integer"));
    match node.tag_name().name() {
        "line" => add_line(pieces, node, &[(number("x1")?, number("y1")?), (number("x2")?, number("y2")?)])?,
        "polyline" => add_line(pieces, node, &points(attribute(node, "points")?)?)?,
        "rect" => pieces.push(Piece::Rectangle {
            class: format!("f{}", ink(node, "fill")?.class()),
            corner: (number("x")?, number("y")?),
            width: number("width")?,
            height: number("height")?,
        }),
        "circle" => match ink(node, "fill")? {
            Ink::Series(series) => pieces.push(Piece::Mark { series, center: (number("cx")?, number("cy")?) }),
            other => bail!("a circle is the mark of a series, not {other:?}"),
        },
        // Labels that are left out for want of room are texts without letters.
        "text" => pieces.extend(
            node.text().map(str::trim).filter(|text| !text.is_empty()).map(|text| text_of(node, text)).transpose()?,
        ),
        other => bail!("{other} is no element of these pictures"),
    }
    Ok(())
}

fn add_line(pieces: &mut Vec<Piece>, node: Node<'_, '_>, points: &[Point]) -> Result<()> {
    let class = format!("l{}", ink(node, "stroke")?.class());
    let same = pieces.iter_mut().find_map(|piece| match piece {
        Piece::Lines { class: other, path } if *other == class => Some(path),
        _ => None,
    });
    match same {
        Some(path) => append(path, points),
        None => {
            let mut path = String::new();
            append(&mut path, points);
            pieces.push(Piece::Lines { class, path });
        }
    }
    Ok(())
}

fn text_of(node: Node<'_, '_>, text: &str) -> Result<Piece> {
    let number = |name: &str| attribute(node, name)?.parse::<i32>().with_context(|| format!("{name} is no integer"));
    let ink = Some(ink(node, "fill")?).filter(|ink| *ink != Ink::Text).map(|ink| format!("f{}", ink.class()));
    let anchor = match attribute(node, "text-anchor")? {
        "middle" => Some("m".to_owned()),
        "end" => Some("e".to_owned()),
        _ => None,
    };
    let classes: Vec<_> = ink.into_iter().chain(anchor).collect();
    Ok(Piece::Text {
        class: Some(classes.join(" ")).filter(|classes| !classes.is_empty()),
        place: (number("x")?, number("y")?),
        dy: attribute(node, "dy")?.to_owned(),
        transform: node.attribute("transform").map(str::to_owned),
        text: text.to_owned(),
    })
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str> {
    node.attribute(name).with_context(|| format!("{} without {name}", node.tag_name().name()))
}

fn ink(node: Node<'_, '_>, name: &str) -> Result<Ink> {
    let color = attribute(node, name)?;
    Ink::of_color(color).with_context(|| format!("{color} is no ink"))
}

fn points(text: &str) -> Result<Vec<Point>> {
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',').with_context(|| format!("{pair} is no point"))?;
        Ok((x.parse()?, y.parse()?))
    };
    text.split_whitespace().map(point).collect()
}

/// Lines through these points: the first where it is, each other one as far as it is from the one before.
fn append(path: &mut String, points: &[Point]) {
    let points = simplified(points, INVISIBLE);
    let Some((x, y)) = points.first() else { return };
    let _ = write!(path, "M{x} {y}");
    for step in points.windows(2) {
        let [(x1, y1), (x2, y2)] = [step[0], step[1]];
        let _ = match (x2 - x1, y2 - y1) {
            (0, 0) => Ok(()),
            (0, dy) => write!(path, "v{dy}"),
            (dx, 0) => write!(path, "h{dx}"),
            (dx, dy) if dy < 0 => write!(path, "l{dx}{dy}"),
            (dx, dy) => write!(path, "l{dx} {dy}"),
        };
    }
}

/// maud has no elements that end in themselves, which take half as much here.
fn markup(piece: &Piece) -> Markup {
    match piece {
        Piece::Rectangle { class, corner: (x, y), width, height } => {
            PreEscaped(format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"))
        }
        Piece::Lines { class, path } => PreEscaped(format!("<path class=\"{class}\" d=\"{path}\"/>")),
        Piece::Mark { series, center: (x, y) } => {
            PreEscaped(format!("<use href=\"{}\" x=\"{x}\" y=\"{y}\"/>", marks::reference(*series)))
        }
        Piece::Text { class, place: (x, y), dy, transform, text } => html! {
            text class=[class.as_deref()] x=(x) y=(y) dy=(dy) transform=[transform.as_deref()] { (text) }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compacted(content: &str) -> String {
        compact(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{content}</svg>")).unwrap().into_string()
    }

    #[test]
    fn lines_of_one_class_are_one_path() {
        let svg = "<polyline fill=\"none\" stroke=\"#000001\" points=\"10,20 10,5 \"/>\n<text x=\"1\" y=\"2\" dy=\"0.5ex\" text-anchor=\"end\" \
                   fill=\"#000000\">\n a \n</text><line stroke=\"#000001\" x1=\"3\" y1=\"4\" x2=\"8\" y2=\"1\"/>";
        let expected =
            "<path class=\"lg\" d=\"M10 20v-15M3 4l5-3\"/><text class=\"e\" x=\"1\" y=\"2\" dy=\"0.5ex\">a</text>";
        assert_eq!(compacted(svg), expected);
    }

    #[test]
    fn a_circle_is_the_mark_of_its_series() {
        assert_eq!(
            compacted("<circle cx=\"7\" cy=\"9\" r=\"4\" fill=\"#00010B\"/>"),
            "<use href=\"#m11\" x=\"7\" y=\"9\"/>"
        );
        assert!(compact("<svg><circle cx=\"7\" cy=\"9\" fill=\"#FFFFFF\"/></svg>").is_err());
    }

    #[test]
    fn text_stays_text() {
        let hostile = "<text x=\"1\" y=\"2\" dy=\"0\" text-anchor=\"start\" fill=\"#00040C\">fill=&quot;#000101&quot; &lt;b&gt;</text>";
        let shown = compacted(hostile);
        assert_eq!(shown, "<text class=\"fo12\" x=\"1\" y=\"2\" dy=\"0\">fill=&quot;#000101&quot; &lt;b&gt;</text>");
    }

    #[test]
    fn a_path_ends_where_the_points_end() {
        let mut path = String::new();
        append(&mut path, &[(0, 0), (50, 0), (50, 0), (30, -20), (30, 7), (34, 19)]);
        assert_eq!(path, "M0 0h50l-20-20v27l4 12");
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        assert!(compact("<svg><image/></svg>").is_err() && compact("no picture").is_err());
    }
}
