//! Every setting of a district, in one table: name, kind, default, group. Steps read theirs from here by name.
//!
//! Labels and hints are translations: `setting.<name>.label`, `setting.<name>.help`, for choices
//! `setting.<name>.<code>`, for columns of lists `setting.<name>.column.<column>`.

use super::convergence::{ACTIONS, LOKUS, SOURCES, TEAM_STRUCTURE};
use super::kind::{Cell, Column, Kind};
use super::meetings;

crate::codes! {
    /// A page of settings.
    ///
    /// Its word in the address `/pengaturan/<code>`; its title is the translation `settings.group.<code>`.
    pub enum Group {
        /// Name and zone of the district.
        Identity = "identitas",
        /// What stands at the top of every letter, and the paper.
        Letterhead = "kop-surat",
        /// Who signs.
        Signatories = "penanda-tangan",
        /// Patterns of letter numbers.
        Numbers = "nomor-surat",
        /// How the programme runs here.
        Programme = "program",
        /// What is asked at visits, and how often somebody comes.
        Mentoring = "pendampingan",
        /// Kinds of meetings, their agenda and who is invited.
        Meetings = "rapat",
        /// Teams, actions of a year, sources of money, priority villages.
        Convergence = "konvergensi",
        /// What goods are worth.
        Prices = "harga",
        /// Whom people may turn to.
        Contacts = "kontak",
        /// Protection of data: roles, deadlines, retention.
        Protection = "pelindungan",
    }
}

impl Group {
    /// Its settings.
    pub fn specs(self) -> impl Iterator<Item = &'static Spec> {
        TABLE.iter().filter(move |spec| spec.group == self)
    }
}

/// A setting of a district.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Its stable name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What holds while the district has not decided.
    pub default: &'static str,
    /// The page it stands on.
    pub group: Group,
    /// Whether it may not be left empty.
    pub required: bool,
    /// Where it is changed, when not on its group's page: there it is only shown.
    pub own_form: Option<&'static str>,
}

/// The setting with this name.
pub fn find(name: &str) -> Option<&'static Spec> {
    TABLE.iter().find(|spec| spec.name == name)
}

const fn spec(group: Group, name: &'static str, kind: Kind, default: &'static str) -> Spec {
    Spec { name, kind, default, group, required: false, own_form: None }
}

const fn needed(group: Group, name: &'static str, kind: Kind, default: &'static str) -> Spec {
    Spec { required: true, ..spec(group, name, kind, default) }
}

/// The papers that signatories sign, as codes of `signatories` rows.
pub const SIGNED: &[&str] = &["handover", "deposit", "distribution", "report", "letter"];

/// The district's display name; also in the row of the district.
pub const DISTRICT_NAME: &str = "district.name";
/// The district's zone; also in the row of the district.
pub const DISTRICT_ZONE: &str = "district.zone";

/// Where the norms of growth are changed.
const NORMS: &str = "/pengukuran/patokan";
/// The least gain of boys (KBM), grams by completed months from the first on; the last one holds up to month 60.
const GAIN_BOYS: &str = "800,900,800,600,500,400,400,300,300,300,300,200";
/// The same of girls.
const GAIN_GIRLS: &str = "800,900,800,600,500,400,300,300,300,300,200,200";

/// Where the rules of risk are changed.
const RISK: &str = "/sasaran/krs/aturan";

/// One signature for approving and for authorising, two for authorising Rp100 million or more.
const SIGNATURES: &str = r#"[{"act":"approve","count":"1","from":"0"},{"act":"authorise","count":"1","from":"0"},{"act":"authorise","count":"2","from":"100000000"}]"#;

