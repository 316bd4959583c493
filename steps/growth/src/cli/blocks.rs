//! A file in blocks of whole rows, computed at the same time and written in their order.

use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use super::FileError;
use super::reading::Fault;
use super::table::Table;

/// Bytes of a block; some thousand rows.
const BLOCK: usize = 512 * 1024;

/// A row longer than this is taken for a quote that is never closed.
const LONGEST: usize = 8 * 1024 * 1024;

/// Reads blocks that end where a row ends.
pub(super) struct Blocks<R> {
    input: R,
    /// The start of the next block, read already.
    rest: Vec<u8>,
    delimiter: u8,
    /// Lines given out so far.
    lines: u64,
}

impl<R: Read> Blocks<R> {
    /// Reads the heading; the blocks then start after it.
    ///
    /// # Errors
    /// What [`Table::read`] refuses; a file that cannot be read, without its name.
    pub(super) fn start(input: R) -> Result<(Blocks<R>, Table), FileError> {
        let mut blocks = Blocks { input, rest: Vec::new(), delimiter: b',', lines: 0 };
        let mut first = blocks.next(Vec::new())?.ok_or(FileError::Empty)?;
        let (table, end) = Table::read(&first)?;
        first.drain(..end);
        first.append(&mut blocks.rest);
        blocks.rest = first;
        blocks.delimiter = table.delimiter;
        blocks.lines = table.lines;
        Ok((blocks, table))
    }

    /// The next block, in the memory of `block`. `None` at the end.
    pub(super) fn next(&mut self, mut block: Vec<u8>) -> Result<Option<Vec<u8>>, FileError> {
        block.clear();
        block.append(&mut self.rest);
        let mut wanted = BLOCK;
        loop {
            let missing = wanted.saturating_sub(block.len());
            let read = (&mut self.input)
                .take(missing as u64)
                .read_to_end(&mut block)
                .map_err(|error| FileError::Io(PathBuf::new(), error))?;
            let ended = read < missing;
            let end = if ended { block.len() } else { last_row_end(&block, self.delimiter) };
            if end > 0 {
                self.rest.extend_from_slice(&block[end..]);
                block.truncate(end);
                self.lines += lines(&block);
                return Ok(Some(block));
            }
            if ended {
                return Ok(None);
            }
            if block.len() >= LONGEST {
                return Err(FileError::Endless(self.lines + 1));
            }
            wanted = block.len() * 2;
        }
    }
}

/// Line breaks in a piece of text.
pub(super) fn lines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Where the last row ends that is there in full; 0 if none is.
fn last_row_end(block: &[u8], delimiter: u8) -> usize {
    if !block.contains(&b'"') {
        return block.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    }
    // A line may end within quotes: only reading the rows tells.
    let mut reader = super::reading::rows(block, delimiter);
    let (mut record, mut start) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        start = record.position().map_or(0, csv::Position::byte);
    }
    usize::try_from(start).unwrap_or(0)
}

/// What came of a block.
#[derive(Default)]
pub(super) struct Done {
    /// The rows as they are written.
    pub(super) text: Vec<u8>,
    /// What could not be read; lines are counted within the block, from 0.
    pub(super) faults: Vec<Fault>,
    pub(super) rows: u64,
    pub(super) bad_rows: u64,
    pub(super) lines: u64,
    /// Numbers with a decimal comma.
    pub(super) commas: u64,
}

impl Done {
    fn clear(&mut self) {
        self.text.clear();
        self.faults.clear();
        (self.rows, self.bad_rows, self.lines, self.commas) = (0, 0, 0, 0);
    }
}

/// Runs `work` on all blocks, on all cores, and gives what came of them to `finish` in the order of the file.
/// Memory is that of some blocks a core, however long the file is.
pub(super) fn run<R: Read>(
    mut blocks: Blocks<R>,
    work: &(dyn Fn(&[u8], &mut Done) + Sync),
    progress: &mut dyn FnMut(u64),
    mut finish: impl FnMut(&Done) -> Result<(), FileError> + Send,
) -> Result<(), FileError> {
    let (queue, waiting) = sync_channel::<Receiver<(Vec<u8>, Done)>>(2 * rayon::current_num_threads());
    // Memory that was asked for once is used again.
    let spare: Mutex<Vec<(Vec<u8>, Done)>> = Mutex::new(Vec::new());
    let spare = &spare;
    std::thread::scope(|threads| {
        let writer = threads.spawn(move || -> Result<(), FileError> {
            for answer in waiting {
                // No answer: the work panicked, and the scope passes it on.
                let Ok((block, mut done)) = answer.recv() else { break };
                finish(&done)?;
                done.clear();
                spare.lock().unwrap_or_else(PoisonError::into_inner).push((block, done));
            }
            Ok(())
        });
        let read = rayon::in_place_scope(|scope| {
            let mut position = 0;
            loop {
                let (block, mut done) =
                    spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
                let Some(block) = blocks.next(block)? else { return Ok(()) };
                position += block.len() as u64;
                progress(position);
                let (answer, receiver) = sync_channel(1);
                if queue.send(receiver).is_err() {
                    // The writer stopped and says why.
                    return Ok(());
                }
                scope.spawn(move |_| {
                    work(&block, &mut done);
                    done.lines = lines(&block);
                    // Nobody waits any more when the writer stopped.
                    let _ = answer.send((block, done));
                });
            }
        });
        drop(queue);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        read.and(written)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that gives a few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(into.len()).min(100_003);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn count(file: &str) -> (usize, usize, Vec<u8>) {
        let (mut blocks, table) = Blocks::start(Slow(file.as_bytes())).unwrap();
        let (mut pieces, mut rows, mut all) = (0, 0, Vec::new());
        while let Some(block) = blocks.next(Vec::new()).unwrap() {
            let mut reader = super::super::reading::rows(&block, table.delimiter);
            rows += reader.byte_records().filter(|row| row.as_ref().is_ok_and(|row| row.len() == 2)).count();
            pieces += 1;
            all.extend(block);
        }
        (pieces, rows, all)
    }

    #[test]
    fn blocks_end_where_rows_end() {
        let plain = format!("sex,age\n{}", "1,858\n".repeat(300_000));
        let (pieces, rows, all) = count(&plain);
        assert!(pieces > 2, "{pieces}");
        assert_eq!((rows, all.as_slice()), (300_000, &plain.as_bytes()["sex,age\n".len()..]));
        // Lines within quotes, CRLF, no end of the last line.
        let quoted = format!("sex,age\r\n{}1,2", "\"a\nb,\"\"c\",858\r\n".repeat(100_000));
        let (pieces, rows, all) = count(&quoted);
        assert!(pieces > 2, "{pieces}");
        assert_eq!(rows, 100_001);
        assert!(quoted.as_bytes().ends_with(&all));
    }

    #[test]
    fn a_quote_that_is_never_closed_has_an_end() {
        let mut file = b"sex,age\n1,858\n1,\"".to_vec();
        file.resize(2 * LONGEST, b'\n');
        let (mut blocks, _) = Blocks::start(Slow(&file)).unwrap();
        assert!(blocks.next(Vec::new()).unwrap().is_some_and(|block| block == b"1,858\n"));
        assert!(matches!(blocks.next(Vec::new()), Err(FileError::Endless(3))));
    }
}
