//! The offices of an invented Kerinci: forty OPD, the big ones with many units.

use super::dice::Dice;

/// An office with its units and how many people work in each.
pub(super) struct Office {
    pub(super) name: String,
    pub(super) units: Vec<(String, usize)>,
}

const OFFICES: &[&str] = &[
    "Sekretariat Daerah",
    "Sekretariat DPRD",
    "Inspektorat",
    "Badan Perencanaan Pembangunan Daerah",
    "Badan Kepegawaian dan Pengembangan SDM",
    "Badan Pengelola Keuangan dan Pendapatan Daerah",
    "Badan Penanggulangan Bencana Daerah",
    "Badan Kesatuan Bangsa dan Politik",
    "Dinas Pengendalian Penduduk, KB, Pemberdayaan Perempuan dan Perlindungan Anak",
    "Dinas Sosial",
    "Dinas Pekerjaan Umum dan Penataan Ruang",
    "Dinas Perumahan dan Kawasan Permukiman",
    "Dinas Komunikasi dan Informatika",
    "Dinas Pemberdayaan Masyarakat dan Desa",
    "Dinas Kependudukan dan Pencatatan Sipil",
    "Dinas Tanaman Pangan dan Hortikultura",
    "Dinas Perkebunan dan Peternakan",
    "Dinas Perikanan dan Ketahanan Pangan",
    "Dinas Pariwisata dan Kebudayaan",
    "Dinas Perhubungan dan Lingkungan Hidup",
];

/// The offices: the twenty above, education, health, and the eighteen kecamatan.
pub(super) fn offices(dice: &mut Dice, subdistricts: &[String]) -> Vec<Office> {
    let sections = ["Sekretariat", "Bidang I", "Bidang II"];
    let mut offices: Vec<Office> = OFFICES
        .iter()
        .map(|name| Office {
            name: (*name).to_owned(),
            units: sections.iter().map(|unit| ((*unit).to_owned(), dice.between(22, 45) as usize)).collect(),
        })
        .collect();
    let mut schools = vec![("Kantor Dinas Pendidikan".to_owned(), 40)];
    let mut clinics = vec![("Kantor Dinas Kesehatan".to_owned(), 38)];
    for (nth, name) in subdistricts.iter().enumerate() {
        for school in 1..=2 {
            schools.push((format!("SDN {school} {name}"), dice.between(16, 28) as usize));
        }
        schools.push((format!("SMPN {} {name}", nth + 1), dice.between(28, 40) as usize));
        clinics.push((format!("Puskesmas {name}"), dice.between(36, 48) as usize));
    }
    offices.push(Office { name: "Dinas Pendidikan".into(), units: schools });
    offices.push(Office { name: "Dinas Kesehatan".into(), units: clinics });
    offices.extend(subdistricts.iter().map(|name| Office {
        name: format!("Kantor Camat {name}"),
        units: vec![("Kantor Camat".to_owned(), dice.between(22, 34) as usize)],
    }));
    offices
}

/// Lets so many people work in these offices, shared out as they are now.
pub(super) fn employ(offices: &mut [Office], people: usize) {
    let now: usize = offices.iter().flat_map(|office| &office.units).map(|(_, count)| count).sum();
    let (mut seen, mut placed) = (0, 0);
    for (_, count) in offices.iter_mut().flat_map(|office| &mut office.units) {
        seen += *count;
        *count = people * seen / now.max(1) - placed;
        placed += *count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_offices_with_about_five_thousand_people() {
        let subdistricts: Vec<String> = (1..=18).map(|n| format!("Kecamatan {n}")).collect();
        let offices = offices(&mut Dice::new(1), &subdistricts);
        assert_eq!(offices.len(), 40);
        let people: usize = offices.iter().flat_map(|office| &office.units).map(|(_, people)| people).sum();
        assert!((4_000..5_600).contains(&people), "{people}");
        let mut offices = offices;
        employ(&mut offices, 12_000);
        let people: usize = offices.iter().flat_map(|office| &office.units).map(|(_, people)| people).sum();
        assert_eq!(people, 12_000);
    }
}
