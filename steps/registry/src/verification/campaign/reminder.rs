//! The prepared WhatsApp text that reminds a village: counts and days, never a name of a family.

use asuh_nusantara::{Phone, wa_me_text};
use time::Date;

use super::query::{Campaign, Progress};
use asuh_ground::web::Text;

/// How much time is left, in words: "5 hari lagi", "hari ini", "lewat 3 hari".
pub(super) fn time_left(text: &Text, deadline: Date, today: Date) -> String {
    match (deadline - today).whole_days() {
        0 => text.t("verification.left.today").into_owned(),
        days if days > 0 => text.t1("verification.left.days", "n", text.number(days)),
        days => text.t1("verification.left.past", "n", text.number(-days)),
    }
}

/// The address that opens WhatsApp with the text, for one number or for whomever is chosen there.
pub(super) fn link(
    text: &Text,
    campaign: &Campaign,
    village: &str,
    progress: &Progress,
    today: Date,
    to: Option<&Phone>,
) -> String {
    let words = text.with(
        "verification.whatsapp",
        &[
            ("campaign", campaign.name.clone()),
            ("village", village.to_owned()),
            ("done", text.number(progress.done())),
            ("total", text.number(progress.families)),
            ("open", text.number(progress.open())),
            ("day", text.long_day(campaign.deadline)),
            ("left", time_left(text, campaign.deadline, today)),
        ],
    );
    match to {
        Some(phone) => phone.wa_me(&words),
        None => wa_me_text(&words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_nusantara::{Language, Zone};
    use asuh_store::Id;
    use std::collections::BTreeMap;
    use time::macros::date;

    #[test]
    fn the_text_says_how_far_and_until_when() {
        asuh_ground::web::speak(asuh_words::sentence);
        let text = Text::new(Language::Indonesian, Zone::Wib);
        let campaign = Campaign {
            id: Id::SYSTEM,
            name: "Verifikasi KRS 2026".into(),
            statuses: "listed".into(),
            batch_id: None,
            flagged_only: false,
            opens_on: date!(2026 - 11 - 02),
            deadline: date!(2026 - 11 - 20),
            sample: 10,
            state: "open".into(),
            closed_at: None,
            closing_reason: String::new(),
            reopened_at: None,
            reopening_reason: String::new(),
        };
        let progress = Progress {
            families: 40,
            results: BTreeMap::from([("as_listed".to_owned(), 12)]),
            ..Progress::default()
        };
        let phone = Phone::parse("0812 3456 7890").unwrap();
        let link = link(&text, &campaign, "Selam Paung", &progress, date!(2026 - 11 - 15), Some(&phone));
        assert!(link.starts_with("https://wa.me/6281234567890?text="), "{link}");
        for words in ["12%20dari%2040", "28", "20%20November%202026", "5%20hari%20lagi"] {
            assert!(link.contains(words), "{words}: {link}");
        }
        let left = |today| time_left(&text, date!(2026 - 11 - 20), today);
        assert_eq!(left(date!(2026 - 11 - 20)), "hari ini");
        assert_eq!(left(date!(2026 - 11 - 23)), "lewat 3 hari");
    }
}
