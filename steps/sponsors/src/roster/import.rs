//! The import of a staff list (kind `asn`): NIP, name, office, unit, home, phone.
//!
//! A person is found by NIP, a helper without one by name and unit. Offices and units that are not known are
//! made. What a list leaves blank changes nothing.

use std::collections::HashMap;

use asuh_nusantara::{NipWarning, name};
use asuh_store::{Command, Fault, Id, Instant, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{Asn, change, matched, matched_and_held, put};
use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, Identifier, ImportKind, ReadContext, Reading, RowCells, StagedRow, Stake,
    UndoStep, Verdict,
};
use asuh_ground::web::Text;
use asuh_step_registry::institutions::{InstitutionKind, PutInstitution};

/// The kind.
pub(crate) struct AsnImport;

/// What a row says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    nip: Option<String>,
    name: String,
    office: String,
    unit: Option<String>,
    kecamatan: Option<String>,
    village: Option<String>,
    phone: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::optional(
        "nip",
        &["NIP", "NIP Baru", "NIP/NI PPPK", "NI PPPK", "NIP atau NI PPPK", "Nomor Induk Pegawai"],
    ),
    Column::required("name", &["Nama", "Nama Lengkap", "Nama Pegawai", "Nama ASN"]),
    Column::required(
        "office",
        &[
            "OPD",
            "Perangkat Daerah",
            "SKPD",
            "SOPD",
            "PD",
            "Instansi",
            "Nama OPD",
            "Organisasi Perangkat Daerah",
            "Dinas",
        ],
    ),
    Column::optional(
        "unit",
        &["Unit Kerja", "Unit", "Nama Unit", "Nama Unit Kerja", "Tempat Tugas", "Satuan Kerja", "Unor"],
    ),
    Column::optional(
        "kecamatan",
        &[
            "Kecamatan Tempat Tinggal",
            "Kecamatan",
            "Kec",
            "Kecamatan Domisili",
            "Wilayah Tempat Tinggal",
            "Wilayah",
        ],
    ),
    Column::optional(
        "village",
        &[
            "Desa Tempat Tinggal",
            "Desa/Kelurahan Tempat Tinggal",
            "Desa",
            "Desa/Kelurahan",
            "Desa/Kel",
            "Kelurahan/Desa",
            "Kelurahan",
            "Desa Domisili",
            "Tempat Tinggal",
        ],
    ),
    Column::optional(
        "phone",
        &[
            "HP",
            "No HP",
            "Nomor HP",
            "Telepon",
            "No Telepon",
            "Nomor Telepon",
            "No Telp",
            "WhatsApp",
            "No WA",
            "HP/Telepon",
        ],
    ),
];

