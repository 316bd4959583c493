//! A counting pass over the XML of a workbook part, before any XML library sees it.
//!
//! XML readers keep one token (a tag, a run of text) in memory, and the spreadsheet library keeps one
//! cell and all shared strings. So what must be bounded is found here, on bytes that come and go:
//! the length of tokens and cells, and the number of the elements that cost memory later. What could
//! be read in two ways (a `<` inside a tag, control characters, UTF-16) is refused, so that the
//! tokens counted here are the tokens read later.

use super::SheetError;

/// Longest tag.
const TAG_BYTES: usize = 64 * 1024;
/// Longest run of text; a full Excel cell of escaped ampersands has 164 kB.
const TEXT_BYTES: u64 = 256 * 1024;
/// Longest cell or shared string with all its markup.
const ITEM_BYTES: u64 = 2 * 1024 * 1024;

/// What a part contains.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Start tags of any kind.
    pub(super) tags: u64,
    /// `<row>`
    pub(super) rows: u64,
    /// `<c>`
    pub(super) cells: u64,
    /// `<si>`: shared strings.
    pub(super) strings: u64,
    /// Bytes of text after the first shared string.
    pub(super) string_bytes: u64,
    /// `<r>`: runs of text in a format of their own.
    pub(super) runs: u64,
    /// How many shared strings the part announces; the library reserves memory for them.
    pub(super) announced_strings: u64,
    /// `<xf>`: cell formats.
    pub(super) formats: u64,
    /// `<sheet>`: sheets of a workbook.
    pub(super) sheets: u64,
    /// Longest tag in bytes.
    pub(super) longest_tag: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Text,
    /// In a tag, outside quotes.
    Tag,
    /// In an attribute value that ends with this byte.
    Quoted(u8),
    /// After `<!`, not yet known what it is.
    Bang,
    Comment,
    CData,
    Instruction,
}

/// The pass; feed it a part piece by piece.
pub(super) struct XmlScan {
    state: State,
    /// The current tag without its brackets, or the last bytes of a comment and the like.
    token: Vec<u8>,
    token_bytes: u64,
    text_bytes: u64,
    /// The open `<si>`, `<is>` or `<v>`, whose text the library gathers.
    item: Option<Open>,
    /// The open `<t>` in it.
    run: Option<Open>,
    counts: Counts,
}

/// An element whose content must stay small.
struct Open {
    name: Vec<u8>,
    bytes: u64,
}

impl XmlScan {
    pub(super) fn new() -> Self {
        Self {
            state: State::Text,
            token: Vec::new(),
            token_bytes: 0,
            text_bytes: 0,
            item: None,
            run: None,
            counts: Counts::default(),
        }
    }

