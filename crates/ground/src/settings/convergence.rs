//! What is shipped of the settings of convergence: positions of teams, actions of both schemes, sources of money, and how
//! priority villages are proposed. A district edits all of it.

/// Positions of a team by level (usual decrees of 2022 on; the names differ from district to district).
pub(super) const TEAM_STRUCTURE: &str = concat!(
    r#"[{"level":"district","position":"Pengarah","seats":"6"}"#,
    r#",{"level":"district","position":"Ketua Pelaksana","seats":"1"}"#,
    r#",{"level":"district","position":"Wakil Ketua","seats":"3"}"#,
    r#",{"level":"district","position":"Sekretaris","seats":"1"}"#,
    r#",{"level":"district","position":"Bidang Pelayanan Intervensi Spesifik dan Sensitif","seats":"4"}"#,
    r#",{"level":"district","position":"Bidang Perubahan Perilaku dan Pendampingan Keluarga","seats":"4"}"#,
    r#",{"level":"district","position":"Bidang Koordinasi, Konvergensi, dan Perencanaan","seats":"4"}"#,
    r#",{"level":"district","position":"Bidang Data, Monitoring, Evaluasi, dan Knowledge Management","seats":"4"}"#,
    r#",{"level":"subdistrict","position":"Pengarah","seats":"1"}"#,
    r#",{"level":"subdistrict","position":"Ketua Pelaksana","seats":"1"}"#,
    r#",{"level":"subdistrict","position":"Wakil Ketua","seats":"1"}"#,
    r#",{"level":"subdistrict","position":"Sekretaris","seats":"1"}"#,
    r#",{"level":"subdistrict","position":"Anggota","seats":"4"}"#,
    r#",{"level":"village","position":"Pengarah","seats":"1"}"#,
    r#",{"level":"village","position":"Ketua Pelaksana","seats":"1"}"#,
    r#",{"level":"village","position":"Sekretaris","seats":"1"}"#,
    r#",{"level":"village","position":"Anggota","seats":"4"}"#,
    r#",{"level":"rw","position":"Ketua","seats":"1"}"#,
    r#",{"level":"rw","position":"Anggota","seats":"2"}"#,
    r#",{"level":"tpk","position":"Bidan","seats":"1"}"#,
    r#",{"level":"tpk","position":"Kader PKK","seats":"1"}"#,
    r#",{"level":"tpk","position":"Kader KB","seats":"1"}"#,
    "]"
);

