//! How much a spreadsheet may cost us.

/// One million bytes.
const MB: u64 = 1_000_000;

/// Caps on a spreadsheet from outside. The defaults read the largest list a district has (100,000
/// rows of 30 columns) and keep the process under 250 MB whatever the file contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file itself, in bytes.
    pub file_bytes: u64,
    /// Bytes that all parts of an XLSX may unpack to together. They are streamed, never held.
    pub inflated_bytes: u64,
    /// Rows with content. Blank rows are free.
    pub rows: u32,
    /// Rightmost column (1-based) that may hold content.
    pub columns: u32,
    /// Cells in all sheets of an XLSX together, empty formatted ones included; in a text file, the
    /// cells of its rows.
    pub cells: u64,
    /// Files inside the XLSX package.
    pub zip_entries: usize,
    /// Characters in one cell; Excel's own limit.
    pub cell_chars: usize,
    /// Memory that the shared strings of an XLSX may take: its text is kept until the file is read.
    pub shared_strings_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 * MB,
            inflated_bytes: 400 * MB,
            rows: 150_000,
            columns: 200,
            cells: 12_000_000,
            zip_entries: 200,
            cell_chars: 32_767,
            shared_strings_bytes: 160 * MB,
        }
    }
}
