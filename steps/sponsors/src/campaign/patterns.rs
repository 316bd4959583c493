//! Ready patterns of campaigns: data that fills in the form. A pattern is nothing afterwards; the campaign is.

use time::{Date, Month};

/// A pattern. Amounts are what one giver is asked to bring, in the commodity's smallest unit.
pub(crate) struct Pattern {
    /// Its code: translation keys `sponsors.pattern.<code>` and `sponsors.pattern.name.<code>`.
    pub(crate) code: &'static str,
    help: &'static str,
    rhythm: &'static str,
    /// Day of the week or of the month; empty for a campaign that happens once.
    day: &'static str,
    /// Commodities that every district has.
    basket: &'static [(&'static str, &'static str)],
    /// Something that is not counted yet: name, word for one, how many.
    new: Option<(&'static str, &'static str, &'static str)>,
    only_asn: bool,
    destination: &'static str,
    fund: &'static str,
    /// Months after which it ends; `None` = open.
    months: Option<u8>,
}

/// All, in the order of the form: Kerinci's weekly goods, Belitung's Rp450.000 a month (9 baskets of Rp50.000), the
/// meals of Serang's Korpri (Rp15.000 a day of the GENTING guidance, 30 days), and what GENTING counts besides.
pub(crate) const PATTERNS: [Pattern; 8] = [
    Pattern {
        code: "weekly",
        help: "nutrition",
        rhythm: "weekly",
        day: "1",
        basket: &[("rice_can", "1"), ("egg", "1"), ("cash", "2.000")],
        new: None,
        only_asn: true,
        destination: "families",
        fund: "asn",
        months: None,
    },
    Pattern {
        code: "monthly_child",
        help: "nutrition",
        rhythm: "monthly",
        day: "5",
        basket: &[("cash", "50.000")],
        new: None,
        only_asn: false,
        destination: "pairs",
        fund: "csr",
        months: None,
    },
    Pattern {
        code: "meals",
        help: "nutrition",
        rhythm: "monthly",
        day: "1",
        basket: &[("cash", "450.000")],
        new: None,
        only_asn: true,
        destination: "pairs",
        fund: "asn",
        months: Some(3),
    },
    Pattern {
        code: "csr",
        help: "nutrition",
        rhythm: "once",
        day: "",
        basket: &[("cash", "450.000")],
        new: None,
        only_asn: false,
        destination: "pairs",
        fund: "csr",
        months: None,
    },
    Pattern {
        code: "mentoring",
        help: "mentoring",
        rhythm: "monthly",
        day: "10",
        basket: &[],
        new: Some(("Pendampingan", "jam", "2")),
        only_asn: false,
        destination: "pairs",
        fund: "infak",
        months: None,
    },
    Pattern {
        code: "water",
        help: "water",
        rhythm: "once",
        day: "",
        basket: &[("cash", "500.000")],
        new: None,
        only_asn: false,
        destination: "pairs",
        fund: "csr",
        months: None,
    },
    Pattern {
        code: "sanitation",
        help: "sanitation",
        rhythm: "once",
        day: "",
        basket: &[("cash", "1.000.000")],
        new: None,
        only_asn: false,
        destination: "pairs",
        fund: "csr",
        months: None,
    },
    Pattern {
        code: "education",
        help: "education",
        rhythm: "monthly",
        day: "15",
        basket: &[("cash", "50.000")],
        new: None,
        only_asn: false,
        destination: "pairs",
        fund: "infak",
        months: None,
    },
];

impl Pattern {
    /// What it fills in, on this day.
    pub(crate) fn fields(&self, name: String, today: Date) -> Vec<(String, String)> {
        let mut fields = vec![
            ("nama".to_owned(), name),
            ("irama".to_owned(), self.rhythm.to_owned()),
            ("bantuan".to_owned(), self.help.to_owned()),
            ("cakupan".to_owned(), if self.only_asn { "asn" } else { "anyone" }.to_owned()),
            ("tujuan".to_owned(), self.destination.to_owned()),
            ("dana".to_owned(), self.fund.to_owned()),
            ("sifat".to_owned(), "sukarela".to_owned()),
            ("batas_setor".to_owned(), "3".to_owned()),
        ];
        match self.rhythm {
            "weekly" => fields.push(("hari".to_owned(), self.day.to_owned())),
            "monthly" => fields.push(("tanggal".to_owned(), self.day.to_owned())),
            _ => {}
        }
        for (commodity, amount) in self.basket {
            fields.push((format!("jumlah_{commodity}"), (*amount).to_owned()));
        }
        if let Some((name, unit, amount)) = self.new {
            fields.push(("barang_nama".to_owned(), name.to_owned()));
            fields.push(("barang_satuan".to_owned(), unit.to_owned()));
            fields.push(("barang_jumlah".to_owned(), amount.to_owned()));
        }
        let mut day = |field: &str, day: Date| {
            fields.push((format!("{field}_tanggal"), day.day().to_string()));
            fields.push((format!("{field}_bulan"), u8::from(day.month()).to_string()));
            fields.push((format!("{field}_tahun"), day.year().to_string()));
        };
        day("mulai", today);
        if let Some(months) = self.months {
            day("selesai", months_later(today, months));
        }
        fields
    }
}

/// The last day of a time of so many months that begins on this day: 16 November and three months are 15 February.
fn months_later(day: Date, months: u8) -> Date {
    let mut month = day.month();
    let mut year = day.year();
    for _ in 0..months {
        month = month.next();
        if month == Month::January {
            year += 1;
        }
    }
    let of_month = day.day().min(month.length(year));
    let same = Date::from_calendar_date(year, month, of_month).unwrap_or(day);
    same.previous_day().unwrap_or(same)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::campaign::rules::{DESTINATIONS, HELP, Rhythm};

    #[test]
    fn patterns_say_what_the_form_knows() {
        for pattern in &PATTERNS {
            assert!(
                HELP.contains(&pattern.help) && DESTINATIONS.contains(&pattern.destination),
                "{}",
                pattern.code
            );
            let day = pattern.day.parse().unwrap_or(0);
            assert!(Rhythm::from_row(pattern.rhythm, day).is_some(), "{}", pattern.code);
            assert!(!pattern.basket.is_empty() || pattern.new.is_some(), "{}", pattern.code);
        }
    }

    #[test]
    fn three_months_end_the_day_before() {
        assert_eq!(months_later(date!(2026 - 11 - 16), 3), date!(2027 - 02 - 15));
        assert_eq!(months_later(date!(2026 - 11 - 30), 3), date!(2027 - 02 - 27));
        assert_eq!(months_later(date!(2026 - 01 - 01), 3), date!(2026 - 03 - 31));
    }
}
