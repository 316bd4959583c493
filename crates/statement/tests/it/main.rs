//! Statements as banks write them, whole and spoilt. Accounts and persons are invented.

use asuh_nusantara::Rupiah;
use asuh_statement::{Layout, Money, Proof, Sen, Statement, StatementError, Total, Wanted, read, shipped};
use proptest::prelude::*;
use time::macros::date;

fn rows(text: &str, separator: char) -> Vec<Vec<String>> {
    text.lines()
        .map(|line| {
            let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
            for c in line.trim().chars() {
                match c {
                    '"' => quoted = !quoted,
                    c if c == separator && !quoted => cells.push(std::mem::take(&mut cell)),
                    c => cell.push(c),
                }
            }
            cells.push(cell);
            cells
        })
        .collect()
}

fn statement(text: &str, separator: char) -> Result<Statement, StatementError> {
    read(&rows(text, separator), &shipped())
}

const BCA: &str = r#"Informasi Rekening - Mutasi Rekening
No. rekening : ,'1234567890
Nama : ,KORPRI CONTOH
Periode : ,15/12/2026 - 14/01/2027
Kode Mata Uang : ,Rp

Tanggal Transaksi,Keterangan,Cabang,Jumlah,,Saldo
'20/12,TRSF E-BANKING CR ASUH-7K3M BUDI CONTOH,'0000,"450,137.00",CR,"1,450,137.00"
'31/12,BUNGA,'0998,"1,234.56",CR,"1,451,371.56"
'31/12,PAJAK BUNGA,'0998,246.91,DB,"1,451,124.65"
'05/01,TRSF E-BANKING CR SITI CONTOH,'0000,"2,000.00",CR,"1,453,124.65"
'05/01,TRSF E-BANKING CR SITI CONTOH,'0000,"2,000.00",CR,"1,455,124.65"
PEND,TRSF E-BANKING CR,'0000,"5,000.00",CR,
Saldo Awal : ,"1,000,000.00"
Mutasi Debet : ,246.91,1
Mutasi Kredit : ,"455,371.56",4
Saldo Akhir : ,"1,455,124.65""#;

#[test]
fn bca_is_read_over_the_turn_of_the_year() {
    let read = statement(BCA, ',').unwrap();
    assert_eq!((read.bank.as_str(), read.account.as_str(), read.pending), ("BCA", "1234567890", 1));
    assert_eq!(read.days, Some((date!(2026 - 12 - 15), date!(2027 - 01 - 14))));
    let days: Vec<_> = read.lines.iter().map(|line| (line.row, line.on)).collect();
    assert_eq!(days[0], (8, date!(2026 - 12 - 20)));
    assert_eq!(days[4], (12, date!(2027 - 01 - 05)));
    assert_eq!(read.lines[0].amount.whole(), Some(Rupiah::new(450_137)));
    assert_eq!(read.lines[0].text, "TRSF E-BANKING CR ASUH-7K3M BUDI CONTOH");
    assert_eq!(read.lines[2].amount, Sen(-24_691));
    assert_eq!((read.credits(), read.debits()), (Sen(45_537_156), Sen(24_691)));
    assert_eq!((read.opening, read.closing), (Some(Sen(100_000_000)), Some(Sen(145_512_465))));
    assert_eq!(read.proof, Proof::Totals);
}

