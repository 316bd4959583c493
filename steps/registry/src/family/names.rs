//! The words by which the names in a family are found (`name_key`): made from the versions that hold, within the
//! command that wrote one.

use std::collections::{HashMap, HashSet};

use asuh_matching::search_keys;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, Tx, args};

use crate::identity::former_names;
use asuh_ground::App;

/// Families that are read at once.
const CHUNK: usize = 500;

asuh_store::row_struct! {
    struct Head { family_id: Id, village_code: i64, head_name: String }
}

asuh_store::row_struct! {
    struct Named { family_id: Id, name: String }
}

asuh_store::row_struct! {
    /// A word of a family.
    #[derive(PartialEq, Eq, Hash)]
    struct Key { family_id: Id, word: String, village_code: i64 }
}

fn of(district: DistrictId, families: &[Id]) -> (Args, String) {
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(families.iter().copied());
    (args, list)
}

/// The words that these families must have, those of the names of merged records among them; one without a version that
/// holds has none. Indexes: family_version_current, person_version_by_family, those of [`former_names`].
async fn wanted(db: &impl Query, district: DistrictId, families: &[Id]) -> Result<HashSet<Key>, StoreError> {
    let (args, list) = of(district, families);
    let sql = format!(
        "SELECT family_id, village_code, head_name FROM family_version \
         WHERE district_id = $1 AND family_id IN ({list}) AND superseded_at = $2"
    );
    let heads: Vec<Head> = db.all(&sql, args).await?;
    let (args, list) = of(district, families);
    let sql = format!(
        "SELECT family_id, name FROM person_version \
         WHERE district_id = $1 AND family_id IN ({list}) AND superseded_at = $2 AND ended_reason IS NULL"
    );
    let members: Vec<Named> = db.all(&sql, args).await?;
    let villages: HashMap<Id, i64> = heads.iter().map(|head| (head.family_id, head.village_code)).collect();
    let names = heads.iter().map(|head| (head.family_id, &head.head_name));
    let names = names.chain(members.iter().map(|member| (member.family_id, &member.name)));
    let former = former_names(db, district, families).await?;
    let names = names.chain(former.iter().map(|(family, name)| (*family, name)));
    let mut keys = HashSet::new();
    for (family_id, name) in names {
        if let Some(&village_code) = villages.get(&family_id) {
            keys.extend(search_keys(name).into_iter().map(|word| Key { family_id, word, village_code }));
        }
    }
    Ok(keys)
}

/// The words that these families have. Index: primary key.
async fn kept(db: &impl Query, district: DistrictId, families: &[Id]) -> Result<HashSet<Key>, StoreError> {
    let mut args = args![district];
    let list = args.push_list(families.iter().copied());
    let sql = format!(
        "SELECT family_id, word, village_code FROM name_key WHERE district_id = $1 AND family_id IN ({list})"
    );
    Ok(db.all::<Key>(&sql, args).await?.into_iter().collect())
}

/// Makes the words of these families anew. Only what differs is written.
///
/// # Errors
/// The store fails.
pub(crate) async fn refresh_names(tx: &Tx<'_>, families: &[Id]) -> Result<(), StoreError> {
    for some in families.chunks(CHUNK) {
        let wanted = wanted(tx, tx.district(), some).await?;
        let mut kept = kept(tx, tx.district(), some).await?;
        let stale: HashSet<Id> = kept.difference(&wanted).map(|key| key.family_id).collect();
        if !stale.is_empty() {
            kept.retain(|key| !stale.contains(&key.family_id));
            let mut stale: Vec<Id> = stale.into_iter().collect();
            stale.sort_unstable();
            let mut args = args![tx.district()];
            let list = args.push_list(stale);
            tx.execute(
                &format!("DELETE FROM name_key WHERE district_id = $1 AND family_id IN ({list})"),
                args,
            )
            .await?;
        }
        let mut missing: Vec<&Key> = wanted.difference(&kept).collect();
        missing.sort_unstable_by(|one, two| (one.family_id, &one.word).cmp(&(two.family_id, &two.word)));
        let rows = missing
            .into_iter()
            .map(|key| args![tx.district(), key.family_id, &key.word, key.village_code])
            .collect();
        tx.insert_many("INSERT INTO name_key (district_id, family_id, word, village_code) VALUES", "", rows)
            .await?;
    }
    Ok(())
}

/// The part of `asuh check`: the words of every family are made anew and compared; what differs, in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check_names(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let (mut after, mut wrong) = (Id::from_bytes([0; 16]), HashSet::new());
    loop {
        // Primary key of family: also those that left the lists, who must have no word.
        let some: Vec<(Id,)> = db
            .all(
                &format!(
                    "SELECT id FROM family WHERE district_id = $1 AND id > $2 ORDER BY id LIMIT {CHUNK}"
                ),
                args![district, after],
            )
            .await?;
        let Some(last) = some.last() else { break };
        after = last.0;
        let ids: Vec<Id> = some.iter().map(|row| row.0).collect();
        let (wanted, kept) = (wanted(db, district, &ids).await?, kept(db, district, &ids).await?);
        wrong.extend(wanted.symmetric_difference(&kept).map(|key| key.family_id));
    }
    let wrong = wrong.len();
    Ok(if wrong > 0 {
        vec![format!("name_key: the words of {wrong} families are not those of their names")]
    } else {
        Vec::new()
    })
}