impl ImportKind for AsnImport {
    fn code(&self) -> &'static str {
        "asn"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::DistrictAdmin, Role::ListKeeper]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn read(&self, _cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        let nip = match row.nip("nip") {
            Identifier::Known(nip) => {
                for warning in nip.warnings() {
                    row.warn("nip", warning_code(warning));
                }
                Some(nip.as_str().to_owned())
            }
            Identifier::Censored => {
                row.warn("nip", "sponsors.import.nip_hidden");
                None
            }
            Identifier::Blank | Identifier::Bad => None,
        };
        let (Some(name), Some(office)) = (row.required("name"), row.required("office")) else {
            return Reading::nothing();
        };
        let record = Record {
            nip,
            name,
            office,
            unit: row.text("unit"),
            kecamatan: row.text("kecamatan"),
            village: row.text("village"),
            phone: row.phone("phone").map(|phone| phone.as_str().to_owned()),
        };
        let key = match &record.nip {
            Some(nip) => nip.clone(),
            None => [&record.name, &record.office, record.unit.as_ref().unwrap_or(&record.office)]
                .map(|part| name::search_key(part))
                .join("|"),
        };
        Reading::of(&record, Some(key))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let reader = app.store.reader();
            let secrets = app.store.secrets();
            let offices = Offices::load(reader, cx).await?;
            let homes = Homes::load(reader, cx).await?;
            let mut entries = Vec::with_capacity(rows.len());
            for row in rows.iter_mut() {
                let record: Record = row.get()?;
                let home = homes.find(&record);
                if home.is_none() && (record.village.is_some() || record.kecamatan.is_some()) {
                    let value = record.village.clone().or(record.kecamatan.clone()).unwrap_or_default();
                    row.warn("village", "sponsors.import.unknown_home", value);
                }
                let unit = offices.find(&record);
                if !cx.scope.all_units && !unit.is_some_and(|unit| cx.scope.reaches_unit(unit)) {
                    row.error("unit", "sponsors.import.outside", record.unit.clone().unwrap_or_default());
                }
                // A unit that is not there yet has no people; the nil id matches nobody.
                entries.push(entry(&record, unit.unwrap_or(Id::SYSTEM), home));
            }
            let held = matched(reader, secrets, cx.district(), &entries).await?;
            for ((row, entry), held) in rows.iter_mut().zip(&entries).zip(&held) {
                row.subject = held.as_ref().map(|held| held.id);
                if row.verdict != Verdict::Error {
                    row.verdict = change(secrets, cx.district(), held.as_ref(), entry)?.into();
                }
            }
            Ok(())
        })
    }

    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()> {
        Box::pin(async move {
            let mut offices = Offices::load(tx, cx).await?;
            let homes = Homes::load(tx, cx).await?;
            let mut entries = Vec::with_capacity(rows.len());
            for row in rows.iter() {
                let record: Record = row.get()?;
                let unit = offices.find_or_make(tx, cx.today(), &record).await?;
                entries.push(entry(&record, unit, homes.find(&record)));
            }
            let held = matched_and_held(tx, &entries).await?;
            let pairs: Vec<_> = held.into_iter().zip(entries).collect();
            let done = put(tx, &pairs, cx.today(), "asn", Some(cx.batch)).await?;
            for (row, (id, change)) in rows.iter_mut().zip(done) {
                row.subject = Some(id);
                row.verdict = change.into();
            }
            Ok(())
        })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(undo(tx, cx, after, self.chunk()))
    }

    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        Box::pin(stakes(app.store.reader(), cx))
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("sponsors.roster.{key}")).into_owned();
        let nip = record.nip.and_then(|nip| asuh_nusantara::Nip::parse(&nip).ok());
        vec![
            (title("name"), record.name),
            ("NIP".into(), nip.map(|nip| nip.masked()).unwrap_or_default()),
            (title("office"), record.office),
            (title("unit"), record.unit.unwrap_or_default()),
        ]
    }
}

fn warning_code(warning: NipWarning) -> &'static str {
    match warning {
        NipWarning::ImpossibleBirthDate => "sponsors.import.nip_birth",
        NipWarning::ImpossibleAppointment | NipWarning::AppointedTooYoung => "sponsors.import.nip_appointed",
        NipWarning::UnknownSex => "sponsors.import.nip_sex",
        NipWarning::SerialZero => "sponsors.import.nip_zero",
    }
}

fn entry(record: &Record, unit: Id, home: Option<i64>) -> Asn {
    Asn { nip: record.nip.clone(), name: record.name.clone(), unit, phone: record.phone.clone(), home }
}

/// The offices and units of the district by name.
struct Offices {
    /// By the one above and the search key.
    by_name: HashMap<(Option<Id>, String), Id>,
}

asuh_store::row_struct! {
    struct Place { id: Id, parent_id: Option<Id>, name_search: String }
}

impl Offices {
    /// Some hundreds of institutions; index: institution_by_name.
    async fn load(db: &impl Query, cx: &BatchContext) -> Result<Offices, StoreError> {
        let places: Vec<Place> = db
            .all(
                "SELECT id, parent_id, name_search FROM institution WHERE district_id = $1 AND valid_to IS NULL \
                 AND kind IN ('opd', 'unit', 'school', 'puskesmas', 'other')",
                args![cx.district()],
            )
            .await?;
        let by_name =
            places.into_iter().map(|place| ((place.parent_id, place.name_search), place.id)).collect();
        Ok(Offices { by_name })
    }

    fn get(&self, parent: Option<Id>, name: &str) -> Option<Id> {
        self.by_name.get(&(parent, name::search_key(name))).copied()
    }

    /// The unit of a row; the office itself where no unit is named, or the unit has the office's name.
    fn find(&self, record: &Record) -> Option<Id> {
        let office = self.get(None, &record.office)?;
        match unit_name(record) {
            Some(unit) => self.get(Some(office), unit),
            None => Some(office),
        }
    }

