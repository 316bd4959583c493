//! From the measurements of a child to how it stands: pure.
//!
//! Of several measurements of one day, from whatever sources, the one recorded last counts ([`counting`]); of a
//! month, for N/T/O/B, the last weighing that counts. An implausible score judges nobody: the child stands by its
//! last plausible one, as long as that lies at most half a year ([`HOLDS_DAYS`]) before the latest measurement
//! (lengths are taken in February and August in many places), and is measured again.

use asuh_growth::indonesia::{
    ArmStatus, LengthStatus, Month, MonthlyReading, MonthlyStatus, NutritionStatus, Reason, Signs, Urgency,
    Weighing, WeightStatus, monthly,
};
use asuh_growth::{Child, Oedema};
use asuh_nusantara::age;
use asuh_store::Id;
use time::Date;

use super::super::norms::Norms;
use super::super::reading::{Doubt, Facts, Scores, Taken};

/// A child that measures this much less than before, in centimetres, was measured wrong once.
const SHRUNK: f64 = 1.0;
/// So many days a score speaks for a child whose later measurements do not give it.
pub const HOLDS_DAYS: i64 = 184;

asuh_store::row_struct! {
    /// How a child stands: the row of `child_growth`.
    #[derive(PartialEq, Eq)]
    pub struct Standing {
        /// 'L', 'P' as it was when this was computed.
        pub sex: Option<String>,
        /// Birthday as it was when this was computed.
        pub birth_date: Option<Date>,
        /// The day of the latest measurement.
        pub measured_on: Date,
        /// The latest measurement.
        pub measurement_id: Id,
        /// Its source.
        pub source: String,
        /// The newest posyandu that a measurement names.
        pub posyandu: String,
        /// Length or height for age, z times 100.
        pub haz: Option<i64>,
        /// The measurement that it is of.
        pub haz_from: Option<Id>,
        /// Weight for age, z times 100.
        pub waz: Option<i64>,
        /// The measurement that it is of.
        pub waz_from: Option<Id>,
        /// Weight for length or height, z times 100.
        pub whz: Option<i64>,
        /// The measurement that it is of.
        pub whz_from: Option<Id>,
        /// Body mass index for age, z times 100.
        pub baz: Option<i64>,
        /// The measurement that it is of.
        pub baz_from: Option<Id>,
        /// Code of a [`LengthStatus`].
        pub height_status: Option<String>,
        /// Code of a [`WeightStatus`].
        pub weight_status: Option<String>,
        /// Code of a [`NutritionStatus`], by weight for length; with oedema the gravest one.
        pub wasting_status: Option<String>,
        /// Code of a [`NutritionStatus`], by body mass index.
        pub bmi_status: Option<String>,
        /// Doubts about the latest measurement.
        pub implausible: String,
        /// Our letter of the last weighing.
        pub gain: Option<String>,
        /// That weighing.
        pub gain_from: Option<Id>,
        /// Codes of the [`Reason`]s to send the child on, the gravest first.
        pub reasons: String,
        /// The measurement because of which it is sent on today.
        pub refer_from: Option<Id>,
        /// Sent on today: oedema, severely wasted or an arm below 11.5 cm.
        pub refer_today: bool,
        /// Short or very short for its age.
        pub stunted: bool,
        /// Stunted, and not stunted at the plausible measurement before.
        pub newly_stunted: bool,
        /// 2T.
        pub twice_not_gained: bool,
        /// BGM.
        pub below_red_line: bool,
    }
}

/// What was computed of one measurement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Computed {
    /// Age, z-scores and doubts.
    pub scores: Scores,
    /// N, T, O or B; none where nothing can be said.
    pub gain: Option<char>,
}

/// A measurement among the others of its child.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// What is stored beside it.
    pub computed: Computed,
    /// Whether it counts: of its day it is the one recorded last.
    pub counts: bool,
    /// The reading of its month, where its weighing is the month's last that counts: the letter with the grams
    /// that it comes from.
    pub month: Option<MonthlyReading>,
}

/// Reads the measurements of a child, ordered by day, then by when they were recorded: what each says, and how
/// the child stands; the latter is missing only where there are none.
pub fn read(facts: &Facts, taken: &[Taken], norms: &Norms) -> (Vec<Placed>, Option<Standing>) {
    let children: Vec<Child> = taken.iter().map(|one| one.child(facts)).collect();
    let placed =
        |child| Placed { computed: Computed { scores: Scores::of(child), gain: None }, ..Placed::default() };
    let said = children.iter().map(placed).collect();
    let mut series = Series { facts, taken, children, counting: counting(taken), said };
    for nth in &series.counting {
        series.said[*nth].counts = true;
    }
    series.find_shrunk();
    let last = series.find_gains(norms);
    let standing = series.standing(last, norms);
    (series.said, standing)
}

