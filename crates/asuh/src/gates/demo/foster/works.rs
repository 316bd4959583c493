//! What Belitung gives once: wells, latrines and repairs, from the order to the hand-over, with photos before and after where
//! the guardian agreed, and sessions of education in the cadre's village.

use asuh_ground::access::{Actor, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::consent::{Method, Purpose, RecordConsent, Relation};
use asuh_step_distribution::session::{HoldSession, InviteFamilies, PlanSession, Planned};
use asuh_step_distribution::works::{
    AddWorkPhoto, CancelWork, CheckWork, HandOverWork, OrderWork, Ordered, StartWork,
};
use asuh_step_pairing::NoteNeed;
use asuh_step_registry::Reach;
use asuh_step_sponsors::campaigns::{BasketItem, CreateCampaign, Rhythm};
use asuh_step_sponsors::pledges::HowFar;
use asuh_step_sponsors::sponsors::Category;
use asuh_store::{Id, Instant, Query, args};
use time::{Date, Duration};

use super::super::mentoring::village;
use super::super::setup::Places;
use super::super::{DISTRICT, World};
use super::{drawn, firm, user};
use crate::gates::cli::CliError;

/// How far a work of the demo has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Come {
    /// The need alone.
    Needed,
    Ordered,
    InWork,
    HandedOver,
    Cancelled,
}

/// Kind, what the family told, what is built, rupiah, and how far it came.
const WORKS: [(&str, &str, &str, i64, Come); 8] = [
    (
        "water",
        "sumur kering sejak Juli",
        "Sumur bor 24 meter dengan pompa dan keran di dapur",
        7_500_000,
        Come::HandedOver,
    ),
    (
        "latrine",
        "masih ke sungai",
        "Jamban leher angsa dengan tangki septik dua ruang",
        4_200_000,
        Come::HandedOver,
    ),
    ("house", "atap bocor di kamar anak", "Ganti atap seng dan rangka di dua kamar", 9_000_000, Come::InWork),
    ("latrine", "jamban tanpa tangki septik", "Tangki septik dan resapan", 3_100_000, Come::InWork),
    ("water", "air sumur keruh", "Saringan pasir dan penampung 1.000 liter", 2_400_000, Come::Ordered),
    ("house", "lantai tanah", "Plester lantai 36 meter persegi", 5_600_000, Come::Ordered),
    ("water", "ambil air 500 meter", "Sambungan pipa dari mata air desa", 3_800_000, Come::Cancelled),
    ("latrine", "jamban rusak", "", 0, Come::Needed),
];
/// What the cadre's village heard of.
const SESSIONS: [(&str, &str); 3] = [
    (
        "MP-ASI dari bahan lokal",
        "Isi piring anak 6–23 bulan; demo memasak bubur ikan dan telur; mencoba bersama.",
    ),
    (
        "Air bersih dan cuci tangan",
        "Merebus air, menyimpan air minum, enam langkah cuci tangan; praktik dengan anak.",
    ),
    ("Menimbang setiap bulan", "Membaca grafik pertumbuhan; kapan harus ke puskesmas; tanya jawab."),
];

async fn send<C: asuh_store::Command>(
    world: &World,
    actor: &Actor,
    command: C,
) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

/// The promise of a firm to a campaign of its own, for wells and pipes.
async fn promised(world: &World, places: &Places, starts_on: Date) -> Result<Id, CliError> {
    let create = CreateCampaign {
        name: "Air Bersih untuk Anak Asuh".into(),
        slogan: "Satu sumur untuk satu keluarga".into(),
        rhythm: Rhythm::Once,
        starts_on,
        ends_on: None,
        only_asn: false,
        help: "water".into(),
        destination: "pairs".into(),
        fund_holder: places.fund_holder,
        warehouse: places.warehouse,
        fund: "csr".into(),
        obligation: None,
        deposit_days: 3,
        items: vec![BasketItem { commodity: "cash".into(), quantity: 500_000 }],
        new_commodity: None,
    };
    let campaign = send(world, &world.actor, create).await?;
    firm(world, campaign, ("CV Pipa Rekaan", Category::Private), (15, HowFar::District), None).await?;
    let sql = "SELECT id FROM pledge WHERE district_id = $1 AND campaign_id = $2";
    let pledge: Option<(Id,)> = world.app.store.reader().first(sql, args![DISTRICT, campaign]).await?;
    pledge.map(|row| row.0).ok_or_else(|| CliError::Text("the firm promised nothing".into()))
}