#[test]
fn mandiri_bri_and_bsi_are_read_by_their_headings() {
    let mandiri = "AccountNo;Ccy;PostDate;Remarks;AdditionalDesc;Credit Amount;Debit Amount;Close Balance\n\
                   1110001112223;IDR;05/09/2026;TRANSFER DARI;ANI CONTOH;450000.00;0.00;950000.00\n\
                   1110001112223;IDR;06/09/2026;BIAYA ADM;;0.00;2500.00;947500.00";
    let read = statement(mandiri, ';').unwrap();
    assert_eq!((read.bank.as_str(), read.account.as_str()), ("Mandiri", "1110001112223"));
    assert_eq!(read.lines[0].text, "TRANSFER DARI ANI CONTOH");
    assert_eq!((read.lines[1].amount, read.opening), (Sen(-250_000), Some(Sen(50_000_000))));
    assert_eq!(read.proof, Proof::Balances);

    let bri = "ID,NOREK,TGL_TRAN,TGL_EFEKTIF,TRREMK,MUTASI_DEBET,MUTASI_KREDIT,SALDO_AKHIR_MUTASI,REMARK_CUSTOM\n\
               1,001201000123456,2026-09-05 08:11:02,2026-09-05,BRIMO EKO,0.00,2000.00,12000.00,ASUH-9Q2P";
    let read = statement(bri, ',').unwrap();
    assert_eq!((read.bank.as_str(), read.lines[0].text.as_str()), ("BRI", "BRIMO EKO ASUH-9Q2P"));
    assert_eq!(read.lines[0].on, date!(2026 - 09 - 05));

    // The newest first, in Indonesian writing.
    let bsi = "Nomor Rekening;7001234567\nTanggal;Keterangan;Debit;Kredit;Saldo\n\
               06 Sep 2026;Tarik;100.000,00;;350.000,00\n05 Sep 2026;Setor;;450.000,00;450.000,00";
    let read = statement(bsi, ';').unwrap();
    assert_eq!((read.bank.as_str(), read.account.as_str()), ("BSI", "7001234567"));
    let amounts: Vec<i64> = read.lines.iter().map(|line| line.amount.0).collect();
    assert_eq!(amounts, [45_000_000, -10_000_000]);
    assert_eq!(read.lines[0].row, 4);
}

#[test]
fn any_other_sheet_is_read_by_a_layout_that_was_kept() {
    let text = "Laporan Bank Daerah\nHari;Berita;Nominal;Sisa\n5/9/26;Donasi;450.000,00 K;450.000,00\n\
                6/9/26;Biaya;2.500,00 D;447.500,00";
    assert_eq!(statement(text, ';'), Err(StatementError::NoHeadings));
    let layout = Layout {
        bank: "Bank Daerah".into(),
        date: vec!["Hari".into()],
        text: vec!["Berita".into()],
        money: Money::Signed { amount: vec!["Nominal".into()] },
        balance: vec!["Sisa".into()],
        account: Vec::new(),
    };
    let kept: Layout = serde_json::from_str(&serde_json::to_string(&layout).unwrap()).unwrap();
    assert_eq!(kept, layout);
    let read = read(&rows(text, ';'), &[kept]).unwrap();
    assert_eq!(read.lines[1].amount, Sen(-250_000));
    assert_eq!((read.lines[0].on, read.proof), (date!(2026 - 09 - 05), Proof::Balances));
}

#[test]
fn two_files_that_overlap_have_the_same_lines() {
    let whole = statement(BCA, ',').unwrap();
    let cut: Vec<&str> = BCA.lines().filter(|line| !line.contains("'20/12") && !line.contains(':')).collect();
    let text = format!("Periode : ,20/12/2026 - 14/01/2027\n{}", cut.join("\n"));
    let later = statement(&text, ',').unwrap();
    let identity =
        |read: &Statement| read.lines.iter().map(asuh_statement::Line::identity).collect::<Vec<_>>();
    assert_eq!(identity(&whole)[1..], identity(&later));
    let all = identity(&whole);
    let unique: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
}

#[test]
fn lines_that_are_alike_in_everything_are_two() {
    let text = "Tanggal;Keterangan;Debit;Kredit\n05/09/2026;Tunai;;2.000\n05/09/2026;Tunai;;2.000";
    let read = statement(text, ';').unwrap();
    assert_eq!(read.proof, Proof::Nothing);
    assert_eq!((read.lines[0].nth, read.lines[1].nth), (1, 2));
    assert_ne!(read.lines[0].identity(), read.lines[1].identity());
}

#[test]
fn a_statement_that_contradicts_itself_is_refused() {
    let missing: Vec<&str> = BCA.lines().filter(|line| !line.contains("PAJAK")).collect();
    assert_eq!(
        statement(&missing.join("\n"), ','),
        Err(StatementError::Balance { row: 10, said: Sen(145_312_465), computed: Sen(145_337_156) })
    );
    let said = BCA.replace("455,371.56", "455,371.57");
    let expected =
        StatementError::Total { total: Total::Credits, said: Sen(45_537_157), computed: Sen(45_537_156) };
    assert_eq!(statement(&said, ','), Err(expected));
    let said = BCA.replace("\"1,000,000.00\"", "\"1,000,001.00\"");
    let expected =
        StatementError::Total { total: Total::Opening, said: Sen(100_000_100), computed: Sen(100_000_000) };
    assert_eq!(statement(&said, ','), Err(expected));
    let last = BCA.trim_end_matches("\"1,455,124.65\"");
    let said = format!("{last}\"1,455,124.66\"");
    let expected =
        StatementError::Total { total: Total::Closing, said: Sen(145_512_466), computed: Sen(145_512_465) };
    assert_eq!(statement(&said, ','), Err(expected));
}

