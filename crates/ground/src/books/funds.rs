//! The funds of a district: whose purpose gifts serve. Four are there from the beginning; a district renames them, closes
//! them and adds its own. Money of a government's budget can be none of them.

use asuh_ledger::Fund;
use asuh_ledger::quantity::MAX_CODE;
use asuh_store::{DistrictId, Query, StoreError, Tx, args};

/// What a fund may be: gifts of civil servants, infak and sedekah, zakat as Baznas reports it, companies' CSR, another
/// purpose. Stable codes, also the translation keys `books.fund_kind.<code>`.
pub const FUND_KINDS: [&str; 5] = ["asn", "infak", "zakat", "csr", "other"];

/// The funds that every district begins with: code (also its kind), name.
const BUILT_IN: [(&str, &str); 4] = [
    ("asn", "Sumbangan ASN"),
    ("infak", "Infak dan sedekah"),
    ("zakat", "Zakat (laporan Baznas)"),
    ("csr", "CSR perusahaan"),
];

/// Words of a name that speak of a government's budget.
const BUDGETS: [&str; 13] = [
    "apbn", "apbd", "apbdes", "apbk", "apbkam", "dak", "dau", "dbh", "bok", "banprov", "bankeu", "otsus",
    "anggaran",
];

asuh_store::row_struct! {
    /// A fund of the district.
    pub struct FundLine {
        /// Its code, which never changes: the books keep it.
        pub code: String,
        /// Its name on the screen.
        pub name: String,
        /// One of [`FUND_KINDS`].
        pub kind: String,
        /// Whether campaigns and accounts may still be made for it; what it holds stays and is given out.
        pub is_open: bool,
    }
}

impl FundLine {
    /// Whether offices and accounts collect for it. Zakat is collected by Baznas, LAZ and their UPZ alone (UU 23/2011,
    /// Pasal 38): it enters as they report it.
    pub fn collects(&self) -> bool {
        self.is_open && self.kind != "zakat"
    }
}

/// The funds of a district, in the order in which they are shown.
#[derive(Debug, Clone)]
pub struct Funds(Vec<FundLine>);

impl Funds {
    /// Reads them: a handful. Index: primary key.
    ///
    /// # Errors
    /// The store fails.
    pub async fn load(db: &impl Query, district: DistrictId) -> Result<Funds, StoreError> {
        let mut own: Vec<FundLine> = db
            .all(
                "SELECT code, name, kind, is_open FROM fund WHERE district_id = $1 ORDER BY name, code",
                args![district],
            )
            .await?;
        let mut funds: Vec<FundLine> = BUILT_IN
            .iter()
            .map(|(code, name)| {
                let changed = own.iter().position(|line| line.code == *code).map(|at| own.remove(at));
                changed.unwrap_or_else(|| FundLine {
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                    kind: (*code).to_owned(),
                    is_open: true,
                })
            })
            .collect();
        funds.append(&mut own);
        Ok(Funds(funds))
    }

    /// All of them, also those that are closed.
    pub fn all(&self) -> &[FundLine] {
        &self.0
    }

    /// The fund with this code.
    pub fn get(&self, code: &str) -> Option<&FundLine> {
        self.0.iter().find(|line| line.code == code)
    }

    /// The name to be shown for a code; the code itself where nobody named it.
    pub fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |line| line.name.as_str())
    }

    /// Code and name of those for which somebody may collect.
    pub fn collecting(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter(|line| line.collects())
            .map(|line| (line.code.clone(), line.name.clone()))
            .collect()
    }
}

/// Whether a fund is one of zakat: collected and given out by Baznas, LAZ and their UPZ alone (UU 23/2011, Pasal 38), so
/// that nothing of it enters or leaves our books. What they report of it is noted beside them. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn is_zakat(db: &impl Query, district: DistrictId, fund: &Fund) -> Result<bool, StoreError> {
    if BUILT_IN.iter().any(|(code, _)| *code == fund.as_str()) {
        return Ok(*fund == Fund::ZAKAT);
    }
    let sql = "SELECT COUNT(*) AS n FROM fund WHERE district_id = $1 AND code = $2 AND kind = 'zakat'";
    Ok(db.number(sql, args![district, fund.as_str()]).await? > 0)
}

/// Adds or changes a fund, within a command; its code and kind stay what they were.
///
/// # Errors
/// The store fails.
pub async fn define_fund(tx: &Tx<'_>, line: &FundLine) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO fund (district_id, code, name, kind, is_open) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, is_open = excluded.is_open",
        args![tx.district(), &line.code, &line.name, &line.kind, i64::from(line.is_open)],
    )
    .await?;
    Ok(())
}

/// Whether a name speaks of a government's budget, which has its own official books (PP 12/2019) and is only named as a
/// source in plans. In doubt it does: another name costs nothing.
pub fn is_budget(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> =
        name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().any(|word| {
        BUDGETS.contains(word) || word.is_ascii() && word.len() <= MAX_CODE && word.parse::<Fund>().is_err()
    }) || words.windows(2).any(|pair| matches!(pair, ["dana", "desa" | "alokasi" | "bagi" | "perimbangan"]))
}

#[cfg(test)]
mod tests {
    use super::is_budget;

    #[test]
    fn no_name_of_a_budget_is_a_fund() {
        for name in
            ["APBD", "apbd 2026", "Dana Desa 2026", "Dana  Desa", "DAK nonfisik", "ADD", "BOK-Puskesmas"]
        {
            assert!(is_budget(name), "{name}");
        }
        for name in ["Infak Jumat", "CSR Bank Nagari", "Donasi warga Desa Koto Tuo", "Sumbangan ASN", "Wakaf"]
        {
            assert!(!is_budget(name), "{name}");
        }
    }
}
