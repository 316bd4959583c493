//! How far somebody sees a plan, and which rows are his to write.

use asuh_ground::access::{Actor, Role, Scope};
use asuh_nusantara::{Level, TerritoryCode};
use asuh_step_registry::Reach;
use asuh_store::{Args, Id};
use serde::{Deserialize, Serialize};

/// Who sees the whole plan of the district; others see the rows that name their places, or are their villages' own.
const WHOLE: &[Role] =
    &[Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor];

/// How far somebody sees.
#[derive(Debug, Clone)]
pub(crate) enum Sight {
    /// All rows of the district.
    Whole,
    /// Those of these places.
    Places(Scope),
}

impl Sight {
    /// How far the caller sees.
    pub(crate) fn of(actor: &Actor) -> Sight {
        match actor.has_any(WHOLE) {
            true => Sight::Whole,
            false => Sight::Places(actor.scope(&[Role::SubdistrictVerifier, Role::VillageVerifier])),
        }
    }

    /// How far those see who meet for a territory: the district the whole plan, a part of it what names its places.
    pub(crate) fn of_territory(code: TerritoryCode) -> Sight {
        match code.level() {
            Level::Province | Level::Regency => Sight::Whole,
            Level::Subdistrict | Level::Village => Sight::Places(Scope::whole(code)),
        }
    }

    /// The condition that a row `i` is seen. Indexes: plan_place_by_item.
    pub(super) fn condition(&self, args: &mut Args) -> String {
        match self {
            Sight::Whole => "(1 = 1)".to_owned(),
            Sight::Places(scope) => {
                let own = scope.territory_condition("i.village_code", None, args);
                let named = scope.territory_condition("l.territory_code", None, args);
                format!(
                    "({own} OR EXISTS (SELECT 1 FROM plan_place l WHERE l.district_id = i.district_id \
                     AND l.item_id = i.id AND {named}))"
                )
            }
        }
    }
}

/// Who answers for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// An office (OPD).
    Office(Id),
    /// A village, with its own budget (APBDes).
    Village(i64),
}

/// Which rows are somebody's to write.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hand {
    /// Every row, also of a locked plan: who plans for the district.
    whole: bool,
    /// These offices' rows; none: every office's.
    offices: Option<Vec<Id>>,
    /// These villages' rows.
    villages: Reach,
}

impl Hand {
    /// What the caller may write.
    pub fn of(actor: &Actor) -> Hand {
        let planner = actor.scope(&[Role::OfficePlanner]);
        Hand {
            whole: actor.has_any(&[Role::DistrictPlanner]),
            offices: (!planner.all_units).then_some(planner.units),
            villages: Reach::of(&actor.scope(&[Role::VillageVerifier])),
        }
    }

    /// What whoever brings a sheet in may write: his offices' rows; where he plans for all offices also those of the villages
    /// within reach. A locked plan takes no sheets, whoever brings them.
    pub(super) fn of_import(scope: &Scope) -> Hand {
        let villages = if scope.all_units { Reach::of(scope) } else { Reach::of(&Scope::default()) };
        Hand { whole: false, offices: (!scope.all_units).then(|| scope.units.clone()), villages }
    }

    /// Whether it plans for the whole district.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether a row of this owner is his to write.
    pub fn holds(&self, owner: Owner) -> bool {
        match owner {
            _ if self.whole => true,
            Owner::Office(office) => self.offices.as_ref().is_none_or(|held| held.contains(&office)),
            Owner::Village(village) => self.villages.reaches(village, ""),
        }
    }
}
