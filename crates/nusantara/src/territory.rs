//! Territory codes of the Ministry of Home Affairs (kode wilayah Kemendagri).

use std::fmt;

use crate::serial::serde_as_text;

/// The step of a territory in the ladder province > regency or city > subdistrict > village.
/// Ordered from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Provinsi, two digits.
    Province,
    /// Kabupaten or kota, four digits.
    Regency,
    /// Kecamatan, six digits.
    Subdistrict,
    /// Desa, kelurahan or desa adat, ten digits.
    Village,
}

/// The text is not the code of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the level must be province, regency, subdistrict or village")]
pub struct LevelError;

impl Level {
    /// All levels, widest first.
    pub const ALL: [Level; 4] = [Level::Province, Level::Regency, Level::Subdistrict, Level::Village];

    /// The stored code: `province`, `regency`, `subdistrict` or `village`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Level::Province => "province",
            Level::Regency => "regency",
            Level::Subdistrict => "subdistrict",
            Level::Village => "village",
        }
    }

    /// Reads a stored code, spaces around it ignored.
    ///
    /// # Errors
    /// [`LevelError`] for any other text.
    pub fn parse(text: &str) -> Result<Level, LevelError> {
        let text = text.trim();
        Level::ALL.into_iter().find(|level| level.code() == text).ok_or(LevelError)
    }

    /// How many codes of ten digits one territory of this level spans.
    fn span(self) -> i64 {
        match self {
            Level::Province => 100_000_000,
            Level::Regency => 1_000_000,
            Level::Subdistrict => 10_000,
            Level::Village => 1,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

serde_as_text!(Level);

/// What a village is by law, as the first of its four digits says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VillageKind {
    /// `1xxx`: kelurahan, led by a civil servant.
    Kelurahan,
    /// `2xxx`: desa, led by an elected head.
    Desa,
    /// `3xxx`: desa adat (Papua).
    DesaAdat,
}

/// Why a text or number is not a territory code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TerritoryCodeError {
    /// Nothing was written.
    #[error("the territory code is empty")]
    Empty,
    /// Not 2, 4, 6 or 10 digits, or the dots do not stand as in `15.01.01.2001`. A spreadsheet that
    /// took `15.10` for a number leaves `15.1`, which ends here too.
    #[error("the territory code must look like 15.01.01.2001")]
    Shape,
    /// The province part is not 11 to 99.
    #[error("the province part of the territory code must be 11 to 99")]
    Province,
    /// A part is zero although the text has it, or although a narrower part follows.
    #[error("no part of the territory code may be zero")]
    ZeroPart,
}

/// A territory code `PP.KK.CC.DDDD` of the Ministry of Home Affairs, at any of the four levels.
///
/// Held as a number of ten digits, the missing parts zero: `15.01` is `1501000000`. Everything
/// inside a territory is therefore one range of numbers, see [`TerritoryCode::range`], and the order
/// puts a territory just before what lies in it. The code of the statistics office (BPS) looks
/// alike and is another code; only a table translates between them.
///
/// The type checks the shape, not whether the territory exists. Source: the yearly Kepmendagri on
/// codes and data of government areas (kabupaten 01-69, kota 71-99; villages 1xxx, 2xxx, 3xxx).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TerritoryCode(i64);