#[test]
fn what_is_wrong_is_named_with_its_cell() {
    let wrong = |column: &str, value: &str, wanted: Wanted| StatementError::Cell {
        row: 8,
        column: column.into(),
        value: value.into(),
        wanted,
    };
    let with = |from: &str, to: &str| statement(&BCA.replacen(from, to, 1), ',');
    assert_eq!(with("'20/12", "'32/12"), Err(wrong("Tanggal Transaksi", "32/12", Wanted::Day)));
    assert_eq!(with("450,137.00", "450.137.x"), Err(wrong("Jumlah", "450.137.x", Wanted::Amount)));
    assert_eq!(with("\"450,137.00\",CR", "\"450,137.00\",??"), Err(wrong("", "??", Wanted::Mark)));
    assert_eq!(with("Periode", "Kala"), Err(StatementError::NoYear { row: 8 }));
    let none: String = BCA.lines().take(7).collect::<Vec<_>>().join("\n");
    assert_eq!(statement(&none, ','), Err(StatementError::NoLines));
    let both = "Tanggal;Keterangan;Debit;Kredit\n05/09/2026;Tunai;5;2.000";
    let cell = StatementError::Cell {
        row: 2,
        column: "Kredit".into(),
        value: "2.000".into(),
        wanted: Wanted::OneAmount,
    };
    assert_eq!(statement(both, ';'), Err(cell));
    let other = "NOREK,TGL_TRAN,TRREMK,MUTASI_DEBET,MUTASI_KREDIT\n12,2026-09-05,a,0,5\n13,2026-09-05,a,0,5";
    assert_eq!(statement(other, ','), Err(StatementError::OtherAccount { row: 3 }));
}

proptest! {
    /// Opening and movements make the closing balance, in whatever order of days the bank writes, and the same file
    /// read twice has the same lines.
    #[test]
    fn whatever_moves_is_read_again(
        opening in 0..1_000_000_000_i64,
        moves in proptest::collection::vec((1..10_000_000_i64, any::<bool>(), 1..=28_u8), 1..40),
        newest_first in any::<bool>(),
    ) {
        let mut moves = moves;
        moves.sort_by_key(|(_, _, day)| *day);
        let mut balance = opening;
        let mut lines: Vec<String> = moves.iter().enumerate().map(|(nth, (amount, came, day))| {
            balance += if *came { *amount } else { -amount };
            let (debit, credit) = if *came { (0, *amount) } else { (*amount, 0) };
            format!("{day:02}/09/2026;ke-{nth};{}.{:02};{}.{:02};{}{}.{:02}",
                debit / 100, debit % 100, credit / 100, credit % 100,
                if balance < 0 { "-" } else { "" }, balance.abs() / 100, balance.abs() % 100)
        }).collect();
        if newest_first {
            lines.reverse();
        }
        let text = format!("Tanggal;Keterangan;Debit;Kredit;Saldo\n{}", lines.join("\n"));
        let read = statement(&text, ';').unwrap();
        prop_assert_eq!(read.opening, Some(Sen(opening)));
        prop_assert_eq!(read.closing, Some(Sen(balance)));
        let found: Vec<i64> = read.lines.iter().map(|line| line.amount.0).collect();
        let made: Vec<i64> = moves.iter().map(|(amount, came, _)| if *came { *amount } else { -amount }).collect();
        prop_assert_eq!(found, made);
    }

    #[test]
    fn no_sheet_breaks_the_reader(
        cells in proptest::collection::vec(proptest::collection::vec("\\PC{0,12}|[0-9.,/'-]{0,10}|CR|DB|Saldo Akhir", 0..7), 0..12),
    ) {
        let mut rows = rows("Periode;01/12/2026 - 31/01/2027\nTanggal;Keterangan;Jumlah;;Saldo;Debit;Kredit", ';');
        rows.extend(cells);
        for layout in shipped() {
            let _ = read(&rows, &[layout]);
        }
        let _ = read(&rows[2..], &shipped());
    }

    #[test]
    fn no_text_breaks_an_amount(text in "\\PC{0,20}|[-+(]?[0-9.,]{0,24}[-)]?") {
        let _ = Sen::parse(&text);
    }
}
