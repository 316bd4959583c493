//! What may be proposed, and what a proposal must say. Pure.

use asuh_nusantara::{FamilyCardNumber, Nik, Sex};
use asuh_store::{Id, Refusal};
use serde::{Deserialize, Serialize};

use crate::rules::Relation;

asuh_ground::codes! {
    /// What a change request is about.
    ///
    /// The code stands in addresses; translation key `registry.change.kind.<code>`.
    pub enum ChangeKind {
        /// The whole family moved.
        FamilyMoved = "family_moved",
        /// One member moved away.
        PersonMoved = "person_moved",
        /// Nobody knows where a member is.
        Lost = "lost",
        /// A member died.
        Died = "died",
        /// A child was born.
        Born = "born",
        /// Some members are a family of their own now.
        Split = "split",
        /// A NIK is wrong.
        Nik = "nik",
    }
}

/// Where a family lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its village, a code of ten digits.
    pub village: i64,
    /// Dusun.
    pub hamlet: String,
    /// RW.
    pub rw: String,
    /// RT.
    pub rt: String,
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// The family moved: to a place of the district, or out of it.
    FamilyMoved {
        /// The new place within the district; `None`: it left the district.
        place: Option<Place>,
        /// Where to, in words.
        to: String,
    },
    /// A member moved away.
    PersonMoved {
        /// Who.
        person: Id,
        /// Where to, in words.
        to: String,
    },
    /// Nobody knows where a member is.
    Lost {
        /// Who.
        person: Id,
    },
    /// A member died.
    Died {
        /// Who.
        person: Id,
    },
    /// A child was born.
    Born {
        /// Its mother, if she is a member.
        mother: Option<Id>,
        /// Its name.
        name: String,
        /// Its sex.
        sex: Sex,
        /// Its NIK, where it has one already.
        nik: Option<String>,
    },
    /// Members become a family of their own.
    Split {
        /// Where the new family lives.
        place: Place,
        /// The number of its family card.
        kk: Option<String>,
        /// Who belongs to it, and as what; one is its head.
        members: Vec<(Id, Relation)>,
    },
    /// A NIK is wrong.
    Nik {
        /// Whose.
        person: Id,
        /// The right one, 16 digits.
        nik: String,
    },
}

impl Proposal {
    /// What it is about.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Proposal::FamilyMoved { .. } => ChangeKind::FamilyMoved,
            Proposal::PersonMoved { .. } => ChangeKind::PersonMoved,
            Proposal::Lost { .. } => ChangeKind::Lost,
            Proposal::Died { .. } => ChangeKind::Died,
            Proposal::Born { .. } => ChangeKind::Born,
            Proposal::Split { .. } => ChangeKind::Split,
            Proposal::Nik { .. } => ChangeKind::Nik,
        }
    }

    /// The member that it is about, where it is about one.
    pub fn person(&self) -> Option<Id> {
        match self {
            Proposal::PersonMoved { person, .. }
            | Proposal::Lost { person }
            | Proposal::Died { person }
            | Proposal::Nik { person, .. } => Some(*person),
            Proposal::Born { mother, .. } => *mother,
            Proposal::FamilyMoved { .. } | Proposal::Split { .. } => None,
        }
    }

    /// The members that it names.
    pub fn members(&self) -> Vec<Id> {
        match self {
            Proposal::Split { members, .. } => members.iter().map(|(member, _)| *member).collect(),
            other => other.person().into_iter().collect(),
        }
    }

    /// Whether it says what it must, by itself; `family` are the living members with what they are.
    ///
    /// # Errors
    /// A refusal that names the field of the form.
    pub fn check(&self, family: &[(Id, Relation)]) -> Result<(), Refusal> {
        let is_member = |id: &Id| family.iter().any(|(member, _)| member == id);
        if let Some(stranger) = self.members().iter().find(|id| !is_member(id)) {
            return Err(Refusal::new("registry.change.refused.no_member")
                .field("anggota")
                .arg("id", stranger));
        }
        match self {
            Proposal::FamilyMoved { place: None, to } | Proposal::PersonMoved { to, .. }
                if to.trim().is_empty() =>
            {
                Err(Refusal::new("web.error.required").field("ke"))
            }
            Proposal::Born { name, .. } if name.trim().is_empty() => {
                Err(Refusal::new("web.error.required").field("nama"))
            }
            Proposal::Born { nik: Some(nik), .. } | Proposal::Nik { nik, .. } => Nik::parse(nik)
                .map(|_| ())
                .map_err(|_| Refusal::new("registry.error.sixteen_digits").field("nik")),
            Proposal::Split { members, kk, .. } => {
                let heads = members.iter().filter(|(_, relation)| *relation == Relation::Head).count();
                if members.is_empty() {
                    return Err(Refusal::new("registry.change.refused.nobody"));
                }
                if heads != 1 {
                    return Err(Refusal::new("registry.change.refused.one_head"));
                }
                let leaves = |id: &Id| members.iter().any(|(member, _)| member == id);
                if family.iter().any(|(id, relation)| *relation == Relation::Head && leaves(id)) {
                    return Err(Refusal::new("registry.change.refused.old_head"));
                }
                if members.len() >= family.len() {
                    return Err(Refusal::new("registry.change.refused.everybody"));
                }
                match kk.as_deref().map(FamilyCardNumber::parse) {
                    Some(Err(_)) => Err(Refusal::new("registry.error.sixteen_digits").field("kk")),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(nth: u8) -> Id {
        Id::from_bytes([nth; 16])
    }

    #[test]
    fn a_proposal_says_what_it_must() {
        let family = [(id(1), Relation::Head), (id(2), Relation::Wife), (id(3), Relation::Child)];
        let split = |members: &[(u8, Relation)]| Proposal::Split {
            place: Place::default(),
            kk: None,
            members: members.iter().map(|(nth, relation)| (id(*nth), *relation)).collect(),
        };
        let born =
            |name: &str| Proposal::Born { mother: Some(id(2)), name: name.into(), sex: Sex::Male, nik: None };
        let table: &[(Proposal, Option<&str>)] = &[
            (Proposal::Died { person: id(3) }, None),
            (Proposal::Died { person: id(9) }, Some("registry.change.refused.no_member")),
            (Proposal::PersonMoved { person: id(3), to: " ".into() }, Some("web.error.required")),
            (Proposal::FamilyMoved { place: None, to: "Jambi".into() }, None),
            (Proposal::FamilyMoved { place: None, to: String::new() }, Some("web.error.required")),
            (Proposal::FamilyMoved { place: Some(Place::default()), to: String::new() }, None),
            (born("Bayi"), None),
            (born(""), Some("web.error.required")),
            (Proposal::Nik { person: id(1), nik: "123".into() }, Some("registry.error.sixteen_digits")),
            (Proposal::Nik { person: id(1), nik: "9901015508250003".into() }, None),
            (split(&[(3, Relation::Head)]), None),
            (split(&[]), Some("registry.change.refused.nobody")),
            (split(&[(3, Relation::Child)]), Some("registry.change.refused.one_head")),
            (split(&[(1, Relation::Head)]), Some("registry.change.refused.old_head")),
            (
                split(&[(2, Relation::Head), (3, Relation::Child), (3, Relation::Child)]),
                Some("registry.change.refused.everybody"),
            ),
        ];
        for (proposal, expected) in table {
            let refused = proposal.check(&family).err().map(|refusal| refusal.code);
            assert_eq!(refused.as_deref(), *expected, "{proposal:?}");
        }
        for kind in ChangeKind::ALL {
            assert_eq!(ChangeKind::parse(kind.code()), Some(kind));
        }
    }
}
