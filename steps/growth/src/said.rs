//! What a measurement says, and how a child stands, in words for a list or a panel: the category with our z, and
//! the file's z where that is another. Pure.

use asuh_growth::Indicator;
use asuh_growth::indonesia::Reading;
use asuh_nusantara::Sex;
use asuh_store::{Id, Instant};
use time::Date;

use super::query::{Measurement, Stands};
use super::reading::{Facts, Taken};
use super::rules::Position;
use super::words::{self, Category};
use asuh_ground::web::Text;

/// One index of the regulation, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// "TB/U".
    pub(super) index: String,
    /// "Pendek"; empty where there is no category.
    pub(super) words: String,
    /// The class of its tag; empty where it needs none.
    pub(super) tone: &'static str,
    /// "-2,95"; empty where oedema alone decides, or there is none.
    pub(super) z: String,
    /// "5 Okt 2026 · berkas e-PPGBM", where it is not of the measurement beside which it stands.
    pub(super) of: String,
    /// "berkas: -2,74 Pendek": what the file prints, where it is another than ours or ours is missing.
    pub(super) printed: String,
    /// Both are there, and further apart than the district's limit.
    pub(super) differs: bool,
}

/// The indices of lists, with what stands of each in a measurement: our z, the file's z and word.
type Told<'a> = (Indicator, &'static str, Option<i64>, Option<i64>, Option<&'a str>);

fn told(m: &Measurement) -> [Told<'_>; 3] {
    [
        (Indicator::LengthForAge, "tbu", m.haz, m.file_haz, m.file_height_status.as_deref()),
        (Indicator::WeightForAge, "bbu", m.waz, m.file_waz, m.file_weight_status.as_deref()),
        (Indicator::WeightForLength, "bbtb", m.whz, m.file_whz, m.file_wasting_status.as_deref()),
    ]
}

/// What a measurement says of itself. `limit`: how many hundredths a file's z may be off.
pub(super) fn of_measurement(text: Text, m: &Measurement, limit: i64) -> Vec<Said> {
    let facts =
        Facts { sex: m.sex.as_deref().and_then(|sex| Sex::parse(sex).ok()), birth_date: m.birth_date };
    let said = Reading::of(&taken(m).child(&facts));
    let one = |one: Told<'_>| {
        let mut found = beside(text, one, limit);
        let (indicator, _, ours, ..) = one;
        found.judge(text, words::category(&said, indicator), ours);
        found.if_any()
    };
    told(m).into_iter().filter_map(one).collect()
}

/// How a child stands, beside its latest measurement.
pub(super) fn of_child(text: Text, m: &Measurement, stands: &Stands, limit: i64) -> Vec<Said> {
    let one = |one: Told<'_>| {
        let mut found = beside(text, one, limit);
        let (indicator, ..) = one;
        let (z, status, on, source) = match indicator {
            Indicator::LengthForAge => {
                (stands.stands_haz, &stands.height_status, stands.haz_on, &stands.haz_source)
            }
            Indicator::WeightForAge => {
                (stands.stands_waz, &stands.weight_status, stands.waz_on, &stands.waz_source)
            }
            _ => (stands.stands_whz, &stands.wasting_status, stands.whz_on, &stands.whz_source),
        };
        let category = status.as_deref().map(|code| words::stored(code, indicator)).unwrap_or_default();
        // Oedema makes the latest day's category whatever was weighed before.
        let swollen = m.oedema && indicator == Indicator::WeightForLength;
        found.judge(text, category, z.filter(|_| !swollen));
        found.of = match (on, source) {
            (Some(on), Some(source)) if !swollen && (on, source) != (m.measured_on, &m.source) => {
                of(text, on, source)
            }
            _ => String::new(),
        };
        found.if_any()
    };
    told(m).into_iter().filter_map(one).collect()
}

/// A day and a source: "5 Okt 2026 · berkas e-PPGBM".
pub(super) fn of(text: Text, on: Date, source: &str) -> String {
    format!("{} · {}", text.day(on), text.t(&format!("growth.source.{source}")))
}

/// An index with what the file prints of it, as far as it is to be told.
fn beside(text: Text, (_, code, ours, theirs, word): Told<'_>, limit: i64) -> Said {
    let differs = ours.zip(theirs).is_some_and(|(ours, theirs)| (ours - theirs).abs() > limit);
    let z = theirs.map(|z| text.fixed(z, 2));
    let printed: Vec<&str> = z.as_deref().into_iter().chain(word).collect();
    let tells = !printed.is_empty() && (differs || ours.is_none());
    Said {
        index: text.t(&format!("growth.child.short.{code}")).into_owned(),
        words: String::new(),
        tone: "",
        z: String::new(),
        of: String::new(),
        printed: if tells {
            text.t1("growth.child.printed", "words", printed.join(" "))
        } else {
            String::new()
        },
        differs,
    }
}

impl Said {
    fn judge(&mut self, text: Text, (key, tone): Category, z: Option<i64>) {
        self.words = if key.is_empty() { String::new() } else { text.t(key).into_owned() };
        self.tone = if tone == "good" { "" } else { tone };
        self.z = z.map(|z| text.fixed(z, 2)).unwrap_or_default();
    }

    /// Nothing where neither we nor the file say anything.
    fn if_any(self) -> Option<Said> {
        let silent = self.words.is_empty() && self.z.is_empty() && self.printed.is_empty();
        (!silent).then_some(self)
    }
}

/// As the growth standards take it; what they do not ask for is left out.
fn taken(m: &Measurement) -> Taken {
    Taken {
        id: Id::SYSTEM,
        measured_on: m.measured_on,
        recorded_at: Instant(0),
        source: m.source.clone(),
        posyandu: String::new(),
        weight_g: m.weight_g,
        height_mm: m.height_mm,
        position: m.position.as_deref().and_then(Position::of_code),
        arm_mm: m.arm_mm,
        head_mm: None,
        oedema: m.oedema,
        gain: None,
    }
}
