//! The tables of docs/metrics.md.

use super::{BY_NAME, MEMORY, Metric, PER_OPERATION, STACK, SUBJECTS, THREAD};

/// Before and after a table in the document, with the table's name.
const BEGIN: &str = "<!-- rows: ";
const END: &str = "<!-- end -->";
const HEAD: &str = "\n| name | from | to | not in it | checked against |\n|---|---|---|---|---|\n";

/// The document with every table made anew.
///
/// # Errors
/// The name of a table for which there are no rows, or that has no end.
pub fn filled(document: &str) -> Result<String, String> {
    let mut parts = document.split(BEGIN);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").ok_or_else(|| part.to_owned())?;
        let (_, after) = rest.split_once(END).ok_or_else(|| name.to_owned())?;
        let rows = rows(name).ok_or_else(|| name.to_owned())?;
        filled += &format!("{BEGIN}{name} -->{HEAD}{rows}{END}{after}");
    }
    Ok(filled)
}

/// The rows of a table by its name: a subject of the run's totals, or what else the rows are of.
fn rows(name: &str) -> Option<String> {
    let subject = |name| SUBJECTS.iter().find(|(subject, _)| *subject == name).map(|(_, rows)| rows.iter());
    Some(match name {
        "syscall by name" => table(BY_NAME.iter(), "kernel.syscalls.by_name.*."),
        "thread" => table(THREAD.iter(), "threads[]."),
        "stack" => table(STACK.iter(), "threads[]."),
        "memory" => table(MEMORY.iter(), ""),
        "per operation" => table(PER_OPERATION.iter(), ""),
        name => table(subject(name)?, ""),
    })
}

/// Rows without a definition are another row's part, and have it there.
fn table<Of: 'static>(rows: impl Iterator<Item = &'static Metric<Of>>, record: &str) -> String {
    rows.filter(|row| !row.doc.from.is_empty()).map(|row| line(row, record)).collect()
}

fn line<Of>(row: &Metric<Of>, record: &str) -> String {
    let path: Vec<String> = row.path.split(" + ").map(|field| format!("`{record}{field}`")).collect();
    let is_named = row.path.rsplit(['.', '_']).any(|word| word == row.label);
    let name = if is_named { path.join(" + ") } else { format!("{}: {}", row.label, path.join(" + ")) };
    let doc = &row.doc;
    let cells = [&name, doc.from, doc.to, doc.not_in_it, doc.checked_against];
    format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |").replace("|  |", "| |")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `TASKWEIGHT_WRITE_DOCS=1 cargo test -p taskweight-core definitions` writes the document.
    #[test]
    fn document_has_every_definition() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/metrics.md");
        let document = std::fs::read_to_string(path).unwrap();
        let filled = filled(&document).unwrap();
        if std::env::var_os("TASKWEIGHT_WRITE_DOCS").is_some() {
            std::fs::write(path, &filled).unwrap();
        }
        assert!(filled == document, "docs/metrics.md is not that of the registry: this test says how to write it");
        for row in SUBJECTS.iter().flat_map(|(_, rows)| rows.iter()) {
            assert!(row.doc.from.is_empty() || document.contains(row.doc.from), "{} is in no table", row.path);
        }
    }

    #[test]
    fn unknown_table_is_named() {
        assert_eq!(filled("a <!-- rows: nothing -->\n<!-- end -->"), Err(String::from("nothing")));
    }
}
