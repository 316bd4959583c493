//! The foods that a district begins with.

use super::super::rules::Food;

/// Where the figures below were taken from. They were copied by hand and are confirmed by no district: each is marked so.
pub(super) const SOURCE: &str = "TKPI 2017";

/// Code, name, group, kilocalories, grams of protein times 10, edible percent, allergens, code in the books, grams of a
/// unit there (0: grams). Of 100 g of the edible part, raw.
type Row = (&'static str, &'static str, &'static str, i64, i64, i64, &'static str, &'static str, i64);

const FOODS: &[Row] = &[
    ("beras", "Beras giling", "staple", 357, 84, 100, "", "rice", 0),
    ("kentang", "Kentang", "staple", 62, 21, 85, "", "", 0),
    ("ubi_jalar", "Ubi jalar kuning", "staple", 119, 5, 85, "", "", 0),
    ("tepung_terigu", "Tepung terigu", "staple", 333, 90, 100, "wheat", "", 0),
    ("roti_putih", "Roti putih", "staple", 248, 80, 100, "wheat", "", 0),
    ("telur_ayam", "Telur ayam ras", "egg", 154, 124, 89, "egg", "egg", 60),
    ("ayam", "Daging ayam dengan kulit", "poultry", 298, 182, 58, "", "", 0),
    ("hati_ayam", "Hati ayam", "poultry", 261, 274, 100, "", "", 0),
    ("daging_sapi", "Daging sapi", "meat", 201, 188, 100, "", "", 0),
    ("ikan_kembung", "Ikan kembung", "fish", 125, 213, 80, "fish", "", 0),
    ("ikan_mas", "Ikan mas", "fish", 86, 160, 80, "fish", "", 0),
    ("ikan_bandeng", "Ikan bandeng", "fish", 123, 200, 80, "fish", "", 0),
    ("teri_kering", "Ikan teri kering tawar", "fish", 331, 687, 100, "fish", "", 0),
    ("udang", "Udang segar", "fish", 91, 210, 68, "shellfish", "", 0),
    ("susu_sapi", "Susu sapi segar", "milk", 61, 32, 100, "milk", "", 0),
    ("susu_bubuk", "Susu bubuk", "milk", 513, 246, 100, "milk", "", 0),
    ("keju", "Keju", "milk", 326, 228, 100, "milk", "", 0),
    ("tempe", "Tempe kedelai", "legume", 201, 208, 100, "soy", "", 0),
    ("tahu", "Tahu", "legume", 80, 109, 100, "soy", "", 0),
    ("kacang_hijau", "Kacang hijau kering", "legume", 323, 229, 100, "", "", 0),
    ("kacang_tanah", "Kacang tanah kering", "legume", 525, 279, 100, "peanut", "", 0),
    ("wortel", "Wortel", "vegetable", 36, 10, 80, "", "", 0),
    ("bayam", "Bayam", "vegetable", 16, 9, 71, "", "", 0),
    ("kangkung", "Kangkung", "vegetable", 28, 34, 60, "", "", 0),
    ("labu_kuning", "Labu kuning", "vegetable", 51, 17, 77, "", "", 0),
    ("buncis", "Buncis", "vegetable", 34, 24, 90, "", "", 0),
    ("tomat", "Tomat", "vegetable", 24, 13, 95, "", "", 0),
    ("daun_kelor", "Daun kelor", "vegetable", 92, 51, 65, "", "", 0),
    ("pisang_ambon", "Pisang ambon", "fruit", 108, 10, 75, "", "", 0),
    ("pepaya", "Pepaya", "fruit", 46, 5, 75, "", "", 0),
    ("jeruk_manis", "Jeruk manis", "fruit", 45, 9, 72, "", "", 0),
    ("minyak_sawit", "Minyak kelapa sawit", "fat", 884, 0, 100, "", "", 0),
    ("santan", "Santan dengan air", "fat", 122, 20, 100, "", "", 0),
    ("gula_pasir", "Gula pasir", "other", 394, 0, 100, "", "", 0),
    ("bawang_merah", "Bawang merah", "other", 46, 15, 90, "", "", 0),
    ("bawang_putih", "Bawang putih", "other", 112, 45, 88, "", "", 0),
];

/// All of them, none confirmed.
pub(super) fn foods() -> Vec<Food> {
    let of = |row: &Row| {
        let (code, name, group, energy, protein, edible, allergens, commodity, grams) = *row;
        Food {
            code: code.into(),
            name: name.into(),
            group: group.into(),
            energy_kcal: Some(energy),
            protein_dg: Some(protein),
            edible_percent: edible,
            allergens: allergens.split_whitespace().map(str::to_owned).collect(),
            commodity: commodity.into(),
            grams_per_unit: (grams > 0).then_some(grams),
            source: SOURCE.into(),
            confirmed: false,
        }
    };
    FOODS.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::rules::{ALLERGENS, GROUPS};
    use super::*;

    #[test]
    fn the_foods_are_whole() {
        let foods = foods();
        for food in &foods {
            assert!(GROUPS.contains(&food.group.as_str()), "{}", food.code);
            assert!(food.allergens.iter().all(|one| ALLERGENS.contains(&one.as_str())), "{}", food.code);
            assert!((1..=100).contains(&food.edible_percent) && !food.confirmed, "{}", food.code);
            // Protein alone gives four kilocalories a gram: a swapped figure shows.
            let (energy, protein) = (food.energy_kcal.unwrap(), food.protein_dg.unwrap());
            assert!(energy * 10 >= protein * 4 * 9 / 10 && energy <= 900, "{}", food.code);
        }
        let mut codes: Vec<&str> = foods.iter().map(|food| food.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), foods.len());
    }
}