/// Families of the cadre's village, then of others.
async fn families(world: &World, own: i64) -> Result<Vec<Id>, CliError> {
    let sql = "SELECT family_id FROM family_version WHERE district_id = $1 AND superseded_at = $2 \
               AND status IN ('verified', 'listed') ORDER BY CASE WHEN village_code = $3 THEN 0 ELSE 1 END, village_code, \
               family_id LIMIT 40";
    let rows: Vec<(Id,)> = world.app.store.reader().all(sql, args![DISTRICT, Instant::NEVER, own]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A work of the demo that was ordered.
pub(super) struct Built {
    work: Id,
    kind: &'static str,
    come: Come,
    cost: i64,
}

/// What families need is noted, and most of it ordered.
pub(super) async fn order(world: &mut World, places: &Places, on: Date) -> Result<Vec<Built>, CliError> {
    let own = village(world).await?;
    let scope = Scope::whole(world.actor.district_code);
    world.at(on, 9, 0);
    let pledge = promised(world, places, on).await?;
    let families = families(world, own).await?;
    let (admin, officer) = (user(world, "admin").await?, user(world, "plkb").await?);
    let mut built = Vec::new();
    for ((kind, detail, words, cost, come), family) in WORKS.into_iter().zip(families) {
        let reach = Reach::whole(world.actor.district_code);
        let need = NoteNeed { family, kind: kind.into(), detail: detail.into(), today: on, reach };
        send(world, &officer, need).await?;
        if come == Come::Needed {
            continue;
        }
        // Of those whose work has not begun nobody was asked yet.
        if come != Come::Ordered {
            let consent = RecordConsent {
                family,
                person: None,
                purposes: vec![Purpose::Photo],
                guardian_name: "Ibu kandung".into(),
                relation: Relation::Mother,
                method: Method::Form,
                witness: String::new(),
                given_on: on,
                scan: None,
                scope: scope.clone(),
            };
            send(world, &officer, consent).await?;
        }
        let sql = "SELECT id FROM family_need WHERE district_id = $1 AND family_id = $2 AND kind = $3";
        let need: Option<(Id,)> = world.app.store.reader().first(sql, args![DISTRICT, family, kind]).await?;
        let water = kind == "water";
        let pool = (kind == "house" && come == Come::Ordered).then(|| (places.fund_holder, "csr".to_owned()));
        let (source, held_by) = match (&pool, water) {
            (Some(_), _) => ("pool", ""),
            (None, true) => ("giver", "CV Pipa Rekaan"),
            (None, false) => ("government", "Dinas Perumahan dan Permukiman"),
        };
        let worker = if water { "Tukang sumur Rekaan" } else { "Gotong royong RT dan tukang Rekaan" };
        let order = OrderWork {
            family,
            kind: kind.into(),
            need: need.map(|row| row.0),
            pledge: water.then_some(pledge),
            ordered: Ordered {
                words: words.into(),
                worker: worker.into(),
                source: source.into(),
                held_by: held_by.into(),
                pool,
                estimated: cost,
                days: (on + Duration::days(14), on + Duration::days(60)),
            },
            today: on,
            scope: scope.clone(),
        };
        let work = send(world, &admin, order).await?;
        built.push(Built { work, kind, come, cost });
    }
    Ok(built)
}

/// The works that came so far are begun.
async fn begin(world: &World, works: &[Built], come: Come, on: Date) -> Result<(), CliError> {
    let officer = user(world, "plkb").await?;
    for one in works.iter().filter(|one| one.come == come) {
        let scope = Scope::whole(world.actor.district_code);
        send(world, &officer, StartWork { work: one.work, on, today: on, scope }).await?;
        photo(world, &officer, one, "before", on).await?;
    }
    Ok(())
}

/// A photo of the place by whoever stands there.
async fn photo(world: &World, by: &Actor, one: &Built, moment: &str, on: Date) -> Result<(), CliError> {
    let drawn = attachments::clean(drawn::picture(one.kind, moment != "before")?, MediaType::PICTURES)
        .map_err(|refusal| CliError::Text(refusal.code))?;
    let photo = attachments::store(&world.app, by, world.app.store.new_id(), drawn).await?;
    let scope = Scope::whole(world.actor.district_code);
    let add = AddWorkPhoto { work: one.work, moment: moment.into(), photo, taken_on: on, today: on, scope };
    send(world, by, add).await
}

/// What is done in the month that lies so many months back.
pub(super) async fn month(world: &mut World, works: &[Built], on: Date, back: i32) -> Result<(), CliError> {
    let officer = user(world, "plkb").await?;
    let scope = Scope::whole(world.actor.district_code);
    world.at(on, 16, 0);
    match back {
        3 => begin(world, works, Come::HandedOver, on).await?,
        2 => {
            for one in works.iter().filter(|one| one.come == Come::HandedOver) {
                let hand_over = HandOverWork {
                    work: one.work,
                    on,
                    actual: one.cost - 150_000,
                    receiver: "Ibu Rekaan".into(),
                    relation: "wife".into(),
                    proof: "thumbprint".into(),
                    witness: "Ketua RT Rekaan".into(),
                    signature: None,
                    paper: None,
                    today: on,
                    scope: scope.clone(),
                };
                send(world, &officer, hand_over).await?;
                photo(world, &officer, one, "after", on).await?;
            }
            session(world, SESSIONS[0], (on, 150_000), true).await?;
        }
        1 => {
            begin(world, works, Come::InWork, on).await?;
            for one in works.iter().filter(|one| one.come == Come::Cancelled) {
                let reason = "Desa sudah menyambungkan pipa dengan Dana Desa".to_owned();
                let cancel = CancelWork { work: one.work, reason, today: on, scope: scope.clone() };
                send(world, &officer, cancel).await?;
            }
        }
        0 => {
            let cadre = user(world, "kader").await?;
            for one in works.iter().filter(|one| one.come == Come::HandedOver && one.kind == "water") {
                let words = "Air jernih, dipakai untuk minum dan mandi.".to_owned();
                let (outcome, scope) = ("working".to_owned(), scope.clone());
                let check = CheckWork { work: one.work, on, outcome, words, today: on, scope };
                send(world, &cadre, check).await?;
                photo(world, &cadre, one, "check", on).await?;
            }
            session(world, SESSIONS[1], (on, 0), true).await?;
            session(world, SESSIONS[2], (on + Duration::days(6), 0), false).await?;
        }
        _ => {}
    }
    Ok(())
}

/// A session in the cadre's village: three of four families came to it, where it was held.
async fn session(
    world: &World,
    (topic, plan): (&str, &str),
    (held_on, cost): (Date, i64),
    held: bool,
) -> Result<(), CliError> {
    let own = village(world).await?;
    let today = world.app.today(&world.actor);
    let scope = Scope::whole(world.actor.district_code);
    let cadre = user(world, "kader").await?;
    let sql = "SELECT family_id FROM family_version WHERE district_id = $1 AND superseded_at = $2 AND village_code = $3 \
               AND status IN ('verified', 'listed') ORDER BY family_id LIMIT 12";
    let found: Vec<(Id,)> = world.app.store.reader().all(sql, args![DISTRICT, Instant::NEVER, own]).await?;
    let families: Vec<Id> = found.into_iter().map(|row| row.0).collect();
    let planned = Planned {
        topic: topic.into(),
        plan: plan.into(),
        village: own,
        place: "Posyandu Melati".into(),
        held_on,
        starts_at: "09.00".into(),
        speaker: "Bidan desa dan petugas gizi".into(),
        campaign: None,
        source: "community".into(),
        held_by: if cost > 0 { "Kas PKK desa" } else { "" }.into(),
        estimated: cost,
    };
    let plan = PlanSession { session: None, planned, today, scope: scope.clone() };
    let session = send(world, &cadre, plan).await?;
    if families.is_empty() {
        return Ok(());
    }
    let invite = InviteFamilies { session, families: families.clone(), scope: scope.clone() };
    send(world, &cadre, invite).await?;
    if held {
        let came = families.iter().enumerate().filter(|(nth, _)| nth % 4 != 3).map(|(_, family)| *family);
        let hold = HoldSession { session, came: came.collect(), actual: cost, today, scope };
        send(world, &cadre, hold).await?;
    }
    Ok(())
}
