//! The letter of referral that the family takes along, with the slip on which the puskesmas answers: a page to print at once,
//! and a PDF under the referral's number.

use askama::Template;
use asuh_documents::paper::{Block, Paper, Signature};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::papers::{self, Drawn, RowPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, Text, page};
use asuh_step_growth::of_family as measurements;
use asuh_store::Id;
use axum::extract::State;

use super::pages::reason_words;
use super::query::{self, Referral};
use super::rules::State as At;
use crate::ReadReferrals;
use crate::visit::opened;

#[derive(Template)]
#[template(path = "referral/letter.html")]
struct LetterPage {
    shell: Shell,
    letter: Letter,
}

/// What stands on a letter: name, age, village, reason, last measurements; no number of the person, no address.
pub(super) struct Letter {
    letterhead: Letterhead,
    one: Referral,
    note: String,
    /// "5 Okt 2026: 9,10 kg, 75,2 cm"; the last measurements, at most three.
    measured: Vec<String>,
}

impl Letter {
    /// Of a referral within reach; that it was opened is noted.
    async fn found(app: &App, cap: &ReadReferrals, text: &Text, id: Id) -> Result<Letter, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
        audit::opened(app, cap.actor(), "open", Some(("family", one.family_id)), "referral_letter");
        let measured = measurements(db, district, cap.scope(), one.family_id).await?;
        let measured = measured.into_iter().filter(|m| m.person_id == one.person_id).take(3).map(|m| {
            let weight = m.weight_g.map(|grams| format!("{} kg", text.fixed(grams / 10, 2)));
            let height = m.height_mm.map(|mm| format!("{} cm", text.fixed(mm, 1)));
            let arm = m.arm_mm.map(|mm| format!("LiLA {} cm", text.fixed(mm, 1)));
            let figures = weight.into_iter().chain(height).chain(arm).collect::<Vec<_>>().join(", ");
            format!("{}: {figures}", text.day(m.measured_on))
        });
        Ok(Letter {
            measured: measured.collect(),
            note: opened(app, district, one.note_sealed.as_deref())?,
            letterhead: Letterhead::load(&app.store, district).await?,
            one,
        })
    }

    /// Whether nobody took the referral back.
    fn holds(&self) -> bool {
        At::parse(&self.one.state) != Some(At::Withdrawn)
    }

    /// Where its PDF is printed.
    fn pdf(&self) -> String {
        format!("{}/pdf", Letter::page(self.one.id))
    }

    fn at(&self) -> String {
        Letter::page(self.one.id)
    }

    /// To whom it goes.
    fn to(&self, text: &Text) -> String {
        let name = self.one.puskesmas.clone();
        name.unwrap_or_else(|| text.t("mentoring.referral.of_village").into_owned())
    }

    /// Each label with its value, over several lines where there are several.
    fn facts(&self, text: &Text) -> Vec<(String, Vec<String>)> {
        let t = |key: &str| text.t(key).into_owned();
        let age = self.one.birth_date.map(|birth| text.age(birth, self.one.sent_on));
        let village = self.one.village.as_ref().map(|village| format!("{village}, ")).unwrap_or_default();
        let mut facts = vec![(t("registry.field.name"), vec![self.one.name.clone()])];
        facts.extend(age.map(|age| (t("mentoring.referral.age"), vec![age])));
        facts.push((t("registry.field.village"), vec![format!("{village}RW {}", self.one.rw)]));
        facts.push((t("mentoring.referral.why"), reason_words(text, &self.one.reasons)));
        if !self.note.is_empty() {
            facts.push((t("mentoring.referral.note"), vec![self.note.clone()]));
        }
        if !self.measured.is_empty() {
            facts.push((t("mentoring.referral.measured"), self.measured.clone()));
        }
        facts
    }

    fn place_and_day(&self, text: &Text) -> String {
        self.letterhead.place_on(text, Some(self.one.sent_on))
    }

    fn sender(&self) -> &str {
        self.one.by_name.as_deref().unwrap_or_default()
    }

    fn paper(&self, text: &Text) -> Paper {
        let t = |key: &str| text.t(key).into_owned();
        let signed =
            |place_and_day: String, who: Signature| Block::Signatures { place_and_day, who: vec![who] };
        let lines = format!("{}\n{}", ".".repeat(190), ".".repeat(190));
        let rows = self.facts(text).into_iter().map(|(label, values)| (label, values.join("; "))).collect();
        let blocks = vec![
            Block::Paragraph { text: format!("{} {}", t("mentoring.referral.letter_to"), self.to(text)) },
            Block::Paragraph { text: t("mentoring.referral.letter_lead") },
            Block::Facts { rows },
            Block::Paragraph { text: t("mentoring.referral.letter_end") },
            signed(
                self.place_and_day(text),
                Signature::of("", t("mentoring.referral.sender"), self.sender()),
            ),
            Block::Heading { level: 2, text: t("mentoring.referral.back_slip") },
            Block::Paragraph { text: t("mentoring.referral.back_lines") },
            Block::Note { text: lines },
            signed(
                String::new(),
                Signature::of(t("mentoring.referral.back_day"), t("mentoring.referral.back_officer"), ""),
            ),
        ];
        papers::sheet(&self.letterhead, t("mentoring.referral.letter"), blocks)
    }
}

impl RowPaper for Letter {
    type Reads = ReadReferrals;

    const KIND: &'static str = "referral_letter";

    fn page(referral: Id) -> String {
        format!("/rujukan/{referral}/surat")
    }

    async fn drawn(app: &App, cap: &ReadReferrals, text: &Text, id: Id) -> Result<Drawn, Error> {
        let letter = Letter::found(app, cap, text, id).await?;
        if !letter.holds() {
            return Err(Error::NotFound);
        }
        Ok(Drawn {
            day: letter.one.sent_on,
            title: text.t1("mentoring.referral.paper", "to", letter.to(text)),
            paper: letter.paper(text),
            number: letter.one.number,
        })
    }
}

/// The letter, to be printed at once.
pub(super) async fn show(
    cap: Cap<ReadReferrals>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let letter = Letter::found(&app, &cap, &shell, id).await?;
    page(&LetterPage { letter, shell })
}
