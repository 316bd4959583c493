//! What foster parents and partners brought about: what arrived at families in half a year, as sums and as the rows that they
//! are the sums of.
//!
//! Each way of helping is one statement whose rows are what arrived ([`Way`]); sums add these rows up and the list pages
//! through them, so that they cannot differ. What a government's budget pays is left out. A package, a payment, a portion
//! or a work counts in the half year of its week, month or day once somebody said that it arrived; goods are worth what the
//! district's price list said in their week.

use std::collections::BTreeMap;

use asuh_ground::access::Scope;
use asuh_ground::codes;
use asuh_ground::settings::{Price, price_on, prices};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Month};

/// Rows on a page.
pub(super) const PAGE: usize = 50;

codes! {
    /// How help arrives.
    ///
    /// Translation key `plan.private.way.<code>`.
    pub enum Way {
        /// A package.
        Goods = "goods",
        /// A payment, month by month.
        Money = "money",
        /// Portions of a day.
        Meals = "meals",
        /// A work that was handed over: water, a latrine, a house.
        Works = "works",
    }
}

impl Way {
    /// The statement of what arrived within the scope from `$2` to `$3`: of which programme (`of_id, programme, help`), where
    /// (`village_code, rw`), to whom (`family_id`), which row and day (`id, day`), how many times and rupiah. `only` is one
    /// programme. Indexes: the unique key of package by campaign and week, cash_payment_by_month, meal_serving_by_enrolment,
    /// help_work_by_state.
    fn rows(self, scope: &Scope, only: Option<Id>, args: &mut Args) -> String {
        // Works of residents and institutions without a campaign of ours are swadaya and swasta too.
        let work_of = match self {
            Way::Works => format!("COALESCE(w.campaign_id, {})", args.push(Id::SYSTEM)),
            Way::Goods | Way::Money | Way::Meals => String::new(),
        };
        let (village, rw, of) = match self {
            Way::Goods | Way::Money => ("p.village_code", "p.rw", "c.id"),
            Way::Meals => ("s.village_code", "e.rw", "m.id"),
            Way::Works => ("w.village_code", "w.rw", work_of.as_str()),
        };
        let within = scope.territory_condition(village, Some(rw), args);
        let only = only.map(|id| format!(" AND {of} = {}", args.push(id))).unwrap_or_default();
        match self {
            Way::Goods => format!(
                "SELECT c.id AS of_id, c.name AS programme, c.help, p.village_code, p.rw, p.family_id, p.id, \
                 p.week_of AS day, CAST(1 AS BIGINT) AS times, CAST(0 AS BIGINT) AS rupiah FROM campaign c \
                 JOIN package p ON p.district_id = c.district_id AND p.campaign_id = c.id \
                 AND p.week_of BETWEEN $2 AND $3 AND p.state = 'delivered' \
                 WHERE c.district_id = $1 AND {within}{only}"
            ),
            Way::Money => format!(
                "SELECT c.id AS of_id, c.name AS programme, c.help, p.village_code, p.rw, p.family_id, p.id, \
                 p.month * 100 + 1 AS day, CAST(1 AS BIGINT) AS times, p.paid AS rupiah FROM campaign c \
                 JOIN programme g ON g.district_id = c.district_id AND g.campaign_id = c.id \
                 JOIN cash_payment p ON p.district_id = g.district_id AND p.programme_id = g.id \
                 AND p.month BETWEEN $2 / 100 AND $3 / 100 AND p.paid > 0 WHERE c.district_id = $1 AND {within}{only}"
            ),
            Way::Meals => format!(
                "SELECT m.id AS of_id, m.name AS programme, 'nutrition' AS help, s.village_code, e.rw, s.family_id, \
                 s.enrolment_id AS id, s.for_day AS day, COUNT(*) AS times, CAST(0 AS BIGINT) AS rupiah \
                 FROM meal_programme m \
                 JOIN meal_enrolment e ON e.district_id = m.district_id AND e.programme_id = m.id \
                 JOIN meal_serving s ON s.district_id = e.district_id AND s.enrolment_id = e.id \
                 AND s.for_day BETWEEN $2 AND $3 AND s.mark IN ('all', 'half') \
                 WHERE m.district_id = $1 AND (m.campaign_id IS NOT NULL OR m.budget = 3) AND {within}{only} \
                 GROUP BY m.id, m.name, s.village_code, e.rw, s.family_id, s.enrolment_id, s.for_day"
            ),
            Way::Works => format!(
                "SELECT {work_of} AS of_id, COALESCE(c.name, '') AS programme, COALESCE(c.help, 'works') AS help, \
                 w.village_code, w.rw, w.family_id, w.id, w.handed_on AS day, CAST(1 AS BIGINT) AS times, \
                 COALESCE(w.actual, 0) AS rupiah FROM help_work w \
                 LEFT JOIN campaign c ON c.district_id = w.district_id AND c.id = w.campaign_id \
                 WHERE w.district_id = $1 AND w.state = 'handed_over' AND w.handed_on BETWEEN $2 AND $3 \
                 AND w.source <> 'government' AND {within}{only}"
            ),
        }
    }
}