    /// What was counted so far.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Reads the next bytes of the part.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), SheetError> {
        if bytes.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(SheetError::damaged("control characters in XML"));
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match self.state {
                State::Text => self.text(rest)?,
                State::Tag | State::Quoted(_) => self.tag(rest)?,
                State::Bang => self.bang(rest[0])?,
                State::Comment => self.until(rest, b"-->", false)?,
                State::CData => self.until(rest, b"]]>", true)?,
                State::Instruction => self.until(rest, b"?>", false)?,
            };
            for open in self.item.iter_mut().chain(&mut self.run) {
                open.bytes += used as u64;
                if open.bytes > ITEM_BYTES {
                    return Err(SheetError::damaged("one cell takes more than 2 MB"));
                }
            }
            rest = &rest[used..];
        }
        Ok(())
    }

    fn text(&mut self, bytes: &[u8]) -> Result<usize, SheetError> {
        let end = bytes.iter().position(|byte| *byte == b'<');
        let length = end.unwrap_or(bytes.len());
        self.text_bytes += length as u64;
        if self.text_bytes > TEXT_BYTES {
            return Err(SheetError::damaged("a text of more than 256 kB"));
        }
        if self.counts.strings > 0 {
            self.counts.string_bytes += length as u64;
        }
        if end.is_none() {
            return Ok(length);
        }
        self.state = State::Tag;
        self.token.clear();
        self.token_bytes = 0;
        Ok(length + 1)
    }

    fn tag(&mut self, bytes: &[u8]) -> Result<usize, SheetError> {
        for (index, &byte) in bytes.iter().enumerate() {
            match (self.state, byte) {
                (_, b'<') => return Err(SheetError::damaged("a bracket inside a tag")),
                (State::Tag, b'!') if self.token.is_empty() => {
                    self.state = State::Bang;
                    return Ok(index + 1);
                }
                (State::Tag, b'?') if self.token.is_empty() => {
                    self.state = State::Instruction;
                    return Ok(index + 1);
                }
                (State::Tag, b'>') => {
                    self.state = State::Text;
                    self.text_bytes = 0;
                    self.end_of_tag()?;
                    return Ok(index + 1);
                }
                (State::Tag, b'"' | b'\'') => {
                    if self.token.first() == Some(&b'/') {
                        return Err(SheetError::damaged("quotes in a closing tag"));
                    }
                    self.state = State::Quoted(byte);
                }
                (State::Quoted(quote), _) if byte == quote => self.state = State::Tag,
                _ => (),
            }
            self.token.push(byte);
            if self.token.len() > TAG_BYTES {
                return Err(SheetError::damaged("a tag of more than 64 kB"));
            }
        }
        Ok(bytes.len())
    }

    fn bang(&mut self, byte: u8) -> Result<usize, SheetError> {
        self.token.push(byte);
        match self.token.as_slice() {
            b"--" => self.state = State::Comment,
            b"[CDATA[" => self.state = State::CData,
            start if b"--".starts_with(start) || b"[CDATA[".starts_with(start) => return Ok(1),
            _ => return Err(SheetError::HasDtd),
        }
        self.token.clear();
        Ok(1)
    }

    /// Skips a comment, character data or an instruction up to its end mark.
    fn until(&mut self, bytes: &[u8], end: &[u8], brackets: bool) -> Result<usize, SheetError> {
        for (index, &byte) in bytes.iter().enumerate() {
            if byte == b'<' && !brackets {
                return Err(SheetError::damaged("a bracket inside a comment"));
            }
            self.token_bytes += 1;
            if self.token_bytes > TEXT_BYTES {
                return Err(SheetError::damaged("a comment of more than 256 kB"));
            }
            if self.token.len() == end.len() {
                self.token.remove(0);
            }
            self.token.push(byte);
            if self.token == end {
                if brackets && self.counts.strings > 0 {
                    self.counts.string_bytes += self.token_bytes;
                }
                self.state = State::Text;
                self.text_bytes = 0;
                return Ok(index + 1);
            }
        }
        Ok(bytes.len())
    }

    fn end_of_tag(&mut self) -> Result<(), SheetError> {
        self.counts.longest_tag = self.counts.longest_tag.max(self.token.len());
        if let Some(name) = self.token.strip_prefix(b"/") {
            let name = name.trim_ascii_end();
            if self.run.as_ref().is_some_and(|open| open.name == name) {
                self.run = None;
            } else if self.item.as_ref().is_some_and(|open| open.name == name) {
                if self.run.is_some() {
                    return Err(SheetError::damaged("a cell ends inside its text"));
                }
                self.item = None;
            }
            return Ok(());
        }
        self.counts.tags += 1;
        let name = full_name(&self.token);
        match local_name(name) {
            b"c" => self.counts.cells += 1,
            b"row" => self.counts.rows += 1,
            b"r" => self.counts.runs += 1,
            b"xf" => self.counts.formats += 1,
            b"sheet" => self.counts.sheets += 1,
            b"sst" => self.announced_strings()?,
            b"Relationship" => self.relationship()?,
            b"t" => open(&mut self.run, name, &self.token)?,
            b"is" | b"v" => open(&mut self.item, name, &self.token)?,
            b"si" => {
                self.counts.strings += 1;
                open(&mut self.item, name, &self.token)?;
            }
            _ => (),
        }
        Ok(())
    }

    /// `<sst uniqueCount="...">`: taken at its word by the library, which then asks for that memory.
    fn announced_strings(&mut self) -> Result<(), SheetError> {
        const NAME: &[u8] = b"uniqueCount";
        for at in 0..self.token.len() {
            if !self.token[at..].starts_with(NAME) {
                continue;
            }
            let digits: Vec<u8> = self.token[at + NAME.len()..]
                .iter()
                .copied()
                .skip_while(|byte| !byte.is_ascii_digit())
                .take_while(u8::is_ascii_digit)
                .collect();
            let count = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<u64>().ok());
            match count {
                _ if digits.is_empty() => (),
                Some(count) if digits.len() <= 9 => {
                    self.counts.announced_strings = self.counts.announced_strings.max(count);
                }
                _ => return Err(SheetError::damaged("an impossible count of shared strings")),
            }
        }
        Ok(())
    }

    /// The parts that the library opens must be parts that were scanned as XML, and the workbook itself
    /// one that had to be small.
    fn relationship(&self) -> Result<(), SheetError> {
        const SHEETS: [&[u8]; 3] = [b"worksheet\"", b"chartsheet\"", b"dialogsheet\""];
        let tag: Vec<u8> = self.token.iter().map(|byte| if *byte == b'\'' { b'"' } else { *byte }).collect();
        let ending: &[u8] = if contains(&tag, b"officeDocument\"") {
            b"workbook.xml"
        } else if SHEETS.iter().any(|kind| contains(&tag, kind)) {
            b".xml"
        } else {
            return Ok(());
        };
        if targets(&tag).all(|target| target.to_ascii_lowercase().ends_with(ending)) {
            return Ok(());
        }
        Err(SheetError::damaged("a sheet that is not XML"))
    }
}