    async fn find_or_make(&mut self, tx: &Tx<'_>, day: Date, record: &Record) -> Result<Id, Fault> {
        let office = match self.get(None, &record.office) {
            Some(office) => office,
            None => self.make(tx, day, InstitutionKind::Opd, None, &record.office).await?,
        };
        let Some(unit) = unit_name(record) else { return Ok(office) };
        match self.get(Some(office), unit) {
            Some(unit) => Ok(unit),
            None => self.make(tx, day, InstitutionKind::Unit, Some(office), unit).await,
        }
    }

    async fn make(
        &mut self,
        tx: &Tx<'_>,
        day: Date,
        kind: InstitutionKind,
        parent: Option<Id>,
        name: &str,
    ) -> Result<Id, Fault> {
        let put = PutInstitution {
            id: None,
            kind,
            parent,
            name: name.chars().take(200).collect(),
            tags: String::new(),
            territory: None,
            valid_from: day,
        };
        let id = put.apply(tx).await?;
        self.by_name.insert((parent, name::search_key(name)), id);
        Ok(id)
    }
}

fn unit_name(record: &Record) -> Option<&str> {
    record.unit.as_deref().filter(|unit| name::search_key(unit) != name::search_key(&record.office))
}

/// Villages and kecamatan of the district by name.
struct Homes {
    kecamatan: HashMap<String, i64>,
    /// By kecamatan and name.
    villages: HashMap<(i64, String), i64>,
    /// Villages whose name is the only one in the district.
    alone: HashMap<String, Option<i64>>,
}

impl Homes {
    async fn load(db: &impl Query, cx: &BatchContext) -> Result<Homes, StoreError> {
        let mut homes = Homes { kecamatan: HashMap::new(), villages: HashMap::new(), alone: HashMap::new() };
        for territory in super::query::territories(db, cx.district()).await? {
            let key = name::search_key(&territory.name);
            if territory.inside.is_empty() {
                homes.kecamatan.insert(key, territory.code);
            } else {
                homes
                    .villages
                    .insert((territory.code - territory.code % 10_000, key.clone()), territory.code);
                homes.alone.entry(key).and_modify(|one| *one = None).or_insert(Some(territory.code));
            }
        }
        Ok(homes)
    }

    fn find(&self, record: &Record) -> Option<i64> {
        let key = |text: &Option<String>, before: &[&str]| {
            text.as_ref().map(|text| {
                let key = name::search_key(text);
                before.iter().find_map(|word| key.strip_prefix(word).map(str::to_owned)).unwrap_or(key)
            })
        };
        let kecamatan = key(&record.kecamatan, &["kecamatan ", "kec "]);
        let kecamatan = kecamatan.and_then(|key| self.kecamatan.get(&key).copied());
        let village = key(&record.village, &["desa ", "kelurahan ", "kel "]);
        match (kecamatan, village) {
            (Some(kecamatan), Some(village)) => self.villages.get(&(kecamatan, village)).copied(),
            (Some(kecamatan), None) => Some(kecamatan),
            (None, Some(village)) if record.kecamatan.is_none() => {
                self.alone.get(&village).copied().flatten().or_else(|| self.kecamatan.get(&village).copied())
            }
            _ => None,
        }
    }
}

asuh_store::row_struct! {
    struct Written { sponsor_id: Id, version: i64, stays: i64 }
}

const FACTS: &str = "valid_from, batch_id, source, name, name_search, nip_sealed, nip_hash, phone_sealed, unit_id, \
     home_code, status, leaving, category, kk_sealed, kk_hash";

/// SQL that is true for a version `v` of a batch whose person stays: promises since; or, where only this batch
/// knows him, work that needs him. Indexes: pledge_by_sponsor, and those of who points to sponsors.
fn stays(cx: &BatchContext) -> String {
    let mut whys = vec![
        "EXISTS (SELECT 1 FROM pledge p WHERE p.district_id = $1 AND p.sponsor_id = v.sponsor_id \
         AND p.recorded_at >= v.recorded_at)"
            .to_owned(),
    ];
    let works: Vec<String> =
        cx.dependents_of("sponsor").map(|reference| reference.points_to("v.sponsor_id")).collect();
    if !works.is_empty() {
        whys.push(format!(
            "(NOT EXISTS (SELECT 1 FROM sponsor_version o WHERE o.district_id = $1 AND o.sponsor_id = v.sponsor_id \
             AND o.retracted_by IS NULL AND (o.batch_id IS NULL OR o.batch_id <> $2)) AND ({}))",
            works.join(" OR ")
        ));
    }
    format!("({})", whys.join(" OR "))
}