/// What is asked at a visit, by the schedule of the first thousand days (Buku KIA 2023; the programme of immunisation; vitamin A
/// in February and August). A district changes it.
const CHECKLIST: &str = concat!(
    r#"[{"due":"","from":"","months":"","question":"Sudah periksa hamil (ANC) sesuai jadwal, minimal 6 kali selama hamil","target":"pregnant","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Tablet tambah darah diminum setiap hari, minimal 90 selama hamil","target":"pregnant","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"LiLA ibu sudah diukur dan 23,5 cm atau lebih","target":"pregnant","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Ibu tahu tanggal periksa berikutnya","target":"pregnant","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Ikut kelas ibu hamil atau konseling gizi, minimal 4 kali selama hamil","target":"pregnant","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Tempat dan penolong persalinan sudah direncanakan","target":"pregnant","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Sudah diperiksa nifas, minimal 3 kali","target":"breastfeeding","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Ibu nifas sudah minum dua kapsul vitamin A","target":"breastfeeding","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Ibu makan lebih banyak, ada lauk hewani setiap hari","target":"breastfeeding","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"KB pascapersalinan sudah dibicarakan dengan bidan","target":"breastfeeding","to":""}"#,
    r#",{"due":"","from":"0","months":"","question":"Hanya diberi ASI (ASI eksklusif)","target":"child","to":"5"}"#,
    r#",{"due":"once","from":"0","months":"","question":"Imunisasi HB 0, BCG dan polio 1 sudah diberikan","target":"child","to":"11"}"#,
    r#",{"due":"once","from":"2","months":"","question":"Imunisasi umur 2 bulan sudah diberikan","target":"child","to":"11"}"#,
    r#",{"due":"once","from":"3","months":"","question":"Imunisasi umur 3 bulan sudah diberikan","target":"child","to":"11"}"#,
    r#",{"due":"once","from":"4","months":"","question":"Imunisasi umur 4 bulan sudah diberikan","target":"child","to":"11"}"#,
    r#",{"due":"once","from":"9","months":"","question":"Imunisasi campak-rubela umur 9 bulan sudah diberikan","target":"child","to":"14"}"#,
    r#",{"due":"once","from":"12","months":"","question":"Imunisasi dasar lengkap","target":"child","to":"23"}"#,
    r#",{"due":"once","from":"18","months":"","question":"Imunisasi lanjutan umur 18 bulan sudah diberikan","target":"child","to":"35"}"#,
    r#",{"due":"","from":"6","months":"","question":"MP-ASI cukup jumlahnya, teksturnya dan berapa kali seharinya","target":"child","to":"23"}"#,
    r#",{"due":"","from":"6","months":"","question":"Kemarin makan lauk hewani (telur, ikan, ayam, daging, hati)","target":"child","to":"59"}"#,
    r#",{"due":"","from":"6","months":"","question":"Masih diberi ASI","target":"child","to":"23"}"#,
    r#",{"due":"month","from":"6","months":"2,8","question":"Kapsul vitamin A biru bulan ini sudah diberikan","target":"child","to":"11"}"#,
    r#",{"due":"month","from":"12","months":"2,8","question":"Kapsul vitamin A merah bulan ini sudah diberikan","target":"child","to":"59"}"#,
    r#",{"due":"month","from":"12","months":"2,8","question":"Obat cacing bulan ini sudah diberikan","target":"child","to":"59"}"#,
    r#",{"due":"measured","from":"0","months":"","question":"Ditimbang dan diukur di posyandu bulan ini","target":"child","to":"59"}"#,
    r#",{"due":"","from":"0","months":"","question":"Perkembangan sesuai umur menurut Buku KIA","target":"child","to":"59"}"#,
    r#",{"due":"","from":"0","months":"","question":"Punya akta kelahiran","target":"child","to":"59"}"#,
    r#",{"due":"","from":"0","months":"","question":"Orang tua ikut kelas pengasuhan (BKB) bulan ini","target":"child","to":"23"}"#,
    r#",{"due":"","from":"24","months":"","question":"Ikut PAUD atau Bina Keluarga Balita","target":"child","to":"59"}"#,
    r#",{"due":"","from":"","months":"","question":"Air minum layak dan dimasak sampai mendidih","target":"family","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Jamban sendiri dengan tangki septik","target":"family","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Rumah bebas asap rokok","target":"family","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Tangan dicuci dengan sabun sebelum makan dan memberi makan","target":"family","to":""}"#,
    r#",{"due":"","from":"","months":"","question":"Semua anggota punya JKN/KIS yang aktif","target":"family","to":""}"#,
    "]"
);

/// What complaints are about, and within how many days they are answered.
const COMPLAINTS: &str = concat!(
    r#"[{"days":"14","name":"Pelayanan posyandu, kader, atau puskesmas","sensitive":"no"}"#,
    r#",{"days":"7","name":"Bantuan belum diterima atau kurang","sensitive":"no"}"#,
    r#",{"days":"14","name":"Data keluarga salah","sensitive":"no"}"#,
    r#",{"days":"3","name":"Pungutan atau permintaan uang","sensitive":"yes"}"#,
    r#",{"days":"1","name":"Pelecehan, ancaman, atau kekerasan","sensitive":"yes"}"#,
    r#",{"days":"14","name":"Lain-lain","sensitive":"no"}"#,
    "]"
);

