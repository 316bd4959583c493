//! The columns of the list under all the names that districts give them.

use asuh_ground::staging::Column;

/// The columns, in the order in which a heading that stands twice (`NIK`) is given away.
pub(super) const COLUMNS: &[Column] = &[
    Column::optional("province", &["Provinsi", "Prov", "Nama Provinsi"]),
    Column::optional(
        "regency",
        &["Kab/Kota", "Kabupaten/Kota", "Kabupaten", "Kab", "Kota", "Nama Kabupaten", "Nama Kab/Kota"],
    ),
    Column::optional("subdistrict", &["Kecamatan", "Kec", "Nama Kecamatan", "Nama Kec"]),
    Column::optional(
        "village",
        &[
            "Desa/Kelurahan",
            "Desa/Kel",
            "Kelurahan/Desa",
            "Kel/Desa",
            "Desa",
            "Kelurahan",
            "Nama Desa",
            "Nama Kelurahan",
            "Nama Desa/Kelurahan",
            "Nama Kelurahan/Desa",
        ],
    ),
    Column::optional(
        "village_code",
        &[
            "Kode Desa",
            "Kode Desa/Kelurahan",
            "Kode Kelurahan",
            "Kode Wilayah",
            "Kode Kemendagri",
            "Kode Kel/Desa",
        ],
    ),
    Column::optional("hamlet", &["Dusun", "Dusun/Lingkungan", "Nama Dusun", "Lingkungan", "Dusun/RW"]),
    Column::optional("rw", &["RW", "Kode RW", "No RW", "Nama RW"]),
    Column::optional("rt", &["RT", "Kode RT", "No RT", "Nama RT"]),
    Column::optional(
        "kki",
        &[
            "Kode Keluarga Indonesia",
            "Nomor Kode Keluarga Indonesia",
            "Nomor Keluarga Indonesia",
            "Nomor/Kode Keluarga Indonesia (KKI)",
            "Kode Keluarga Indonesia (KKI)",
            "Nomor KKI",
            "No KKI",
            "KKI",
            "Kode Keluarga",
            "ID Keluarga",
        ],
    ),
    Column::optional(
        "kk",
        &[
            "No KK",
            "Nomor KK",
            "No. Kartu Keluarga",
            "No Kartu Keluarga",
            "Nomor Kartu Keluarga",
            "NKK",
            "NO_KK",
        ],
    ),
    Column::optional(
        "head_nik",
        &["NIK Kepala Keluarga", "NIK KK", "NIK Kepala", "NIK Kep. Keluarga", "NIK Suami", "NIK"],
    ),
    Column::required(
        "head_name",
        &[
            "Nama Kepala Keluarga",
            "Nama KK",
            "Kepala Keluarga",
            "Nama Kep. Keluarga",
            "Nama Kepala",
            "Nama Suami",
        ],
    ),
    Column::optional(
        "head_birth",
        &["Tanggal Lahir Kepala Keluarga", "Tgl Lahir Kepala Keluarga", "Tgl Lahir KK", "Tgl Lahir Suami"],
    ),
    Column::optional("wife_nik", &["NIK Istri", "NIK Isteri", "NIK Ibu", "NIK"]),
    Column::optional("wife_name", &["Nama Istri", "Nama Isteri", "Istri", "Nama Ibu", "Isteri"]),
    Column::optional(
        "wife_birth",
        &["Tanggal Lahir Istri", "Tgl Lahir Istri", "Tgl Lahir Isteri", "Tanggal Lahir Ibu"],
    ),
    Column::optional("address", &["Alamat", "Alamat Lengkap", "Alamat Keluarga"]),
    Column::optional("phone", &["No HP", "Nomor HP", "No Telepon", "No Telp", "Telepon", "HP", "No WA"]),
    Column::optional(
        "under_two",
        &[
            "Punya Baduta",
            "Baduta",
            "Keluarga Punya Baduta",
            "Memiliki Baduta",
            "Mempunyai Baduta",
            "Anak 0-23 Bulan",
        ],
    ),
    Column::optional(
        "two_to_five",
        &[
            "Punya Balita",
            "Balita",
            "Keluarga Punya Balita",
            "Memiliki Balita",
            "Mempunyai Balita",
            "Anak 24-59 Bulan",
        ],
    ),
    Column::optional("couple", &["PUS", "Pasangan Usia Subur", "Status PUS"]),
    Column::optional(
        "pregnant",
        &["PUS Hamil", "Hamil", "Ibu Hamil", "Bumil", "Status Hamil", "Istri Hamil"],
    ),
    Column::optional(
        "poor_water",
        &[
            "Sumber Air Minum Tidak Layak",
            "Sumber Air Minum Utama Tidak Layak",
            "Air Minum Tidak Layak",
            "Sumber Air Tidak Layak",
            "Keluarga Tidak Mempunyai Sumber Air Minum Utama yang Layak",
        ],
    ),
    Column::optional(
        "poor_latrine",
        &[
            "Jamban Tidak Layak",
            "Fasilitas BAB Tidak Layak",
            "Keluarga Tidak Mempunyai Jamban yang Layak",
            "Tidak Mempunyai Jamban Layak",
            "Sanitasi Tidak Layak",
        ],
    ),
    Column::optional(
        "too_young",
        &["Terlalu Muda", "PUS Terlalu Muda", "4T Terlalu Muda", "Terlalu Muda (Umur Istri < 20 Tahun)"],
    ),
    Column::optional(
        "too_old",
        &["Terlalu Tua", "PUS Terlalu Tua", "4T Terlalu Tua", "Terlalu Tua (Umur Istri 35-40 Tahun)"],
    ),
    Column::optional(
        "too_close",
        &["Terlalu Dekat", "PUS Terlalu Dekat", "4T Terlalu Dekat", "Terlalu Dekat (< 2 Tahun)"],
    ),
    Column::optional(
        "too_many",
        &[
            "Terlalu Banyak",
            "PUS Terlalu Banyak",
            "4T Terlalu Banyak",
            "Terlalu Banyak (≥ 3 Anak)",
            "Terlalu Banyak (3 Anak)",
        ],
    ),
    Column::optional(
        "no_contraception",
        &[
            "Bukan Peserta KB Modern",
            "Tidak KB Modern",
            "Bukan KB Modern",
            "Bukan Peserta KB",
            "PUS Bukan Peserta KB Modern",
        ],
    ),
    Column::optional(
        "krs",
        &[
            "Kategori KRS",
            "KRS",
            "Keluarga Berisiko Stunting",
            "Status KRS",
            "Risiko Stunting",
            "Keluarga Risiko Stunting",
            "Kategori KRS (Ya/Tidak)",
        ],
    ),
    Column::optional(
        "rank",
        &[
            "Peringkat Kesejahteraan",
            "Peringkat Kesejahteraan Keluarga",
            "Desil",
            "Desil Kesejahteraan",
            "Kesejahteraan",
            "Kesejahteraan Prioritas",
        ],
    ),
];
