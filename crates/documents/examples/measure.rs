//! Writes a workbook of 100,000 rows by 30 columns and reads it, saying how long it took and how much
//! memory the process used at most: `write FILE` (constant memory), `excel FILE` (with shared strings, as
//! Excel writes it) and `read FILE`.

use std::path::Path;
use std::time::Instant;

use asuh_documents::sheet::{Column, Kind, Limits, Row, SheetError, SheetReader, SheetWriter, Value};

fn main() -> Result<(), SheetError> {
    let arguments: Vec<String> = std::env::args().collect();
    let (Some(action), Some(file)) = (arguments.get(1), arguments.get(2)) else {
        eprintln!("measure write|excel|read FILE");
        return Ok(());
    };
    #[allow(clippy::disallowed_methods, reason = "an example that measures")]
    let start = Instant::now();
    match action.as_str() {
        "write" => write(Path::new(file))?,
        "excel" => excel(Path::new(file))?,
        _ => read(Path::new(file))?,
    }
    println!("{:.2} s", start.elapsed().as_secs_f64());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    }
    Ok(())
}

fn write(file: &Path) -> Result<(), SheetError> {
    let columns: Vec<Column> = (0..30)
        .map(|n| Column::new(format!("Kolom {n}"), if n % 3 == 0 { Kind::Text } else { Kind::Decimal(1) }))
        .collect();
    let mut writer = SheetWriter::xlsx(file, "Balita", &columns)?;
    for row in 0..100_000 {
        let nik = format!("{:016}", 3_271_046_504_930_001_i64 + row);
        let values: Vec<Value<'_>> = (0..30)
            .map(|n| if n % 3 == 0 { Value::Text(&nik) } else { Value::Number((row * n) as f64 / 10.0) })
            .collect();
        writer.row(&values)?;
    }
    writer.finish()
}

fn excel(file: &Path) -> Result<(), SheetError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..100_000_u32 {
        for column in 0..30_u16 {
            if column % 3 == 0 {
                sheet.write_string(
                    row,
                    column,
                    format!("{:016}", 3_271_046_504_930_001 + i64::from(row) * 30 + i64::from(column)),
                )?;
            } else {
                sheet.write_number(row, column, f64::from(row) / 10.0)?;
            }
        }
    }
    Ok(book.save(file)?)
}

fn read(file: &Path) -> Result<(), SheetError> {
    let mut reader = SheetReader::open(file, &Limits::default())?;
    let mut row = Row::default();
    let (mut rows, mut cells) = (0, 0);
    while reader.next_row(&mut row)? {
        rows += 1;
        cells += row.cells.len();
    }
    println!("{rows} rows, {cells} cells");
    Ok(())
}
