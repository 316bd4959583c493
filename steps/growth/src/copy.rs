//! What this step keeps about a family, for the family itself.

use asuh_store::{DistrictId, Id, StoreError};

use super::query::{self, Measurement};
use super::words::centimetres;
use asuh_ground::App;
use asuh_ground::consent::Section;
use asuh_ground::web::Text;

/// Every measurement of the family's children that holds.
pub(super) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let told = |one: Measurement| {
        let word = |words: Option<String>| words.unwrap_or_default();
        let length =
            |millimetres: Option<i64>| millimetres.map(|mm| centimetres(text, mm)).unwrap_or_default();
        vec![
            one.name,
            text.day(one.measured_on),
            one.weight_g.map(|grams| text.quantity("gram", grams)).unwrap_or_default(),
            length(one.height_mm),
            length(one.arm_mm),
            word(one.file_weight_status),
            word(one.file_height_status),
            word(one.file_wasting_status),
            one.posyandu,
        ]
    };
    let rows = query::whole_of_family(app.store.reader(), district, family).await?;
    let section = Section::titled(
        &text,
        "growth.panel",
        &[
            "growth.copy.child",
            "growth.copy.day",
            "growth.weight",
            "growth.height",
            "growth.copy.arm",
            "growth.copy.weight_status",
            "growth.copy.height_status",
            "growth.copy.wasting_status",
            "growth.copy.posyandu",
        ],
    );
    Ok(section.filled(rows.into_iter().map(told).collect()).into_iter().collect())
}