asuh_store::row_struct! {
    struct Sum {
        of_id: Id,
        programme: String,
        help: String,
        village_code: i64,
        families: i64,
        times: i64,
        rupiah: i64,
    }
}

/// What arrived of a programme in a village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) way: Way,
    /// The campaign, or the programme of meals; [`Id::SYSTEM`]: works without a campaign.
    pub(crate) of: Id,
    /// Its name; empty: works without a campaign.
    pub(crate) programme: String,
    pub(crate) help: String,
    pub(crate) village: i64,
    /// Each once for this programme and way.
    pub(crate) families: i64,
    pub(crate) times: i64,
    pub(crate) rupiah: i64,
}

asuh_store::row_struct! {
    struct Goods { id: Id, village_code: i64, day: Date, commodity: String, quantity: i64 }
}

/// From the first to the last day of a half year.
pub(crate) fn half(year: i64, semester: i64) -> Option<(Date, Date)> {
    let year = i32::try_from(year).ok()?;
    let (from, to, last) = match semester {
        1 => (Month::January, Month::June, 30),
        2 => (Month::July, Month::December, 31),
        _ => return None,
    };
    Some((Date::from_calendar_date(year, from, 1).ok()?, Date::from_calendar_date(year, to, last).ok()?))
}

/// What arrived within a scope from a day to a day, by programme and village. Indexes: see [`Way`]; primary key of
/// package_item.
pub(crate) async fn arrived(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (Date, Date),
) -> Result<Vec<Arrived>, StoreError> {
    let mut all = Vec::new();
    for way in Way::ALL {
        let mut args = args![district, from, to];
        let rows = way.rows(scope, None, &mut args);
        let sql = format!(
            "SELECT x.of_id, x.programme, x.help, x.village_code, CAST(COUNT(DISTINCT x.family_id) AS BIGINT) AS families, \
             CAST(SUM(x.times) AS BIGINT) AS times, CAST(SUM(x.rupiah) AS BIGINT) AS rupiah FROM ({rows}) x \
             GROUP BY x.of_id, x.programme, x.help, x.village_code"
        );
        let found: Vec<Sum> = db.all(&sql, args).await?;
        all.extend(found.into_iter().map(|sum| Arrived {
            way,
            of: sum.of_id,
            programme: sum.programme,
            help: sum.help,
            village: sum.village_code,
            families: sum.families,
            times: sum.times,
            rupiah: sum.rupiah,
        }));
    }
    let mut args = args![district, from, to];
    let rows = Way::Goods.rows(scope, None, &mut args);
    let sql = format!(
        "SELECT x.of_id AS id, x.village_code, x.day, i.commodity, CAST(SUM(i.quantity) AS BIGINT) AS quantity \
         FROM ({rows}) x JOIN package_item i ON i.district_id = $1 AND i.package_id = x.id \
         GROUP BY x.of_id, x.village_code, x.day, i.commodity"
    );
    let goods: Vec<Goods> = db.all(&sql, args).await?;
    let prices = prices(db, district).await?;
    let mut worth: BTreeMap<(Id, i64), i64> = BTreeMap::new();
    for row in &goods {
        *worth.entry((row.id, row.village_code)).or_default() += row.worth(&prices);
    }
    for one in all.iter_mut().filter(|one| one.way == Way::Goods) {
        one.rupiah = worth.get(&(one.of, one.village)).copied().unwrap_or(0);
    }
    all.sort_by(|one, two| (&one.programme, one.village).cmp(&(&two.programme, two.village)));
    Ok(all)
}