impl TerritoryCode {
    /// Reads `15`, `15.01`, `15.01.01` or `15.01.01.2001`, with or without the dots, spaces around
    /// ignored. Each written part must be there: `1501000000` is refused, because ten digits mean a
    /// village; the stored number is for [`TerritoryCode::from_i64`].
    ///
    /// # Errors
    /// [`TerritoryCodeError`], by what is wrong first.
    pub fn parse(text: &str) -> Result<TerritoryCode, TerritoryCodeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TerritoryCodeError::Empty);
        }
        let shape_is_right = if text.contains('.') {
            text.split('.').enumerate().all(|(index, part)| match index {
                0..=2 => part.len() == 2,
                3 => part.len() == 4,
                _ => false,
            })
        } else {
            matches!(text.len(), 2 | 4 | 6 | 10)
        };
        if !shape_is_right || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(TerritoryCodeError::Shape);
        }
        let digits = text.bytes().filter(u8::is_ascii_digit);
        let (value, count) =
            digits.fold((0_i64, 0_u8), |(value, count), b| (value * 10 + i64::from(b - b'0'), count + 1));
        let level = match count {
            2 => Level::Province,
            4 => Level::Regency,
            6 => Level::Subdistrict,
            _ => Level::Village,
        };
        let code = TerritoryCode::from_i64(value * level.span())?;
        if code.level() == level { Ok(code) } else { Err(TerritoryCodeError::ZeroPart) }
    }

    /// Takes the stored number of ten digits, 1100000000 to 9999999999.
    ///
    /// # Errors
    /// [`TerritoryCodeError::Province`] outside 11 to 99, [`TerritoryCodeError::ZeroPart`] when a
    /// narrower part follows a zero, as in a village without its subdistrict.
    pub fn from_i64(number: i64) -> Result<TerritoryCode, TerritoryCodeError> {
        let code = TerritoryCode(number);
        if !(1_100_000_000..=9_999_999_999).contains(&number) {
            return Err(TerritoryCodeError::Province);
        }
        let [_, regency, subdistrict, village] = code.parts();
        let gap = (regency == 0 && subdistrict != 0) || (subdistrict == 0 && village != 0);
        if gap { Err(TerritoryCodeError::ZeroPart) } else { Ok(code) }
    }

    /// The number of ten digits, as it is stored.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// The level the code stands for.
    #[must_use]
    pub fn level(self) -> Level {
        match self.parts() {
            [_, 0, _, _] => Level::Province,
            [_, _, 0, _] => Level::Regency,
            [_, _, _, 0] => Level::Subdistrict,
            _ => Level::Village,
        }
    }

    /// The territory one level up; none for a province.
    #[must_use]
    pub fn parent(self) -> Option<TerritoryCode> {
        let level = match self.level() {
            Level::Province => return None,
            Level::Regency => Level::Province,
            Level::Subdistrict => Level::Regency,
            Level::Village => Level::Subdistrict,
        };
        self.ancestor(level)
    }

    /// The territory of the given level this one lies in: itself at its own level, none below it.
    #[must_use]
    pub fn ancestor(self, level: Level) -> Option<TerritoryCode> {
        (level <= self.level()).then(|| TerritoryCode(self.0 - self.0 % level.span()))
    }

    /// Whether the other territory is this one or lies in it.
    #[must_use]
    pub fn contains(self, other: TerritoryCode) -> bool {
        other.ancestor(self.level()) == Some(self)
    }

    /// First and last stored number of everything in this territory, itself and both ends included.
    #[must_use]
    pub fn range(self) -> (i64, i64) {
        (self.0, self.0 + self.level().span() - 1)
    }

    /// What the village is by law; none above village level and for an unknown first digit.
    #[must_use]
    pub fn village_kind(self) -> Option<VillageKind> {
        match self.parts()[3] / 1000 {
            1 => Some(VillageKind::Kelurahan),
            2 => Some(VillageKind::Desa),
            3 => Some(VillageKind::DesaAdat),
            _ => None,
        }
    }

    /// Whether the code is of a kota (71 to 99), not a kabupaten, or lies in one.
    #[must_use]
    pub fn is_city(self) -> bool {
        (71..=99).contains(&self.parts()[1])
    }

    fn parts(self) -> [i64; 4] {
        [self.0 / 100_000_000, self.0 / 1_000_000 % 100, self.0 / 10_000 % 100, self.0 % 10_000]
    }
}

impl fmt::Display for TerritoryCode {
    /// With dots, as the ministry prints it: `15.01.01.2001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [province, regency, subdistrict, village] = self.parts();
        write!(f, "{province:02}")?;
        if self.level() >= Level::Regency {
            write!(f, ".{regency:02}")?;
        }
        if self.level() >= Level::Subdistrict {
            write!(f, ".{subdistrict:02}")?;
        }
        if self.level() >= Level::Village {
            write!(f, ".{village:04}")?;
        }
        Ok(())
    }
}

serde_as_text!(TerritoryCode);

#[cfg(test)]
mod tests;
