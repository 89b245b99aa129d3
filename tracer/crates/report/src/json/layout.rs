//! Line breaks of a report: readable, and yet one line for a histogram's hundreds of buckets.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Objects have a line for each field; lists have one only where they hold objects.
#[derive(Default)]
pub(super) struct Layout {
    /// What is open, outermost first.
    open: Vec<Open>,
}

/// An object or a list that is being written.
struct Open {
    is_object: bool,
    /// Whether its end stands on a line of its own.
    has_lines: bool,
}

impl Layout {
    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, is_object: bool) -> io::Result<()> {
        if is_object && self.open.last().is_some_and(|parent| !parent.is_object) {
            self.new_line(out)?;
        }
        self.open.push(Open { is_object, has_lines: false });
        out.write_all(if is_object { b"{" } else { b"[" })
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        let Some(ended) = self.open.pop() else { return Ok(()) };
        if ended.has_lines {
            self.indent(out)?;
        }
        out.write_all(if ended.is_object { b"}" } else { b"]" })
    }

    /// Begins a line within what is open.
    fn new_line<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if let Some(open) = self.open.last_mut() {
            open.has_lines = true;
        }
        self.indent(out)
    }

    fn indent<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        self.open.iter().try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, false)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, true)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.new_line(out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    #[test]
    fn lists_of_numbers_stay_on_one_line() {
        let value = json!({"buckets": [[1, 2], [3, 4]], "empty": {}, "none": [], "runs": [{"a": 1}, {"b": null}]});
        let mut text = Vec::new();
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, super::Layout::default())).unwrap();
        let expected = "{\n  \"buckets\": [[1,2],[3,4]],\n  \"empty\": {},\n  \"none\": [],\n  \"runs\": [\n    \
                        {\n      \"a\": 1\n    },\n    {\n      \"b\": null\n    }\n  ]\n}";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