impl Goods {
    /// What they were worth in their week; nothing where the list has no price.
    fn worth(&self, prices: &[Price]) -> i64 {
        let price = match self.commodity.as_str() {
            "cash" => 1,
            other => price_on(prices, other, self.day).unwrap_or(0),
        };
        self.quantity.saturating_mul(price)
    }
}

asuh_store::row_struct! {
    /// What arrived at a family.
    pub(crate) struct Line {
        pub(crate) id: Id,
        /// The week of a package, the first of the month of a payment, the day of portions and works.
        pub(crate) day: Date,
        pub(crate) village_code: i64,
        pub(crate) family_id: Id,
        /// Where the reader may read the family: the name of its head.
        pub(crate) head_name: Option<String>,
        pub(crate) times: i64,
        pub(crate) rupiah: i64,
    }
}

/// A page of what arrived of a programme in one way, the latest first; one more when there are more. Heads of families are
/// named where `names` reaches them. Indexes: see [`Way`]; family_version_current, primary key of package_item.
pub(crate) async fn rows(
    db: &impl Query,
    district: DistrictId,
    (scope, names): (&Scope, Option<&Scope>),
    (from, to): (Date, Date),
    (way, of): (Way, Id),
    after: Option<(Date, Id)>,
) -> Result<Vec<Line>, StoreError> {
    let mut args = args![district, from, to];
    let rows = way.rows(scope, Some(of), &mut args);
    let named = match names {
        Some(names) => names.territory_condition("v.village_code", Some("v.rw"), &mut args),
        None => "(1 = 0)".to_owned(),
    };
    let never = args.push(Instant::NEVER);
    let after = after.map(|(day, id)| {
        let (day, id) = (args.push(day), args.push(id));
        format!("WHERE x.day < {day} OR (x.day = {day} AND x.id > {id})")
    });
    let sql = format!(
        "SELECT x.id, x.day, x.village_code, x.family_id, v.head_name, x.times, x.rupiah FROM ({rows}) x \
         LEFT JOIN family_version v ON v.district_id = $1 AND v.family_id = x.family_id AND v.superseded_at = {never} \
         AND {named} {} ORDER BY x.day DESC, x.id LIMIT {}",
        after.unwrap_or_default(),
        PAGE + 1,
    );
    let mut lines: Vec<Line> = db.all(&sql, args).await?;
    if way == Way::Goods && !lines.is_empty() {
        let mut args = args![district];
        let ids = args.push_list(lines.iter().map(|line| line.id));
        let sql = format!(
            "SELECT p.id, p.village_code, p.week_of AS day, i.commodity, i.quantity FROM package p \
             JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
             WHERE p.district_id = $1 AND p.id IN ({ids})"
        );
        let goods: Vec<Goods> = db.all(&sql, args).await?;
        let prices = prices(db, district).await?;
        let mut worth: BTreeMap<Id, i64> = BTreeMap::new();
        for row in &goods {
            *worth.entry(row.id).or_default() += row.worth(&prices);
        }
        for line in &mut lines {
            line.rupiah = worth.get(&line.id).copied().unwrap_or(0);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_year_has_two_halves() {
        assert_eq!(half(2026, 1), Some((date!(2026 - 01 - 01), date!(2026 - 06 - 30))));
        assert_eq!(half(2026, 2), Some((date!(2026 - 07 - 01), date!(2026 - 12 - 31))));
        assert_eq!(half(2026, 3), None);
    }
}
