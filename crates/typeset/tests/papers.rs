//! Papers are set whatever people typed, always the same, and over as many pages as they need.

#![allow(clippy::unwrap_used, missing_docs)]

use asuh_documents::paper::{Block, Letter, Paper, PaperColumn, Sheet, Signature, Table};
use asuh_typeset::render;

fn paper(blocks: Vec<Block>) -> Paper {
    Paper { title: "Berita acara".into(), number: "BA/0001/XI/2026".into(), ..Paper::default() }
        .section("", false, blocks)
}

fn bytes(paper: &Paper) -> Vec<u8> {
    serde_json::to_vec(paper).unwrap()
}

#[test]
fn what_people_typed_is_never_markup() {
    let wild = "#panic(\"x\") $x$ *b* _i_ <label> @ref \\ ` ]] [[ #import \"secret\": * \u{202e} \0 // /* 🥚";
    let table = Table {
        caption: wild.into(),
        columns: vec![PaperColumn::words(wild, 1), PaperColumn::numbers(wild)],
        rows: vec![vec![wild.into(), wild.into()]],
        total: vec![wild.into(), wild.into()],
    };
    let who = vec![Signature { name: wild.into(), title: wild.into(), ..Signature::default() }];
    let blocks = vec![
        Block::Heading { level: 1, text: wild.into() },
        Block::Paragraph { text: wild.into() },
        Block::Facts { rows: vec![(wild.into(), wild.into())] },
        Block::List { items: vec![wild.into()] },
        Block::Table(table),
        Block::Note { text: wild.into() },
        Block::Signatures { place_and_day: wild.into(), who },
        Block::Copies { to: vec![wild.into()] },
    ];
    let letter = Letter { about: wild.into(), to: vec![wild.into()], ..Letter::default() };
    let paper = Paper { letter: Some(letter), title: wild.into(), ..paper(blocks) };
    assert_eq!(render(&bytes(&paper)).unwrap().pages, 1);
}

#[test]
fn the_same_paper_gives_the_same_bytes_and_another_others() {
    let one = paper(vec![Block::Paragraph { text: "Pertanggungjawaban".into() }]);
    let first = render(&bytes(&one)).unwrap();
    assert!(first.pdf.starts_with(b"%PDF-1.7"));
    assert_eq!(render(&bytes(&one)).unwrap(), first);
    let other = Paper { number: String::new(), ..one };
    assert_ne!(render(&bytes(&other)).unwrap().pdf, first.pdf);
}

#[test]
fn every_block_may_be_empty_and_long_ones_go_on() {
    let empty = vec![
        Block::Facts { rows: Vec::new() },
        Block::List { items: Vec::new() },
        Block::Signatures { place_and_day: String::new(), who: Vec::new() },
        Block::Copies { to: Vec::new() },
    ];
    assert_eq!(render(&bytes(&paper(empty))).unwrap().pages, 1);
    let row = |nth: usize| vec![nth.to_string(), "Desa Rekaan".to_owned()];
    let table = |rows: usize| {
        Block::Table(Table {
            caption: "Desa".into(),
            columns: vec![PaperColumn::numbers("No"), PaperColumn::words("Nama", 1)],
            rows: (0..rows).map(row).collect(),
            total: Vec::new(),
        })
    };
    let long = Paper { sheet: Sheet::F4, ..paper(vec![table(200)]) };
    let pages = render(&bytes(&long)).unwrap().pages;
    assert!((3..8).contains(&pages), "{pages}");
    // An annex across the page begins on a page of its own.
    let annex = paper(vec![table(1)]).section("Lampiran", true, vec![table(1)]);
    assert_eq!(render(&bytes(&annex)).unwrap().pages, 2);
    // One, two, three and four sign.
    for n in 1..=4 {
        let who = vec![Signature { title: "Camat".into(), ..Signature::default() }; n];
        let signed = paper(vec![Block::Signatures { place_and_day: "Rekaan".into(), who }]);
        assert_eq!(render(&bytes(&signed)).unwrap().pages, 1);
    }
}

#[test]
fn a_picture_that_cannot_be_drawn_is_left_out_and_nonsense_is_refused() {
    let mut one = paper(Vec::new());
    let plain = render(&bytes(&one)).unwrap();
    one.head.logo = "data:image/png;base64,iVBORw0KGgo=".into();
    assert_eq!(render(&bytes(&one)).unwrap(), plain);
    assert!(render(b"{").is_err());
    assert!(render(b"{\"sheet\":\"a4\"}").is_err());
}

#[test]
fn who_signs_below_a_table_of_any_length_is_set_with_its_last_rows() {
    let row = |nth: usize| vec![nth.to_string(), "Tamu Rekaan".to_owned()];
    let pages = |rows: usize, total: bool| {
        let table = Table {
            caption: "Daftar hadir".into(),
            columns: vec![PaperColumn::numbers("No"), PaperColumn::words("Nama", 1)],
            rows: (0..rows).map(row).collect(),
            total: if total { row(rows) } else { Vec::new() },
        };
        let who = vec![Signature::of("Mengetahui,", "Camat", ""); 2];
        let signed = Block::Signatures { place_and_day: "Rekaan".into(), who };
        render(&bytes(&paper(vec![Block::Table(table), signed]))).unwrap().pages
    };
    let few = [(0, false), (0, true), (1, false), (2, true), (4, false)];
    assert_eq!(few.map(|(rows, total)| pages(rows, total)), [1; 5]);
    assert!(pages(120, true) > 2);
}