/// The steps of both schemes: the 4 + 2 of SE 400.5.7/1685/Bangda (17 March 2025) and the 8 of the guide of 2019. Months beyond 12 are of
/// the next year; they are what decks and reports show, to be confirmed by the circular of each year.
pub(super) const ACTIONS: &str = concat!(
    r#"[{"code":"U1","from":"1","inputs":"Sebaran stunting per desa, KRS, cakupan layanan, anggaran, kendala","lead":"Kecamatan, puskesmas, PLKB","level":"subdistrict","name":"Analisis situasi kecamatan","outputs":"Analisis situasi kecamatan","scheme":"six","to":"2"}"#,
    r#",{"code":"U1","from":"1","inputs":"Analisis situasi kecamatan, hasil tahun lalu, cakupan layanan, anggaran","lead":"Bappeda","level":"district","name":"Analisis situasi kabupaten","outputs":"Analisis situasi dan desa prioritas (lokus)","scheme":"six","to":"3"}"#,
    r#",{"code":"U2","from":"1","inputs":"Analisis situasi, rancangan rencana tiap perangkat daerah","lead":"Bappeda, Sekda","level":"both","name":"Pra-musrenbang dan rembuk","outputs":"Kesepakatan dan berita acara","scheme":"six","to":"3"}"#,
    r#",{"code":"U2","from":"3","inputs":"Rencana kerja perangkat daerah","lead":"Bappeda","level":"district","name":"Penandaan rencana tahun depan","outputs":"Daftar subkegiatan yang ditandai dalam RKPD","scheme":"six","to":"7"}"#,
    r#",{"code":"U3","from":"1","inputs":"APBD","lead":"Bappeda, BPKAD","level":"district","name":"Penandaan APBD tahun berjalan","outputs":"Daftar subkegiatan dan anggaran yang ditandai","scheme":"six","to":"3"}"#,
    r#",{"code":"U3","from":"7","inputs":"APBDes, bantuan orang tua asuh, CSR","lead":"DPMD, OPD KB, kecamatan","level":"both","name":"Capaian layanan APBDes, swadaya, dan swasta semester I","outputs":"Capaian layanan semester I","scheme":"six","to":"7"}"#,
    r#",{"code":"U3","from":"10","inputs":"APBD Perubahan","lead":"Bappeda, BPKAD","level":"district","name":"Penandaan ulang setelah APBD Perubahan","outputs":"Daftar subkegiatan dan anggaran yang ditandai ulang","scheme":"six","to":"10"}"#,
    r#",{"code":"U3","from":"12","inputs":"APBDes, bantuan orang tua asuh, CSR","lead":"DPMD, OPD KB, kecamatan","level":"both","name":"Capaian layanan APBDes, swadaya, dan swasta semester II","outputs":"Capaian layanan semester II","scheme":"six","to":"13"}"#,
    r#",{"code":"U4","from":"7","inputs":"Realisasi rencana, capaian indikator","lead":"Bappeda, kecamatan","level":"both","name":"Monitoring dan evaluasi semester I","outputs":"Laporan semester I","scheme":"six","to":"7"}"#,
    r#",{"code":"U4","from":"12","inputs":"Realisasi setahun, capaian indikator, rembuk","lead":"Bappeda, kecamatan","level":"both","name":"Penilaian hasil tahunan","outputs":"Penilaian hasil, bahan analisis tahun depan","scheme":"six","to":"13"}"#,
    r#",{"code":"PA","from":"1","inputs":"Rancangan peraturan dan keputusan","lead":"Bagian Hukum","level":"district","name":"Regulasi","outputs":"Perbup, SK tim, SK lokus","scheme":"six","to":"12"}"#,
    r#",{"code":"PB","from":"1","inputs":"Data dan kegiatan yang boleh diumumkan","lead":"Diskominfo, kecamatan","level":"both","name":"Publikasi","outputs":"Publikasi data dan kegiatan","scheme":"six","to":"12"}"#,
    r#",{"code":"1","from":"1","inputs":"Stunting per desa (Dinkes), KRS, cakupan 29 + 35 indikator, peta program","lead":"Bappeda","level":"district","name":"Analisis situasi","outputs":"Rekomendasi desa lokus, kegiatan prioritas, daftar kesenjangan","scheme":"eight","to":"3"}"#,
    r#",{"code":"2","from":"2","inputs":"Daftar kesenjangan","lead":"Bappeda","level":"district","name":"Rencana kegiatan","outputs":"Daftar kegiatan tiap perangkat daerah untuk RKPD dan Renja","scheme":"eight","to":"5"}"#,
    r#",{"code":"3","from":"2","inputs":"Rancangan rencana kegiatan","lead":"Sekda, Bappeda","level":"district","name":"Rembuk stunting","outputs":"Komitmen bersama, berita acara, rencana yang disepakati","scheme":"eight","to":"5"}"#,
    r#",{"code":"4","from":"4","inputs":"Rencana yang disepakati","lead":"Bagian Hukum, DPMD","level":"district","name":"Peraturan bupati tentang peran desa","outputs":"Peraturan tentang kewenangan dan peran desa","scheme":"eight","to":"8"}"#,
    r#",{"code":"5","from":"1","inputs":"Kader pembangunan manusia, APBDes","lead":"DPMD","level":"district","name":"Pembinaan pelaku dan pemerintahan desa","outputs":"Kader aktif, dukungan APBDes","scheme":"eight","to":"12"}"#,
    r#",{"code":"6","from":"1","inputs":"Data tiap perangkat daerah","lead":"Bappeda, Diskominfo","level":"district","name":"Sistem manajemen data","outputs":"Peta kesenjangan data dan rencana perbaikannya","scheme":"eight","to":"12"}"#,
    r#",{"code":"7","from":"2","inputs":"Pengukuran posyandu","lead":"Dinkes","level":"district","name":"Pengukuran dan publikasi stunting","outputs":"Prevalensi per desa dan kecamatan yang dipublikasikan","scheme":"eight","to":"9"}"#,
    r#",{"code":"8","from":"13","inputs":"Rencana dan realisasi aksi, indikator, anggaran","lead":"Sekda, Bappeda","level":"district","name":"Reviu kinerja tahunan","outputs":"Reviu kinerja, masukan untuk analisis situasi","scheme":"eight","to":"14"}"#,
    "]"
);

/// Sources of money; those of kind private count as swadaya and swasta.
pub(super) const SOURCES: &str = concat!(
    r#"[{"code":"apbn","kind":"government","name":"APBN"}"#,
    r#",{"code":"dak_fisik","kind":"government","name":"DAK Fisik"}"#,
    r#",{"code":"dak_nonfisik","kind":"government","name":"DAK Nonfisik (BOK, BOKB)"}"#,
    r#",{"code":"apbd_prov","kind":"government","name":"APBD provinsi"}"#,
    r#",{"code":"apbd","kind":"government","name":"APBD kabupaten"}"#,
    r#",{"code":"dana_desa","kind":"village","name":"Dana Desa"}"#,
    r#",{"code":"add","kind":"village","name":"Alokasi Dana Desa"}"#,
    r#",{"code":"pades","kind":"village","name":"Pendapatan asli desa"}"#,
    r#",{"code":"csr","kind":"private","name":"CSR dan swasta"}"#,
    r#",{"code":"genting","kind":"private","name":"GENTING dan orang tua asuh"}"#,
    r#",{"code":"swadaya","kind":"private","name":"Swadaya masyarakat"}"#,
    "]"
);

/// Weights of the table that proposes priority villages (lokus), together 100.
pub(super) const LOKUS: &str = concat!(
    r#"[{"criterion":"cases","weight":"30"}"#,
    r#",{"criterion":"prevalence","weight":"20"}"#,
    r#",{"criterion":"at_risk","weight":"20"}"#,
    r#",{"criterion":"poor","weight":"10"}"#,
    r#",{"criterion":"unvisited","weight":"10"}"#,
    r#",{"criterion":"unmeasured","weight":"10"}"#,
    "]"
);
