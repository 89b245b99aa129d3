//! CSV (RFC 4180): one row for each run and metric.

use super::metric::records;
use super::{ExportError, File, Source};
use taskweight_core::case::Case;
use taskweight_core::escape::escape;

/// One file for the report.
pub(super) fn files(source: &Source<'_>) -> Result<Vec<File>, ExportError> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let heads = ["run"].into_iter().chain(Case::NAMES).chain(["repetition", "metric", "item", "value", "unit"]);
    writer.write_record(heads)?;
    for record in records(source.report)? {
        let (run, repetition) =
            record.run.map_or_else(Default::default, |(index, repetition)| (index.to_string(), repetition.to_string()));
        let case = record.case.values().map(|value| cell(&value));
        for metric in record.metrics {
            let item = cell(metric.item.as_deref().unwrap_or_default());
            let (value, unit) = (metric.value.to_string(), metric.unit.to_string());
            let row = [run.as_str()].into_iter().chain(case.iter().map(String::as_str));
            writer.write_record(row.chain([&repetition, &metric.name, &item, &value, &unit].map(String::as_str)))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| ExportError::Csv(error.into_error().into()))?;
    Ok(vec![source.file("csv", bytes)])
}

/// Text from the traced system as a cell: nothing in it acts on a terminal, and a spreadsheet does not take it for a
/// formula.
fn cell(text: &str) -> String {
    let escaped = escape(text);
    if escaped.starts_with(['=', '+', '-', '@']) { format!("'{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_formula_and_has_no_line_breaks() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@x\ny\t"), r"'@x\x0ay\x09");
        assert_eq!(cell("tokio-mt"), "tokio-mt");
    }
}
