//! Writing news, deciding whether they go on, taking them back.

use asuh_ground::consent::{self, Purpose};
use asuh_step_registry::{Reach, territories};
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query;
use super::rules::{KINDS, MOST_WORDS, gives_away};

/// Writes news of a target for those who help it. They wait until somebody else passes them on.
///
/// Refused when the family lies beyond reach or nobody helps the target on the day, when its guardian has not agreed that
/// it is shown to a foster parent (thanks are the family's own words), when nothing is written, and when a
/// name of the family, its village or subdistrict, a long number or an address on the internet stands in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteNews {
    /// The family.
    pub family: Id,
    /// The target of whom they tell.
    pub person: Id,
    /// 'news', 'thanks'.
    pub kind: String,
    /// What the sponsors read; at most 500 characters.
    pub words: String,
    /// The present day.
    pub today: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for WriteNews {
    const KIND: &'static str = "pairing.write_news";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let family = query::family(tx, district, &self.reach.scope(), self.family).await?;
        let family = family.ok_or_else(Refusal::not_found)?;
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(Refusal::not_found().into());
        }
        let helped = query::helped(tx, district, self.family, self.today).await?;
        if !helped.iter().any(|one| one.person_id == self.person) {
            return Err(Refusal::new("pairing.refused.nobody_helps").field("anak").into());
        }
        let shown = Purpose::ShownToSponsor;
        if self.kind == "news"
            && !consent::holds(tx, district, self.family, Some(self.person), shown, self.today).await?
        {
            return Err(Refusal::new("pairing.refused.not_shown").field("jenis").into());
        }
        let words = self.words.trim();
        if words.is_empty() || words.chars().count() > MOST_WORDS {
            return Err(Refusal::new("web.error.required").field("isi").into());
        }
        let mut names = query::names(tx, district, self.family).await?;
        names.push(family.head_name);
        let codes = [family.village_code, crate::facts::subdistrict(family.village_code)];
        let mut places: Vec<String> = territories::names(tx, district, codes).await?.into_values().collect();
        places.push(family.hamlet);
        if let Some(found) = gives_away(words, &names, &places) {
            return Err(Refusal::new("pairing.refused.gives_away").field("isi").arg("word", found).into());
        }
        let news = tx.new_id();
        tx.subject("family", self.family);
        tx.execute(
            "INSERT INTO child_news (district_id, id, person_id, kind, words_sealed, written_on, written_at, \
             written_by, state, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '')",
            args![district, news, self.person, &self.kind, tx.seal(words)?, self.today, tx.now(), tx.actor()],
        )
        .await?;
        Ok(news)
    }
}

/// Takes news back that nobody has decided about yet.
///
/// Refused when there are no such news of the sender's own, or they were decided about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawNews {
    /// Which.
    pub news: Id,
}

impl Command for WithdrawNews {
    const KIND: &'static str = "pairing.withdraw_news";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = query::by_id(tx, tx.district(), self.news).await?;
        found.filter(|one| one.written_by == tx.actor()).ok_or_else(Refusal::not_found)?;
        tx.subject("child_news", self.news);
        let taken = tx
            .execute(
                "UPDATE child_news SET state = 'withdrawn', decided_at = $3, decided_by = $4 \
                 WHERE district_id = $1 AND id = $2 AND state = 'waiting'",
                args![tx.district(), self.news, tx.now(), tx.actor()],
            )
            .await?;
        match taken {
            0 => Err(Refusal::new("pairing.refused.news_decided").into()),
            _ => Ok(()),
        }
    }
}

/// Passes news on to the sponsors, or holds them back with the reason; what was passed on can still be held back.
///
/// Refused when there are no such news, the sender wrote them, they were taken back or decided so already, and when they
/// are held back without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideNews {
    /// Which.
    pub news: Id,
    /// Whether they go on.
    pub pass: bool,
    /// Why they do not; at most 300 characters.
    pub reason: String,
}

impl Command for DecideNews {
    const KIND: &'static str = "pairing.decide_news";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = query::by_id(tx, tx.district(), self.news).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("child_news", self.news);
        if found.written_by == tx.actor() {
            return Err(Refusal::new("pairing.refused.own_news").into());
        }
        if !self.pass && self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let (state, from, reason) = match self.pass {
            true => ("passed", "'waiting'", ""),
            false => ("held_back", "'waiting', 'passed'", self.reason.trim()),
        };
        let decided = tx
            .execute(
                &format!(
                    "UPDATE child_news SET state = $3, reason = $4, decided_at = $5, decided_by = $6 \
                     WHERE district_id = $1 AND id = $2 AND state IN ({from})"
                ),
                args![tx.district(), self.news, state, reason, tx.now(), tx.actor()],
            )
            .await?;
        match decided {
            0 => Err(Refusal::new("pairing.refused.news_decided").into()),
            _ => Ok(()),
        }
    }
}
