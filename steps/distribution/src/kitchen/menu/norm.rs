//! What a portion should hold at each age: the shipped guide, as the district changes it.

use askama::Template;
use asuh_nusantara::number;
use asuh_store::{Command, DistrictId, Fault, Query, Refusal, StoreError, Tx, args};
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::super::food::keeps;
use super::super::rules::{Age, Norm};
use super::super::{KeepFoods, ReadKitchens};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Shell, page_with, redirect};

asuh_store::row_struct! {
    struct NormRow {
        age: String, energy_from: i64, energy_to: i64, protein_from: i64, protein_to: i64, animal_sources: i64
    }
}

/// The norms of all ages. Index: primary key.
pub(in super::super) async fn norms(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<(Age, Norm)>, StoreError> {
    let rows: Vec<NormRow> = db
        .all(
            "SELECT age, energy_from, energy_to, protein_from, protein_to, animal_sources FROM meal_norm \
             WHERE district_id = $1",
            args![district],
        )
        .await?;
    let of = |age: Age| {
        let own = rows.iter().find(|row| row.age == age.code());
        let own = own.map(|row| Norm {
            energy: (row.energy_from, row.energy_to),
            protein: (row.protein_from, row.protein_to),
            animal_sources: row.animal_sources,
        });
        (age, own.unwrap_or_else(|| age.norm()))
    };
    Ok(Age::ALL.into_iter().map(of).collect())
}

/// Says what a portion should hold in this district.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMealNorms {
    /// For each age; those that are not named stay.
    pub norms: Vec<(Age, Norm)>,
}

impl Command for PutMealNorms {
    const KIND: &'static str = "kitchen.put_norms";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (age, norm) in &self.norms {
            let ordered = |(from, to): (i64, i64)| 0 <= from && from <= to && to <= 5_000;
            if !ordered(norm.energy) || !ordered(norm.protein) || !(0..=5).contains(&norm.animal_sources) {
                let field = format!("energi_dari.{}", age.code());
                return Err(Refusal::new("kitchen.refused.norm").field(field).into());
            }
        }
        let rows = self.norms.iter().map(|(age, norm)| {
            args![
                tx.district(),
                age.code(),
                norm.energy.0,
                norm.energy.1,
                norm.protein.0,
                norm.protein.1,
                norm.animal_sources,
                tx.now(),
                tx.actor(),
            ]
        });
        tx.insert_many(
            "INSERT INTO meal_norm (district_id, age, energy_from, energy_to, protein_from, protein_to, animal_sources, \
             changed_at, changed_by) VALUES",
            "ON CONFLICT (district_id, age) DO UPDATE SET energy_from = excluded.energy_from, \
             energy_to = excluded.energy_to, protein_from = excluded.protein_from, protein_to = excluded.protein_to, \
             animal_sources = excluded.animal_sources, changed_at = excluded.changed_at, \
             changed_by = excluded.changed_by",
            rows.collect(),
        )
        .await?;
        Ok(())
    }
}

/// The columns of the form: name, its label's key, and whether it is kept in tenths.
const COLUMNS: [(&str, &str, bool); 5] = [
    ("energi_dari", "kitchen.norm.energy_from", false),
    ("energi_sampai", "kitchen.norm.energy_to", false),
    ("protein_dari", "kitchen.norm.protein_from", true),
    ("protein_sampai", "kitchen.norm.protein_to", true),
    ("hewani", "kitchen.norm.animal", false),
];

#[derive(Template)]
#[template(path = "kitchen/menu/norm.html")]
struct NormPage {
    shell: Shell,
    f: FormView,
    keeps: bool,
}

impl NormPage {
    fn ages(&self) -> [Age; 5] {
        Age::ALL
    }

    fn columns(&self) -> [(&'static str, &'static str, bool); 5] {
        COLUMNS
    }

    fn name(&self, age: &Age, column: &str) -> String {
        format!("{column}.{}", age.code())
    }
}

/// The norms as they are.
pub(super) async fn show(cap: Cap<ReadKitchens>, State(app): State<App>, shell: Shell) -> Page {
    let mut filled = Vec::new();
    for (age, norm) in norms(app.store.reader(), cap.district()).await? {
        let values = [norm.energy.0, norm.energy.1, norm.protein.0, norm.protein.1, norm.animal_sources];
        for ((name, _, tenths), value) in COLUMNS.iter().zip(values) {
            let words = if *tenths { shell.fixed(value, 1) } else { value.to_string() };
            filled.push((format!("{name}.{}", age.code()), words));
        }
    }
    let form = Form::with(&shell, filled);
    page_with(form.status(), &NormPage { f: form.view(), keeps: keeps(cap.actor()), shell })
}

/// Changes them.
pub(super) async fn put(cap: Cap<KeepFoods>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    let mut said = Vec::new();
    for age in Age::ALL {
        let mut values = [0; 5];
        for ((name, _, tenths), value) in COLUMNS.iter().zip(&mut values) {
            let decimals = u32::from(*tenths);
            let read =
                |text: &str| number::parse_decimal(text, decimals).map_err(|_| "web.error.not_a_number");
            *value = form.read(&format!("{name}.{}", age.code()), read).unwrap_or(0);
        }
        let [energy_from, energy_to, protein_from, protein_to, animal_sources] = values;
        let norm =
            Norm { energy: (energy_from, energy_to), protein: (protein_from, protein_to), animal_sources };
        said.push((age, norm));
    }
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, PutMealNorms { norms: said }).await {
            Ok(_) => return redirect("/menu-dapur/patokan"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    page_with(form.status(), &NormPage { f: form.view(), keeps: true, shell })
}
