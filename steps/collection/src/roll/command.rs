//! Recording a roll.

use std::collections::BTreeMap;

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::reach::Reach;
use super::rules::{Amount, LineState, settle};

/// What a page says about one line that it changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// Whose line.
    pub sponsor: Id,
    /// The day that it is for.
    pub for_day: time::Date,
    /// The version of the line that the page showed.
    pub shown: i64,
    /// How it stands.
    pub state: LineState,
    /// What came, where the state does not say it.
    pub amounts: Vec<Amount>,
}

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Lines that were changed.
    pub changed: i64,
    /// Lines (person, day) that somebody else changed since the page was shown: they stay as they are.
    pub kept: Vec<(Id, time::Date)>,
}

/// Records the lines of a roll that a page changed. Five statements, whatever the number of lines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordRoll {
    /// The roll.
    pub roll: Id,
    /// The changed lines.
    pub lines: Vec<Line>,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RecordRoll {
    const KIND: &'static str = "collection.record_roll";
    type Receipt = Recorded;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Recorded, Fault> {
        tx.subject("roll", self.roll);
        touch(tx, self.roll, &self.reach).await?;
        record(tx, self.roll, &self.lines).await
    }
}

/// Everyone whose line is still open brought everything; the exceptions that the page set go first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AllBroughtEverything {
    /// The roll.
    pub roll: Id,
    /// The exceptions that were set on the same page.
    pub exceptions: Vec<Line>,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for AllBroughtEverything {
    const KIND: &'static str = "collection.all_brought_everything";
    type Receipt = Recorded;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Recorded, Fault> {
        tx.subject("roll", self.roll);
        touch(tx, self.roll, &self.reach).await?;
        let mut recorded = record(tx, self.roll, &self.exceptions).await?;
        tx.execute(
            "UPDATE contribution_item SET brought = expected, damaged = 0 WHERE district_id = $1 AND roll_id = $2 \
             AND EXISTS (SELECT 1 FROM contribution c WHERE c.district_id = $1 AND c.roll_id = $2 \
             AND c.sponsor_id = contribution_item.sponsor_id AND c.for_day = contribution_item.for_day \
             AND c.state = 'open')",
            args![tx.district(), self.roll],
        )
        .await?;
        let ticked = tx
            .execute(
                "UPDATE contribution SET state = 'full', version = version + 1, recorded_at = $3, recorded_by = $4 \
                 WHERE district_id = $1 AND roll_id = $2 AND state = 'open'",
                args![tx.district(), self.roll, tx.now(), tx.actor()],
            )
            .await?;
        recorded.changed += ticked as i64;
        Ok(recorded)
    }
}

asuh_store::row_struct! {
    /// An open roll that this command may change, locked until the command ends.
    pub(in super::super) struct Touched {
        pub(in super::super) unit_id: Id,
        pub(in super::super) drive_id: Id,
        pub(in super::super) campaign_id: Id,
        pub(in super::super) held_on: time::Date,
    }
}

asuh_store::row_struct! {
    struct State { state: String, drive: String }
}

/// Locks an open roll by changing it first, so that two counters follow one another; checks that it is in
/// reach. Index: primary key.
pub(in super::super) async fn touch(tx: &Tx<'_>, roll: Id, reach: &Reach) -> Result<Touched, Fault> {
    let mut args = Args::new().with(tx.district()).with(roll).with(tx.now());
    let reached = reach.condition("unit_id", &mut args);
    let sql = format!(
        "UPDATE roll SET touched_at = $3 WHERE district_id = $1 AND id = $2 AND state = 'open' AND {reached} \
         AND EXISTS (SELECT 1 FROM drive d WHERE d.district_id = $1 AND d.id = roll.drive_id AND d.state = 'open') \
         RETURNING unit_id, drive_id, \
         (SELECT d.campaign_id FROM drive d WHERE d.district_id = $1 AND d.id = roll.drive_id) AS campaign_id, \
         (SELECT d.held_on FROM drive d WHERE d.district_id = $1 AND d.id = roll.drive_id) AS held_on"
    );
    if let Some(touched) = tx.first(&sql, args).await? {
        return Ok(touched);
    }
    let mut args = Args::new().with(tx.district()).with(roll);
    let reached = reach.condition("r.unit_id", &mut args);
    let sql = format!(
        "SELECT r.state, d.state AS drive FROM roll r JOIN drive d ON d.district_id = r.district_id \
         AND d.id = r.drive_id WHERE r.district_id = $1 AND r.id = $2 AND {reached}"
    );
    let found: Option<State> = tx.first(&sql, args).await?;
    let code = match found {
        None => return Err(Refusal::not_found().into()),
        Some(found) if found.drive != "open" => "collection.refused.cancelled",
        Some(_) => "collection.refused.closed",
    };
    Err(Refusal::new(code).into())
}