/// Groups of causes by which experts sort what they find in a stunted child.
const CAUSES: &str = concat!(
    r#"[{"name":"Asupan makanan"}"#,
    r#",{"name":"Penyakit infeksi atau cacing"}"#,
    r#",{"name":"Penyakit bawaan atau bayi lahir kecil"}"#,
    r#",{"name":"Pola asuh dan pemberian makan"}"#,
    r#",{"name":"Air, jamban, dan kebersihan"}"#,
    r#",{"name":"Kemiskinan dan pangan keluarga"}"#,
    r#",{"name":"Layanan kesehatan tidak terjangkau"}"#,
    r#",{"name":"Kesehatan dan gizi ibu"}"#,
    "]"
);

use Group::{
    Contacts, Convergence, Identity, Letterhead, Meetings, Mentoring, Numbers, Prices, Programme, Protection,
    Signatories,
};

/// The table.
pub const TABLE: &[Spec] = &[
    needed(Identity, DISTRICT_NAME, Kind::Text(60), ""),
    needed(Identity, DISTRICT_ZONE, Kind::Choice(&["WIB", "WITA", "WIT"]), "WIB"),
    spec(Letterhead, "letterhead.government", Kind::Text(80), ""),
    spec(Letterhead, "letterhead.office", Kind::Lines(3), ""),
    spec(Letterhead, "letterhead.address", Kind::Text(160), ""),
    spec(Letterhead, "letterhead.phone", Kind::Text(40), ""),
    spec(Letterhead, "letterhead.email", Kind::Text(80), ""),
    spec(Letterhead, "letterhead.place", Kind::Text(60), ""),
    spec(Letterhead, "letterhead.logo", Kind::Image, ""),
    needed(Letterhead, "letterhead.paper", Kind::Choice(&["a4", "f4"]), "a4"),
    spec(
        Signatories,
        "signatories",
        Kind::List(&[
            Column { name: "name", cell: Cell::Text(80), required: true },
            Column { name: "nip", cell: Cell::Nip, required: false },
            Column { name: "rank", cell: Cell::Text(60), required: false },
            Column { name: "title", cell: Cell::Text(120), required: true },
            Column { name: "acting", cell: Cell::Choice(&["", "plt", "plh"]), required: false },
            Column { name: "documents", cell: Cell::Several(SIGNED), required: false },
        ]),
        "[]",
    ),
    needed(Numbers, "collection.bast_pattern", Kind::Pattern, "BAST/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "collection.deposit_pattern", Kind::Pattern, "STS/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "collection.loss_pattern", Kind::Pattern, "BAR/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "collection.gift_pattern", Kind::Pattern, "TTP/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "custody.change_pattern", Kind::Pattern, "BAPG/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "custody.shipment_pattern", Kind::Pattern, "SJ/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "custody.purchase_pattern", Kind::Pattern, "BELI/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "custody.cooking_pattern", Kind::Pattern, "MASAK/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "custody.stock_take_pattern", Kind::Pattern, "BAHP/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "distribution.bast_pattern", Kind::Pattern, "BAP/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "kitchen.run_pattern", Kind::Pattern, "DPR/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "works.order_pattern", Kind::Pattern, "SPK/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "works.payment_pattern", Kind::Pattern, "BBP/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "education.session_pattern", Kind::Pattern, "EDU/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "distribution.check_pattern", Kind::Pattern, "CEK/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "distribution.cash_pattern", Kind::Pattern, "RBU/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "mentoring.referral_pattern", Kind::Pattern, "RJK/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "mentoring.complaint_pattern", Kind::Pattern, "ADU/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "mentoring.case_pattern", Kind::Pattern, "AKS/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "verification.record_pattern", Kind::Pattern, "BAV/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "papers.report_pattern", Kind::Pattern, "LAP/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "papers.invitation_pattern", Kind::Pattern, "UND/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "papers.minutes_pattern", Kind::Pattern, "NOT/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "papers.record_pattern", Kind::Pattern, "BA/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "papers.commitment_pattern", Kind::Pattern, "KB/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "papers.analysis_pattern", Kind::Pattern, "ANS/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "consent.request_pattern", Kind::Pattern, "PDP/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Numbers, "consent.incident_pattern", Kind::Pattern, "INS/{nomor:4}/{bulan_romawi}/{tahun}"),
    needed(Programme, "programme.team", Kind::Text(60), "TPPS"),
    needed(Programme, "registry.eligible_statuses", Kind::Several(&["listed", "verified"]), "verified"),
    Spec {
        own_form: Some(RISK),
        ..needed(
            Programme,
            "registry.risk_programme",
            Kind::Several(&["couple", "pregnant", "under_two", "two_to_five"]),
            "couple,pregnant,under_two,two_to_five",
        )
    },
    Spec {
        own_form: Some(RISK),
        ..needed(Programme, "registry.risk_fertile_from", Kind::Number(10, 25), "15")
    },
    Spec {
        own_form: Some(RISK),
        ..needed(Programme, "registry.risk_fertile_to", Kind::Number(40, 60), "49")
    },
    Spec {
        own_form: Some(RISK),
        ..needed(
            Programme,
            "registry.risk_factors",
            Kind::Several(&["poor_water", "poor_latrine", "too_young", "too_old", "too_close", "too_many"]),
            "poor_water,poor_latrine,too_young,too_old,too_close,too_many",
        )
    },
    Spec {
        own_form: Some(RISK),
        ..needed(Programme, "registry.risk_young_below", Kind::Number(15, 25), "20")
    },
    Spec { own_form: Some(RISK), ..needed(Programme, "registry.risk_old_from", Kind::Number(30, 50), "35") },
    Spec { own_form: Some(RISK), ..needed(Programme, "registry.risk_old_to", Kind::Number(0, 60), "40") },
    Spec {
        own_form: Some(RISK),
        ..needed(Programme, "registry.risk_spacing_months", Kind::Number(12, 60), "24")
    },
    Spec { own_form: Some(RISK), ..needed(Programme, "registry.risk_many_from", Kind::Number(2, 10), "3") },
    Spec {
        own_form: Some(RISK),
        ..needed(
            Programme,
            "registry.risk_contraception",
            Kind::Choice(&["ignored", "alone", "needed"]),
            "ignored",
        )
    },
    needed(Programme, "registry.breastfeeding_months", Kind::Number(6, 24), "24"),
    needed(Programme, "verification.least_visited", Kind::Number(0, 100), "100"),
    needed(Programme, "verification.sample", Kind::Number(0, 200), "10"),
    needed(Programme, "verification.least_agreement", Kind::Number(0, 100), "90"),
    spec(
        Programme,
        "holidays",
        Kind::List(&[
            Column { name: "day", cell: Cell::Day, required: true },
            Column { name: "name", cell: Cell::Text(60), required: true },
        ]),
        "[]",
    ),
    spec(
        Programme,
        "genting.quota",
        Kind::List(&[
            Column { name: "year", cell: Cell::Whole(2024, 2100), required: true },
            Column { name: "families", cell: Cell::Whole(1, 1_000_000), required: true },
        ]),
        "[]",
    ),
    needed(Programme, "collection.gift_days", Kind::Number(1, 60), "14"),
    needed(Programme, "collection.unmatched_days", Kind::Number(1, 60), "7"),
    needed(
        Programme,
        "distribution.proof",
        Kind::Choice(&["optional", "signature", "photo", "any"]),
        "optional",
    ),
    spec(Programme, "distribution.share_cash", Kind::YesNo, "0"),
    needed(Programme, "distribution.per_family_egg", Kind::Number(0, 1000), "7"),
    needed(Programme, "distribution.pack_egg", Kind::Number(0, 100), "7"),
    needed(Programme, "distribution.per_family_rice_can", Kind::Number(0, 1000), "7"),
    needed(Programme, "distribution.per_family_rice", Kind::Number(0, 100_000), "750"),
    needed(Programme, "distribution.step_rice", Kind::Number(1, 25_000), "250"),
    needed(Programme, "distribution.per_family_cash", Kind::Number(0, 1_000_000), "10000"),
    needed(Programme, "distribution.step_cash", Kind::Number(100, 100_000), "1000"),
    needed(Programme, "distribution.weight", Kind::Choice(&["equal", "targets"]), "equal"),
    needed(Programme, "works.check_days", Kind::Number(7, 365), "90"),
    needed(Programme, "cash.spending_rest", Kind::Number(0, 1_000_000), "20000"),
    needed(
        Programme,
        "cash.apart",
        Kind::Several(&[
            "draft_authorise",
            "draft_release",
            "approve_authorise",
            "approve_release",
            "authorise_release",
        ]),
        "draft_authorise,draft_release,approve_authorise,approve_release,authorise_release",
    ),
    spec(
        Programme,
        "cash.signatures",
        Kind::List(&[
            Column { name: "act", cell: Cell::Choice(&["approve", "authorise"]), required: true },
            Column { name: "from", cell: Cell::Whole(0, 1_000_000_000_000), required: true },
            Column { name: "count", cell: Cell::Whole(1, 9), required: true },
        ]),
        SIGNATURES,
    ),
    Spec { own_form: Some(NORMS), ..needed(Programme, "growth.gain_boys", Kind::Text(400), GAIN_BOYS) },
    Spec { own_form: Some(NORMS), ..needed(Programme, "growth.gain_girls", Kind::Text(400), GAIN_GIRLS) },
    Spec { own_form: Some(NORMS), ..needed(Programme, "growth.red_line", Kind::Text(6), "-300") },
    Spec { own_form: Some(NORMS), ..spec(Programme, "growth.orange_line", Kind::Text(6), "100") },
    needed(Programme, "growth.difference_limit", Kind::Number(2, 300), "5"),
    spec(
        Mentoring,
        "mentoring.checklist",
        Kind::List(&[
            Column { name: "question", cell: Cell::Text(160), required: true },
            Column {
                name: "target",
                cell: Cell::Choice(&["family", "pregnant", "breastfeeding", "child"]),
                required: true,
            },
            Column { name: "from", cell: Cell::Whole(0, 59), required: false },
            Column { name: "to", cell: Cell::Whole(0, 59), required: false },
            Column { name: "months", cell: Cell::Text(40), required: false },
            Column { name: "due", cell: Cell::Choice(&["", "once", "month", "measured"]), required: false },
        ]),
        CHECKLIST,
    ),
    needed(Mentoring, "mentoring.days_urgent", Kind::Number(1, 180), "7"),
    needed(Mentoring, "mentoring.days_stunted", Kind::Number(1, 180), "14"),
    needed(Mentoring, "mentoring.days_pregnant", Kind::Number(1, 180), "30"),
    needed(Mentoring, "mentoring.days_others", Kind::Number(1, 180), "30"),
    needed(Mentoring, "mentoring.referral_days", Kind::Number(1, 60), "7"),
    needed(Programme, "convergence.deadline_days", Kind::Number(1, 90), "10"),
    spec(
        Mentoring,
        "mentoring.complaint_kinds",
        Kind::List(&[
            Column { name: "name", cell: Cell::Text(80), required: true },
            Column { name: "sensitive", cell: Cell::Choice(&["no", "yes"]), required: true },
            Column { name: "days", cell: Cell::Whole(1, 90), required: true },
        ]),
        COMPLAINTS,
    ),
    spec(
        Mentoring,
        "mentoring.sensitive_readers",
        Kind::List(&[Column { name: "login", cell: Cell::Text(60), required: true }]),
        "[]",
    ),
    spec(
        Mentoring,
        "mentoring.causes",
        Kind::List(&[Column { name: "name", cell: Cell::Text(80), required: true }]),
        CAUSES,
    ),
    needed(Mentoring, "mentoring.ends_soon", Kind::Number(1, 180), "30"),
    spec(
        Meetings,
        "meeting.kinds",
        Kind::List(&[
            Column { name: "name", cell: Cell::Text(80), required: true },
            Column {
                name: "level",
                cell: Cell::Choice(&["district", "subdistrict", "village"]),
                required: true,
            },
        ]),
        meetings::KINDS,
    ),
    spec(
        Meetings,
        "meeting.agenda",
        Kind::List(&[
            Column { name: "kind", cell: Cell::Text(80), required: true },
            Column { name: "minutes", cell: Cell::Whole(0, 1440), required: true },
            Column { name: "item", cell: Cell::Text(160), required: true },
            Column { name: "speaker", cell: Cell::Text(120), required: false },
        ]),
        meetings::AGENDA,
    ),
    spec(
        Meetings,
        "meeting.guests",
        Kind::List(&[
            Column { name: "kind", cell: Cell::Text(80), required: true },
            Column { name: "institution", cell: Cell::Text(120), required: true },
            Column { name: "position", cell: Cell::Text(80), required: false },
        ]),
        meetings::GUESTS,
    ),
    spec(
        Convergence,
        "convergence.team_structure",
        Kind::List(&[
            Column {
                name: "level",
                cell: Cell::Choice(&["district", "subdistrict", "village", "rw", "tpk"]),
                required: true,
            },
            Column { name: "position", cell: Cell::Text(80), required: true },
            Column { name: "seats", cell: Cell::Whole(1, 50), required: true },
        ]),
        TEAM_STRUCTURE,
    ),
    spec(
        Convergence,
        "convergence.actions",
        Kind::List(&[
            Column { name: "scheme", cell: Cell::Choice(&["six", "eight"]), required: true },
            Column { name: "code", cell: Cell::Text(4), required: true },
            Column { name: "name", cell: Cell::Text(120), required: true },
            Column {
                name: "level",
                cell: Cell::Choice(&["district", "subdistrict", "both"]),
                required: true,
            },
            Column { name: "lead", cell: Cell::Text(120), required: true },
            Column { name: "inputs", cell: Cell::Text(200), required: false },
            Column { name: "outputs", cell: Cell::Text(200), required: false },
            Column { name: "from", cell: Cell::Whole(1, 18), required: true },
            Column { name: "to", cell: Cell::Whole(1, 18), required: true },
        ]),
        ACTIONS,
    ),
    spec(
        Convergence,
        "convergence.sources",
        Kind::List(&[
            Column { name: "code", cell: Cell::Text(20), required: true },
            Column { name: "name", cell: Cell::Text(60), required: true },
            Column {
                name: "kind",
                cell: Cell::Choice(&["government", "village", "private"]),
                required: true,
            },
        ]),
        SOURCES,
    ),
    spec(
        Convergence,
        "convergence.lokus",
        Kind::List(&[
            Column {
                name: "criterion",
                cell: Cell::Choice(&["cases", "prevalence", "at_risk", "poor", "unvisited", "unmeasured"]),
                required: true,
            },
            Column { name: "weight", cell: Cell::Whole(0, 100), required: true },
        ]),
        LOKUS,
    ),
    needed(Convergence, "convergence.lokus_share", Kind::Number(1, 100), "20"),
    spec(
        Prices,
        "prices",
        Kind::List(&[
            Column { name: "commodity", cell: Cell::Commodity, required: true },
            Column { name: "rupiah", cell: Cell::Rupiah, required: true },
            Column { name: "from", cell: Cell::Day, required: true },
        ]),
        "[]",
    ),
    spec(Contacts, "contact.complaints_name", Kind::Text(80), ""),
    spec(Contacts, "contact.complaints_phone", Kind::Text(40), ""),
    spec(Contacts, "contact.complaints_email", Kind::Text(80), ""),
    spec(Contacts, "contact.dpo_name", Kind::Text(80), ""),
    spec(Contacts, "contact.dpo_phone", Kind::Text(40), ""),
    spec(Contacts, "contact.dpo_email", Kind::Text(80), ""),
    needed(Protection, "consent.answer_hours", Kind::Number(1, 720), "72"),
    needed(Protection, "consent.notice_hours", Kind::Number(1, 72), "72"),
    needed(Protection, "staging.keep_days", Kind::Number(1, 365), "30"),
    needed(Protection, "access.tries_per_address", Kind::Number(5, 1000), "5"),
    needed(Protection, "retention.family_years", Kind::Number(1, 30), "5"),
    Spec {
        own_form: Some("/pengguna"),
        ..spec(Protection, "access.incompatible_roles", Kind::Text(400), "treasurer+warehouse_keeper")
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_default_is_a_value() {
        for (nth, spec) in TABLE.iter().enumerate() {
            assert!(TABLE[..nth].iter().all(|other| other.name != spec.name), "{} twice", spec.name);
            let checked = spec.kind.check(spec.name, spec.default).unwrap();
            assert_eq!(checked, spec.default, "{}: the default is not in its stored form", spec.name);
        }
        for group in Group::ALL {
            assert_eq!(Group::parse(group.code()), Some(group));
            assert!(group.specs().count() > 0, "{group:?} is empty");
        }
    }
}
