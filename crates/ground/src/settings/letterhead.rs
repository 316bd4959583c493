//! The letterhead that every printed paper of a district carries.

use asuh_store::{DistrictId, Store, StoreError};

use super::district;
use super::lists::{self, Signatory};
use crate::attachments;
use crate::web::Text;

/// A letterhead, ready for the macros of `ground/web/letterhead.html`.
#[derive(Debug, Clone, Default)]
pub struct Letterhead {
    /// "PEMERINTAH KABUPATEN KERINCI"
    pub government: String,
    /// Name of the office, up to three lines.
    pub office: Vec<String>,
    /// Street, town, postal code.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// The logo as a `data:` address, or empty.
    pub logo: String,
    /// Where letters are signed ("Sungai Penuh").
    pub place: String,
    /// `a4` or `f4`: the CSS class of the sheet.
    pub paper: String,
    /// What the district calls its team: TPPS or TP3S.
    pub team: String,
    /// Who signs for the district, in the order of the list.
    pub signatories: Vec<Signatory>,
}

impl Letterhead {
    /// The letterhead of a district. What is not set yet is taken from the district's name, so that a paper
    /// is never without a head. Index: primary keys of `setting` and `attachment`.
    ///
    /// # Errors
    /// The store fails.
    pub async fn load(store: &Store, district: DistrictId) -> Result<Letterhead, StoreError> {
        let mut values = district::values(store.reader(), district).await?;
        let mut take = |name: &str| values.remove(name).unwrap_or_default();
        let name = take(super::DISTRICT_NAME);
        let mut government = take("letterhead.government");
        if government.is_empty() {
            government = format!("PEMERINTAH {}", name.to_uppercase());
        }
        let logo = match take("letterhead.logo").parse() {
            Ok(id) => attachments::open(store, district, id).await?.map(|image| image.data_uri()),
            Err(_) => None,
        };
        Ok(Letterhead {
            government,
            office: take("letterhead.office").lines().map(str::to_owned).collect(),
            address: take("letterhead.address"),
            phone: take("letterhead.phone"),
            email: take("letterhead.email"),
            logo: logo.unwrap_or_default(),
            place: take("letterhead.place"),
            paper: take("letterhead.paper"),
            team: take("programme.team"),
            signatories: lists::read(&take("signatories")),
        })
    }

    /// Who signs papers of a kind (a code of [`SIGNED`](super::SIGNED)): the first who is named for it.
    pub fn signs(&self, document: &str) -> Option<&Signatory> {
        lists::signing(&self.signatories, document)
    }

    /// The line under the address: telephone and e-mail, whichever there is.
    pub fn contact(&self) -> String {
        let phone = if self.phone.is_empty() { String::new() } else { format!("Telp. {}", self.phone) };
        [phone.as_str(), self.email.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// "Sungai Penuh, 2 November 2026", or the day alone where no place is set.
    pub fn place_and_day(&self, day: &str) -> String {
        if self.place.is_empty() { day.to_owned() } else { format!("{}, {day}", self.place) }
    }

    /// The same of a day, without its weekday, as official papers have it; none: a line to write it on.
    pub fn place_on(&self, text: &Text, day: Option<time::Date>) -> String {
        match day {
            Some(day) => self.place_and_day(&asuh_nusantara::date::medium(text.language, day)),
            None => self.place_and_day("...................."),
        }
    }
}
