//! How long papers take: `cargo run -p asuh-typeset --example typeset -- FOLDER` writes a letter of one page and a report of
//! forty, each set twice (cold and warm), with the times.

use std::path::Path;

use asuh_documents::paper::{
    Align, Block, Foot, Head, Letter, Paper, PaperColumn, Section, Sheet, Signature, Table,
};

fn head() -> Head {
    Head {
        government: "PEMERINTAH KABUPATEN REKAAN".into(),
        office: vec!["SEKRETARIAT DAERAH".into()],
        address: "Jalan Merdeka Nomor 1, Pangkalan Rekaan 74111".into(),
        contact: "Telp. (0532) 21000 · setda@rekaan.go.id".into(),
        logo: String::new(),
    }
}

fn foot() -> Foot {
    let address = "https://asuh.rekaan.go.id/periksa/1/0123456789abcdef0123456789abcdef";
    Foot {
        line: "Nomor UND/0007/XI/2026, Senin, 2 November 2026".into(),
        proof: format!(
            "Sidik isi 0123456789abcdef0123456789abcdef. Periksa keasliannya dengan kode QR atau di {address}"
        ),
        qr: asuh_documents::qr::svg(address).expect("a short address"),
    }
}

const WORDS: &str = "Pemerintah kabupaten menetapkan desa dan kelurahan prioritas percepatan penurunan stunting berdasarkan \
    jumlah kasus, prevalensi, cakupan pengukuran, dan kesenjangan layanan. <#import> $x$ *bukan* markup.";

fn letter() -> Paper {
    let letter = Letter {
        place_and_day: "Pangkalan Rekaan, 2 November 2026".into(),
        nature: "Penting".into(),
        attached: "1 berkas".into(),
        about: "Undangan Rembuk Stunting Kabupaten Rekaan Tahun 2026".into(),
        to: vec!["Kepala Dinas Kesehatan".into(), "Kabupaten Rekaan".into(), "di Tempat".into()],
    };
    let blocks = vec![
        Block::Paragraph { text: format!("Dengan hormat. {WORDS}") },
        Block::Facts {
            rows: vec![
                ("Hari, tanggal".into(), "Senin, 29 November 2026".into()),
                ("Waktu".into(), "08.30 WIB sampai selesai".into()),
                ("Tempat".into(), "Aula Bappeda, atau melalui Zoom".into()),
            ],
        },
        Block::Paragraph { text: "Atas perhatian dan kehadiran Saudara disampaikan terima kasih.".into() },
        Block::Signatures {
            place_and_day: String::new(),
            who: vec![Signature {
                above: "a.n. Bupati,".into(),
                title: "Sekretaris Daerah".into(),
                name: "Drs. Rekaan Sejati, M.Si.".into(),
                rank: "Pembina Utama Madya".into(),
                nip: "197001011990011001".into(),
            }],
        },
        Block::Copies { to: vec!["Bupati Rekaan (sebagai laporan)".into(), "Arsip".into()] },
    ];
    Paper {
        sheet: Sheet::F4,
        head: head(),
        title: "Undangan".into(),
        number: "UND/0007/XI/2026".into(),
        letter: Some(letter),
        foot: foot(),
        issued_at: 1_793_000_000_000,
        ..Paper::default()
    }
    .section("", false, blocks)
}

fn report() -> Paper {
    let columns = ["Desa", "Balita", "Diukur", "Pendek", "Sangat pendek", "Prevalensi", "KRS", "Catatan"];
    let columns = columns.iter().enumerate().map(|(nth, title)| PaperColumn {
        title: (*title).into(),
        share: if nth == 0 || nth == 7 { 2 } else { 0 },
        align: if nth == 0 || nth == 7 { Align::Left } else { Align::Right },
    });
    let columns: Vec<PaperColumn> = columns.collect();
    let row = |n: usize| {
        vec![
            format!("Desa Rekaan Nomor {n}"),
            "1.234".into(),
            "987".into(),
            "123".into(),
            "45".into(),
            "17,0 %".into(),
            "321".into(),
            "Kesenjangan layanan air minum dan jamban".into(),
        ]
    };
    let mut sections = Vec::new();
    for chapter in 0..8 {
        let mut blocks =
            vec![Block::Heading { level: 1, text: format!("{}. Kecamatan Rekaan", chapter + 1) }];
        for _ in 0..14 {
            blocks.push(Block::Paragraph { text: WORDS.repeat(3) });
        }
        blocks.push(Block::Table(Table {
            caption: format!("Tabel {}. Keadaan menurut desa", chapter + 1),
            columns: columns.clone(),
            rows: (0..56).map(row).collect(),
            total: Vec::new(),
        }));
        sections.push(Section { title: String::new(), landscape: chapter == 7, blocks });
    }
    Paper {
        head: head(),
        title: "Analisis situasi".into(),
        subtitle: vec!["Kabupaten Rekaan Tahun 2026".into()],
        number: "ANS/0001/XI/2026".into(),
        sections,
        foot: foot(),
        issued_at: 1_793_000_000_000,
        ..Paper::default()
    }
}

#[allow(clippy::disallowed_methods, reason = "it measures real time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for (name, paper) in [("letter", letter()), ("report", report())] {
        let data = serde_json::to_vec(&paper)?;
        for turn in ["cold", "warm"] {
            let start = std::time::Instant::now();
            let made = asuh_typeset::render(&data)?;
            println!(
                "{name} {turn}: {:?}, {} pages, {} kB",
                start.elapsed(),
                made.pages,
                made.pdf.len() / 1024
            );
            std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), made.pdf)?;
        }
    }
    Ok(())
}