/// The values of all `Target` attributes.
fn targets(tag: &[u8]) -> impl Iterator<Item = &[u8]> {
    const NAME: &[u8] = b"Target";
    (0..tag.len()).filter(|at| tag[*at..].starts_with(NAME)).filter_map(|at| {
        let value = tag[at + NAME.len()..].trim_ascii_start().strip_prefix(b"=")?;
        let value = value.trim_ascii_start().strip_prefix(b"\"")?;
        value.split(|byte| *byte == b'"').next()
    })
}

/// Notes that an element is open. Inside its like there is no way to say where the text ends.
fn open(slot: &mut Option<Open>, name: &[u8], tag: &[u8]) -> Result<(), SheetError> {
    if slot.is_some() {
        return Err(SheetError::damaged("a cell text inside a cell text"));
    }
    if tag.last() != Some(&b'/') {
        *slot = Some(Open { name: name.to_vec(), bytes: 0 });
    }
    Ok(())
}

fn full_name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/'));
    &tag[..end.unwrap_or(tag.len())]
}

fn local_name(name: &[u8]) -> &[u8] {
    match name.iter().position(|byte| *byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scans a text whole and byte by byte, which must not differ.
    fn scan(xml: &str) -> Result<Counts, String> {
        let mut whole = XmlScan::new();
        let result = whole.feed(xml.as_bytes()).map_err(|error| error.code().to_owned());
        let mut pieces = XmlScan::new();
        let piecewise = xml.bytes().try_for_each(|byte| pieces.feed(&[byte]));
        assert_eq!(result, piecewise.map_err(|error| error.code().to_owned()));
        result.map(|()| whole.counts)
    }

    #[test]
    fn counts_what_costs_memory() {
        let counts = scan(
            "<?xml version=\"1.0\"?><!-- c --><x:sst uniqueCount='7'><si><t>ab&amp;</t></si><si>\
             <t a='>'><![CDATA[<c>]]></t></si></x:sst><row r=\"1\"/><c/><c r='A1'></c>",
        )
        .unwrap();
        assert_eq!((counts.strings, counts.announced_strings), (2, 7));
        assert_eq!((counts.rows, counts.cells), (1, 2));
        assert!(counts.string_bytes >= 7 + 3);
    }

    #[test]
    fn refuses_what_can_be_read_in_two_ways() {
        for (xml, code) in [
            ("<!DOCTYPE a>", "has_dtd"),
            ("<a/><!ENTITY b 'c'>", "has_dtd"),
            ("<a b='<'/>", "damaged"),
            ("<a/></a \"><sst uniqueCount=\">", "damaged"),
            ("<!-- <sst/> -->", "damaged"),
            ("<?x <sst/> ?>", "damaged"),
            ("<a>\0</a>", "damaged"),
            ("<sst uniqueCount=\"99999999999999\"/>", "damaged"),
            ("<t><t>", "damaged"),
            ("<is><v>", "damaged"),
            ("<is><t></is>", "damaged"),
            ("<Relationship Type='a/worksheet' Target='media/image1.png'/>", "damaged"),
            ("<Relationship Type='worksheet' Target = 'a.png' x='.xml'/>", "damaged"),
            ("<Relationship Type='a/officeDocument' Target='xl/other.xml'/>", "damaged"),
        ] {
            assert_eq!(scan(xml).unwrap_err(), code, "{xml}");
        }
    }

    #[test]
    fn refuses_endless_tokens() {
        for (open, fill) in
            [("<a b='", "x"), ("<a>", "x"), ("<!--", "x"), ("<![CDATA[", "x"), ("<si>", "<r/>")]
        {
            let mut scan = XmlScan::new();
            scan.feed(open.as_bytes()).unwrap();
            let piece = fill.repeat(10_000);
            assert!((0..300).any(|_| scan.feed(piece.as_bytes()).is_err()), "{open}");
        }
    }
}