/// The measurements that count: of each day the one recorded last.
fn counting(taken: &[Taken]) -> Vec<usize> {
    let day = |nth: usize| taken.get(nth).map(|one| one.measured_on);
    (0..taken.len()).filter(|nth| day(*nth) != day(nth + 1)).collect()
}

/// The measurements of a child while they are read.
struct Series<'a> {
    facts: &'a Facts,
    taken: &'a [Taken],
    children: Vec<Child>,
    /// Places of the measurements that count.
    counting: Vec<usize>,
    said: Vec<Placed>,
}

impl Series<'_> {
    /// Notes where a child is shorter than at the last day before on which its length could be.
    fn find_shrunk(&mut self) {
        let length = |nth: usize| self.children[nth].cleaned().length;
        let mut shorter = Vec::new();
        for nth in 0..self.taken.len() {
            let before = self.counting.iter().rev().find(|place| {
                self.taken[**place].measured_on < self.taken[nth].measured_on
                    && self.said[**place].computed.scores.haz().is_some()
            });
            let both = before.and_then(|before| length(*before)).zip(length(nth));
            // The two of them in tenths of a millimetre: 80.0 - 79.0 is no more than one centimetre.
            if both.is_some_and(|(before, now)| ((before - now - SHRUNK) * 1000.0).round() > 0.0) {
                shorter.push(nth);
            }
        }
        for nth in shorter {
            self.said[nth].computed.scores.doubts.push(Doubt::Shrunk);
        }
    }

    /// A weighing that can be compared: a weight that can be, without oedema, of a child whose age is known.
    fn weighing(&self, nth: usize) -> Option<Weighing> {
        let (taken, scores) = (&self.taken[nth], &self.said[nth].computed.scores);
        scores.age_days.filter(|_| !taken.oedema && !scores.doubts.contains(&Doubt::Waz))?;
        let on = taken.measured_on;
        Some(Weighing {
            month: Month::new(u16::try_from(on.year()).ok()?, u8::from(on.month()))?,
            completed_months: age::completed_months(self.facts.birth_date?, on)?,
            grams: u32::try_from(taken.weight_g?).ok().filter(|grams| *grams > 0)?,
        })
    }

    /// Gives every weighing its letter, those that do not count as if they did; the reading of the last month
    /// with the place of its weighing.
    fn find_gains(&mut self, norms: &Norms) -> Option<(usize, MonthlyReading)> {
        let sex = self.facts.standard_sex()?;
        let weighings: Vec<Option<Weighing>> = (0..self.taken.len()).map(|nth| self.weighing(nth)).collect();
        let mut months: Vec<(usize, Weighing)> = Vec::new();
        for nth in &self.counting {
            let Some(weighing) = weighings[*nth] else { continue };
            months.pop_if(|(_, last)| last.month == weighing.month);
            months.push((*nth, weighing));
        }
        let chain: Vec<Weighing> = months.iter().map(|(_, weighing)| *weighing).collect();
        let readings = monthly(&chain, sex, &norms.gain).ok()?;
        for (nth, weighing) in weighings.iter().enumerate() {
            let Some(weighing) = weighing else { continue };
            let before = chain.iter().rfind(|other| other.month < weighing.month);
            let pair: Vec<Weighing> = before.into_iter().chain([weighing]).copied().collect();
            let status = monthly(&pair, sex, &norms.gain).ok().and_then(|of| of.last()?.status);
            // The first weighing that we know of is the child's first only if nobody says otherwise.
            let said = self.taken[nth].gain.as_deref();
            let unknown = status == Some(MonthlyStatus::First) && said.is_some_and(|letter| letter != "B");
            self.said[nth].computed.gain = status.filter(|_| !unknown).map(MonthlyStatus::letter);
        }
        for ((nth, _), reading) in months.iter().zip(&readings) {
            let said = &mut self.said[*nth];
            let unknown = reading.status == Some(MonthlyStatus::First) && said.computed.gain.is_none();
            said.month = (!unknown).then_some(*reading);
        }
        months.last().map(|(nth, _)| *nth).zip(readings.last().copied())
    }

    /// Whether a measurement still speaks for the child.
    fn holds(&self, nth: usize) -> bool {
        let day = |nth: usize| self.taken[nth].measured_on;
        self.counting.last().is_some_and(|latest| (day(*latest) - day(nth)).whole_days() <= HOLDS_DAYS)
    }

    /// The last plausible value among the measurements that count, with its place; `skip` of them are passed over.
    fn last(&self, skip: usize, of: impl Fn(&Scores) -> Option<i64>) -> Option<(usize, i64)> {
        let mut found =
            self.counting.iter().rev().filter_map(|nth| Some((*nth, of(&self.said[*nth].computed.scores)?)));
        found.nth(skip)
    }

    fn standing(&self, last_month: Option<(usize, MonthlyReading)>, norms: &Norms) -> Option<Standing> {
        let latest_nth = *self.counting.last()?;
        let latest = &self.taken[latest_nth];
        let holding = |found: Option<(usize, i64)>| found.filter(|(nth, _)| self.holds(*nth));
        let haz = holding(self.last(0, Scores::haz));
        let waz = holding(self.last(0, Scores::waz));
        let whz = holding(self.last(0, Scores::whz));
        let bmi = holding(self.last(0, Scores::baz));
        let arm =
            self.counting.iter().rev().find_map(|nth| Some((*nth, ArmStatus::of(&self.children[*nth])?)));
        let arm = arm.filter(|(nth, _)| self.holds(*nth));
        let month = last_month.filter(|(nth, _)| self.holds(*nth));
        let signs = Signs {
            oedema: if latest.oedema { Oedema::Present } else { Oedema::Absent },
            weight_for_length: whz.map(z),
            weight_for_age: waz.map(z),
            arm: arm.map(|(_, status)| status),
            month: month.map(|(_, reading)| reading),
        };
        let referral = signs.refer(&norms.lines);
        let reasons = referral.map(|referral| referral.reasons).unwrap_or_default();
        let because = reasons.first().filter(|reason| reason.urgency() == Urgency::Today);
        let refer_from = because.and_then(|reason| match reason {
            Reason::SeverelyWasted => whz.map(|(nth, _)| nth),
            Reason::ThinArm => arm.map(|(nth, _)| nth),
            _ => Some(latest_nth),
        });
        let nutrition = |found: Option<(usize, i64)>| match latest.oedema {
            true => Some(NutritionStatus::SeverelyWasted),
            false => found.map(|found| NutritionStatus::from_z(z(found))),
        };
        let code = |status: Option<NutritionStatus>| status.map(|status| status.code().to_owned());
        let is_short = |found: (usize, i64)| LengthStatus::from_z(z(found)).is_stunted();
        let id = |nth: usize| self.taken[nth].id;
        let letter = month.and_then(|(nth, _)| Some((nth, self.said[nth].computed.gain?)));
        Some(Standing {
            sex: self.facts.sex.map(|sex| sex.code().to_owned()),
            birth_date: self.facts.birth_date,
            measured_on: latest.measured_on,
            measurement_id: latest.id,
            source: latest.source.clone(),
            posyandu: self.newest_posyandu(),
            haz: haz.map(|(_, z)| z),
            haz_from: haz.map(|(nth, _)| id(nth)),
            waz: waz.map(|(_, z)| z),
            waz_from: waz.map(|(nth, _)| id(nth)),
            whz: whz.map(|(_, z)| z),
            whz_from: whz.map(|(nth, _)| id(nth)),
            baz: bmi.map(|(_, z)| z),
            baz_from: bmi.map(|(nth, _)| id(nth)),
            height_status: haz.map(|found| LengthStatus::from_z(z(found)).code().to_owned()),
            weight_status: waz.map(|found| WeightStatus::from_z(z(found)).code().to_owned()),
            wasting_status: code(nutrition(whz)),
            bmi_status: code(nutrition(bmi)),
            implausible: Doubt::stored(&self.said[latest_nth].computed.scores.doubts),
            gain: letter.map(|(_, letter)| letter.to_string()),
            gain_from: letter.map(|(nth, _)| id(nth)),
            refer_from: refer_from.map(id),
            refer_today: refer_from.is_some(),
            stunted: haz.is_some_and(is_short),
            newly_stunted: haz.is_some_and(is_short)
                && self.last(1, Scores::haz).is_some_and(|before| !is_short(before)),
            twice_not_gained: reasons.contains(&Reason::TwiceNotGained),
            below_red_line: reasons.contains(&Reason::BelowRedLine),
            reasons: reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(" "),
        })
    }

    fn newest_posyandu(&self) -> String {
        let named = self.counting.iter().rev().map(|nth| &self.taken[*nth].posyandu);
        named.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default()
    }
}

/// The z-score that a hundredfold stands for.
fn z((_, hundredfold): (usize, i64)) -> f64 {
    hundredfold as f64 / 100.0
}