/// What taking a batch back would mean. Index: sponsor_version_by_batch.
async fn stakes(db: &impl Query, cx: &BatchContext) -> Result<Vec<Stake>, StoreError> {
    let counted = |stays: String| {
        format!(
            "SELECT COUNT(*) AS n FROM sponsor_version v WHERE v.district_id = $1 AND v.batch_id = $2 \
             AND v.retracted_by IS NULL AND v.superseded_at {stays}"
        )
    };
    let args = || args![cx.district(), cx.batch, Instant::NEVER];
    let changed = db.number(&counted("<> $3".into()), args()).await?;
    let needed = db.number(&counted(format!("= $3 AND {}", stays(cx))), args()).await?;
    let back = db.number(&counted(format!("= $3 AND NOT {}", stays(cx))), args()).await?;
    let kept = [("sponsors.depends.changed", changed), ("sponsors.depends.promises", needed)];
    Ok(vec![Stake {
        what: "sponsors.stake.people",
        back,
        stays: changed + needed,
        kept: kept.into_iter().filter(|(_, count)| *count > 0).collect(),
    }])
}

/// Takes back a piece: versions of the batch that still hold; who has promised since is kept.
async fn undo(tx: &Tx<'_>, cx: &BatchContext, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    let from = after.and_then(|after| after.parse().ok()).unwrap_or(Id::SYSTEM);
    // Indexes: sponsor_version_by_batch, pledge_by_sponsor.
    let written: Vec<Written> = tx
        .all(
            &format!(
                "SELECT v.sponsor_id, v.version, CASE WHEN {} THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS stays \
                 FROM sponsor_version v WHERE v.district_id = $1 AND v.batch_id = $2 AND v.superseded_at = $4 \
                 AND v.retracted_by IS NULL AND v.sponsor_id > $3 ORDER BY v.sponsor_id LIMIT {most}",
                stays(cx)
            ),
            args![tx.district(), cx.batch, from, Instant::NEVER],
        )
        .await?;
    let next =
        if written.len() == most { written.last().map(|row| row.sponsor_id.to_string()) } else { None };
    let (kept, back): (Vec<Written>, Vec<Written>) = written.into_iter().partition(|row| row.stays > 0);
    let step = UndoStep { undone: back.len() as i64, kept: kept.len() as i64, next };
    if back.is_empty() {
        return Ok(step);
    }
    let mut args = args![tx.district(), tx.now(), tx.command_id(), Instant::NEVER];
    let list = args.push_list(back.iter().map(|row| row.sponsor_id));
    tx.execute(
        &format!(
            "UPDATE sponsor_version SET superseded_at = $2, retracted_by = $3 \
             WHERE district_id = $1 AND superseded_at = $4 AND sponsor_id IN ({list})"
        ),
        args,
    )
    .await?;
    // Who was known before is again as he was; who was not leaves the lists.
    let mut args = args![tx.district(), tx.now(), Instant::NEVER, tx.command_id()];
    let list = args.push_list(back.iter().filter(|row| row.version > 1).map(|row| row.sponsor_id));
    let facts: Vec<String> = FACTS.split(", ").map(|column| format!("o.{}", column.trim())).collect();
    tx.execute(
        &format!(
            "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, command_id, \
             {FACTS}) SELECT o.district_id, o.sponsor_id, n.newest + CAST(1 AS BIGINT), $2, $3, $4, {} FROM ( \
                 SELECT sponsor_id, MAX(version) AS newest, \
                 MAX(CASE WHEN retracted_by IS NULL THEN version ELSE NULL END) AS held FROM sponsor_version \
                 WHERE district_id = $1 AND sponsor_id IN ({list}) GROUP BY sponsor_id) n \
             JOIN sponsor_version o ON o.district_id = $1 AND o.sponsor_id = n.sponsor_id AND o.version = n.held",
            facts.join(", ")
        ),
        args,
    )
    .await?;
    Ok(step)
}
