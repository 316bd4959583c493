//! The check of a whole XLSX package before the spreadsheet library sees it.
//!
//! Every part is unpacked and counted without being kept, because sizes written in the package are
//! the sender's claim. The library itself takes several such claims at their word (the number of
//! shared strings, the corner cells of a sheet, the repeated use of a long style), and a failed
//! allocation ends the process, which nothing can catch. So the memory it will need is worked out here.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::xml::{Counts, XmlScan};
use super::{Limits, SheetError};

/// Parts that are read whole: workbook, relationships, styles, theme.
const SMALL_PART_BYTES: u64 = 8 * 1024 * 1024;
/// Memory for the styles of the cells.
const STYLE_BYTES: u64 = 48 * 1024 * 1024;
/// Elements in the style part; large real workbooks have a third of it.
const STYLE_TAGS: u64 = 400_000;
/// Elements of a part that are no cells: rows, links, merged areas.
const OTHER_TAGS: u64 = 2_000_000;
/// Rows that Excel itself allows in a sheet.
const SHEET_ROWS: u64 = 1_048_576;

/// Refuses a package that is not an XLSX or would cost more than the limits.
pub(super) fn check(file: &mut BufReader<File>, limits: &Limits) -> Result<(), SheetError> {
    check_directory(file, limits)?;
    file.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(&mut *file).map_err(SheetError::damaged)?;
    if archive.len() > limits.zip_entries {
        return Err(SheetError::TooManyParts { limit: limits.zip_entries });
    }
    check_kind(&mut archive)?;
    let mut total = Total::default();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(SheetError::damaged)?;
        let name = normal(&part.name().map_err(SheetError::damaged)?);
        scan_part(part, &name, &mut total, limits)?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(())
}

/// The archive library keeps a record for every entry of the directory; a directory can have far
/// more entries than a workbook, so their marks are counted first.
fn check_directory(file: &mut BufReader<File>, limits: &Limits) -> Result<(), SheetError> {
    const MARK: &[u8] = b"PK\x01\x02";
    let mut entries = 0;
    let mut buffer = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = file.read(&mut buffer[kept..])?;
        if read == 0 {
            return Ok(());
        }
        let filled = kept + read;
        entries += buffer[..filled].windows(MARK.len()).filter(|window| *window == MARK).count();
        // Workbooks embedded in the workbook have directories of their own.
        if entries > limits.zip_entries * 4 {
            return Err(SheetError::TooManyParts { limit: limits.zip_entries });
        }
        kept = filled.min(MARK.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

fn check_kind<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(), SheetError> {
    let mut names = Vec::with_capacity(archive.len());
    for name in archive.file_names() {
        names.push(normal(&name.map_err(SheetError::damaged)?));
    }
    if names.iter().any(|name| name == "xl/workbook.xml") {
        return Ok(());
    }
    if names.iter().any(|name| name == "xl/workbook.bin") {
        return Err(SheetError::OldExcel);
    }
    let mut kind = Vec::new();
    if let Ok(part) = archive.by_name("mimetype") {
        // An unreadable type is as good as none.
        let _ = part.take(100).read_to_end(&mut kind);
    }
    if kind.starts_with(b"application/vnd.oasis.opendocument") {
        return Err(SheetError::OpenDocument);
    }
    Err(SheetError::NotASpreadsheet)
}

/// The name as the spreadsheet library compares it.
fn normal(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

#[derive(Default)]
struct Total {
    bytes: u64,
    cells: u64,
    strings: u64,
}

fn scan_part(mut part: impl Read, name: &str, total: &mut Total, limits: &Limits) -> Result<(), SheetError> {
    let xml = name.ends_with(".xml") || name.ends_with(".rels");
    let small = name.ends_with(".rels")
        || ["workbook.xml", "styles.xml", "theme1.xml"].iter().any(|part| name.ends_with(part));
    let mut scan = XmlScan::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = part.read(&mut buffer).map_err(SheetError::damaged)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        if total.bytes + bytes > limits.inflated_bytes {
            return Err(SheetError::InflatesTooMuch { limit: limits.inflated_bytes });
        }
        if small && bytes > SMALL_PART_BYTES {
            return Err(SheetError::damaged(format_args!("{name} is larger than 8 MB")));
        }
        if xml {
            scan.feed(&buffer[..read])?;
            within(scan.counts(), total, limits)?;
        }
    }
    let counts = scan.counts();
    let style = size_of::<calamine::Style>() + 2 * counts.longest_tag;
    if counts.formats.saturating_mul(style as u64) > STYLE_BYTES
        || (name.ends_with("styles.xml") && counts.tags > STYLE_TAGS)
    {
        return Err(SheetError::damaged("too many cell styles"));
    }
    total.bytes += bytes;
    total.cells += counts.cells;
    total.strings += string_memory(counts);
    Ok(())
}

fn within(counts: &Counts, total: &Total, limits: &Limits) -> Result<(), SheetError> {
    if total.strings + string_memory(counts) > limits.shared_strings_bytes {
        return Err(SheetError::TooMuchText { limit: limits.shared_strings_bytes });
    }
    // A cell has a value and may have a formula; elements beyond that only cost time.
    let tags = limits.cells.saturating_mul(3).saturating_add(OTHER_TAGS);
    if total.cells + counts.cells > limits.cells || counts.tags > tags {
        return Err(SheetError::TooManyCells { limit: limits.cells });
    }
    if counts.rows > SHEET_ROWS {
        return Err(SheetError::TooManyRows { limit: limits.rows });
    }
    if counts.sheets > limits.zip_entries as u64 {
        return Err(SheetError::TooManyParts { limit: limits.zip_entries });
    }
    Ok(())
}

/// What the shared strings take in memory: the list, an allocation for each, their bytes. What was not
/// announced grows by doubling: a list for a moment exists twice, a text made of runs keeps its room.
fn string_memory(counts: &Counts) -> u64 {
    const STRING: u64 = size_of::<String>() as u64;
    const ALLOCATION: u64 = 32;
    let list = if counts.announced_strings >= counts.strings {
        counts.announced_strings
    } else {
        counts.strings.saturating_mul(3)
    };
    let bytes = if counts.runs > 0 { 2 * counts.string_bytes } else { counts.string_bytes };
    list * STRING + counts.strings * ALLOCATION + bytes
}