asuh_store::row_struct! {
    struct Present {
        sponsor_id: Id, for_day: time::Date, version: i64, state: String,
        commodity: String, expected: i64, brought: i64, damaged: i64,
    }
}

/// The line as it stands in the database.
#[derive(Default)]
struct Standing {
    version: i64,
    state: String,
    expected: Vec<(String, i64)>,
    amounts: Vec<Amount>,
}

async fn record(tx: &Tx<'_>, roll: Id, lines: &[Line]) -> Result<Recorded, Fault> {
    if lines.is_empty() {
        return Ok(Recorded::default());
    }
    let mut args = Args::new().with(tx.district()).with(roll);
    let sponsors = args.push_list(lines.iter().map(|line| line.sponsor));
    let present: Vec<Present> = tx
        .all(
            &format!(
                "SELECT c.sponsor_id, c.for_day, c.version, c.state, i.commodity, i.expected, i.brought, i.damaged \
                 FROM contribution c JOIN contribution_item i ON i.district_id = c.district_id \
                 AND i.roll_id = c.roll_id AND i.sponsor_id = c.sponsor_id AND i.for_day = c.for_day \
                 WHERE c.district_id = $1 AND c.roll_id = $2 AND c.sponsor_id IN ({sponsors})"
            ),
            args,
        )
        .await?;
    let mut standing: BTreeMap<(Id, time::Date), Standing> = BTreeMap::new();
    for row in present {
        let found = standing.entry((row.sponsor_id, row.for_day)).or_default();
        found.version = row.version;
        found.state = row.state;
        found.expected.push((row.commodity.clone(), row.expected));
        found.amounts.push(Amount { commodity: row.commodity, brought: row.brought, damaged: row.damaged });
    }
    let mut recorded = Recorded::default();
    let (mut changed, mut items) = (Vec::new(), Vec::new());
    for line in lines {
        // A person who is not on this roll is none of the caller's.
        let Some(found) = standing.remove(&(line.sponsor, line.for_day)) else {
            return Err(Refusal::not_found().into());
        };
        let (state, amounts) = settle(line.state, &found.expected, &line.amounts)
            .map_err(|refusal| refusal.field(format!("s.{}", key(line.sponsor, line.for_day))))?;
        if found.state == state.code() && found.amounts == amounts {
            continue;
        }
        if found.version != line.shown {
            recorded.kept.push((line.sponsor, line.for_day));
            continue;
        }
        changed.push(args![
            tx.district(),
            roll,
            line.sponsor,
            line.for_day,
            state.code(),
            1_i64,
            tx.now(),
            tx.actor()
        ]);
        for (amount, (_, expected)) in amounts.iter().zip(&found.expected) {
            items.push(args![
                tx.district(),
                roll,
                line.sponsor,
                line.for_day,
                &amount.commodity,
                *expected,
                amount.brought,
                amount.damaged
            ]);
        }
    }
    recorded.changed = changed.len() as i64;
    tx.insert_many(
        "INSERT INTO contribution (district_id, roll_id, sponsor_id, for_day, state, version, recorded_at, \
         recorded_by) VALUES",
        "ON CONFLICT (district_id, roll_id, sponsor_id, for_day) DO UPDATE SET state = excluded.state, \
         version = contribution.version + 1, recorded_at = excluded.recorded_at, recorded_by = excluded.recorded_by",
        changed,
    )
    .await?;
    tx.insert_many(
        "INSERT INTO contribution_item (district_id, roll_id, sponsor_id, for_day, commodity, expected, brought, \
         damaged) VALUES",
        "ON CONFLICT (district_id, roll_id, sponsor_id, for_day, commodity) DO UPDATE SET \
         brought = excluded.brought, damaged = excluded.damaged",
        items,
    )
    .await?;
    Ok(recorded)
}

/// How a form names a line: person and day.
pub(super) fn key(sponsor: Id, day: time::Date) -> String {
    format!("{sponsor}.{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day())
}
