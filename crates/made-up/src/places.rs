//! Where made-up people live: the villages of a real district by their public names, or invented ones.

/// The territories of Kapuas: names and codes of Kepmendagri 300.2.2-2138/2025, public facts.
const KAPUAS: &str = include_str!("kapuas.csv");

/// A village and the names above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Kemendagri code with dots, `62.03.01.1006`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The name of its kecamatan.
    pub subdistrict: String,
}

/// A regency with its villages, in the order of their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// The name of its province.
    pub province: String,
    /// Its own name.
    pub name: String,
    /// Kemendagri code with a dot, `62.03`.
    pub code: String,
    /// Its villages; never empty.
    pub villages: Vec<Village>,
}

impl District {
    /// Kapuas in Central Kalimantan: 17 kecamatan, 231 villages.
    #[must_use]
    pub fn kapuas() -> District {
        let rows: Vec<(&str, &str)> =
            KAPUAS.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
        let name_of = |code: &str| {
            rows.iter().find(|(found, _)| *found == code).map_or_else(String::new, |(_, name)| (*name).into())
        };
        let villages = rows.iter().filter(|(code, _)| code.len() == 13).map(|(code, name)| Village {
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            subdistrict: name_of(code.get(..8).unwrap_or_default()),
        });
        District {
            province: name_of("62"),
            name: name_of("62.03"),
            code: String::from("62.03"),
            villages: villages.collect(),
        }
    }

    /// A district that does not exist, under a code that no province has (99.01), with at least one village in
    /// each kecamatan.
    #[must_use]
    pub fn invented(subdistricts: usize, villages: usize) -> District {
        let subdistricts = subdistricts.clamp(1, 99);
        let villages = (0..villages.max(subdistricts)).map(|nth| {
            let (subdistrict, number) = (nth % subdistricts + 1, nth / subdistricts + 1);
            Village {
                code: format!("99.01.{subdistrict:02}.{:04}", 2_000 + number % 1_000),
                name: format!("Desa Rekaan {}", nth + 1),
                subdistrict: format!("Kecamatan Rekaan {subdistrict}"),
            }
        });
        let mut villages: Vec<Village> = villages.collect();
        villages.sort_by(|a, b| a.code.cmp(&b.code));
        District {
            province: String::from("Provinsi Rekaan"),
            name: String::from("Kabupaten Rekaan"),
            code: String::from("99.01"),
            villages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kapuas_has_its_size() {
        let kapuas = District::kapuas();
        assert_eq!(kapuas.villages.len(), 231);
        let mut subdistricts: Vec<&str> =
            kapuas.villages.iter().map(|village| village.subdistrict.as_str()).collect();
        subdistricts.dedup();
        assert_eq!(subdistricts.len(), 17);
        assert_eq!(
            (kapuas.province.as_str(), kapuas.name.as_str()),
            ("Kalimantan Tengah", "Kabupaten Kapuas")
        );
        assert_eq!(kapuas.villages[0].subdistrict, "Selat");
    }

    #[test]
    fn an_invented_district_has_the_size_asked_for() {
        let district = District::invented(5, 49);
        assert_eq!(district.villages.len(), 49);
        assert_eq!(District::invented(3, 0).villages.len(), 3);
    }
}
