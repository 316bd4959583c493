//! The parts that names are made of, the commonest first.

/// `MUSLIM_MEN`
pub(super) const MUSLIM_MEN: &[&str] = &[
    "Rahman", "Hasan", "Ali", "Yusuf", "Arifin", "Fauzan", "Ridwan", "Syahrul", "Zainal", "Khairul", "Saiful",
    "Mahmud", "Jamaludin", "Burhanudin", "Hasanudin", "Syarifudin", "Fakhrurazi", "Rusdi", "Anwar", "Husni",
    "Ilham", "Taufik", "Hidayat", "Mukhlis", "Zulkifli", "Hamdani", "Syamsudin", "Basri", "Rafii", "Ilyas",
    "Idris", "Ismail", "Ibrahim", "Yahya", "Sofyan", "Fahmi", "Fahri", "Rizki", "Aulia", "Rasyid", "Masdar",
    "Norman", "Sabirin", "Supian", "Jainudin", "Mastur", "Gafur", "Kusasi", "Juhri", "Aini", "Wahyudi",
    "Bahrudin", "Asmuni", "Tajudin", "Rahmadi", "Humaidi", "Rifani", "Saberan", "Akhyar", "Thamrin",
];
/// `MUSLIM_WOMEN`
pub(super) const MUSLIM_WOMEN: &[&str] = &[
    "Aminah", "Fatimah", "Aisyah", "Khadijah", "Hasanah", "Rahmah", "Maryam", "Halimah", "Zubaidah", "Salmah",
    "Hayati", "Jannah", "Rohani", "Latifah", "Maimunah", "Mariani", "Mastiah", "Masitah", "Noraini",
    "Norhayati", "Norlaila", "Rusmini", "Saadah", "Safitri", "Salasiah", "Sarifah", "Rabiatul", "Adawiyah",
    "Khusnul", "Khotimah", "Jamilah", "Jumiati", "Kartini", "Laila", "Mawaddah", "Munawarah", "Nazwa",
    "Hikmah", "Raudah", "Rina", "Raihana", "Nadia", "Humairah", "Syifa", "Zahra", "Zulfa", "Annisa", "Azizah",
    "Badriah", "Faridah", "Hafizah", "Hamidah", "Husnul", "Ijah", "Isnawati", "Arbayah", "Ainun", "Mahrita",
    "Hidayah", "Yuliani",
];
/// `MUSLIM_LAST`
pub(super) const MUSLIM_LAST: &[&str] = &[
    "Rahman", "Akbar", "Hidayatullah", "Maulana", "Ramadhani", "Fitri", "Syafitri", "Anshari", "Alfarizi",
    "Assegaf", "Fadillah", "Hakim", "Halim", "Karim", "Majid", "Noor", "Qadri", "Rahim", "Salim", "Yamani",
    "Zaini", "Anwari", "Amrullah", "Firdaus", "Ghazali", "Husaini", "Kamil", "Lutfi", "Maulida", "Nugraha",
];
/// `DAYAK_MEN`
pub(super) const DAYAK_MEN: &[&str] = &[
    "Agus", "Andreas", "Apriano", "Bambang", "Daniel", "Dedi", "Edison", "Eko", "Elias", "Ferdinand",
    "Gerson", "Hendra", "Imanuel", "Jefri", "Jhon", "Joni", "Kornelius", "Lewi", "Lukas", "Markus", "Natan",
    "Oktavianus", "Paulus", "Petrus", "Rano", "Reynaldi", "Rudi", "Salampak", "Sandi", "Simon", "Stepanus",
    "Sugianto", "Teras", "Tomi", "Untung", "Viktor", "Willy", "Yanto", "Yohanes", "Yosua", "Yulius", "Cilik",
    "Duwel", "Garing", "Hermon", "Injai", "Kardi", "Linggar", "Ngantung", "Rinco", "Sabran", "Tiel", "Unggal",
];
/// `DAYAK_WOMEN`
pub(super) const DAYAK_WOMEN: &[&str] = &[
    "Agustina", "Anita", "Bella", "Christina", "Debora", "Dewi", "Elisabet", "Ernawati", "Ester", "Fransiska",
    "Getriani", "Heni", "Herlina", "Ida", "Imelda", "Julianti", "Katarina", "Lidia", "Lince", "Maria",
    "Marlina", "Meri", "Mega", "Natalia", "Novita", "Oktaviani", "Paulina", "Priska", "Rena", "Rusina",
    "Ruth", "Sara", "Selvi", "Sinta", "Susanti", "Theresia", "Tiara", "Veronika", "Widya", "Yanti", "Yohana",
    "Yuliana", "Yustina", "Dayang", "Enie", "Indu", "Kameloh", "Lamiang", "Mirna", "Nyai", "Rangkai", "Tiung",
];
/// `DAYAK_LAST`
pub(super) const DAYAK_LAST: &[&str] = &[
    "Sahay", "Narang", "Binti", "Toeweh", "Djaga", "Garu", "Rangkap", "Umar", "Tundan", "Sawong", "Manan",
    "Laman", "Nyaring", "Bahen", "Dehen", "Lambung", "Mambang", "Panjung", "Rasan", "Salundik", "Tarung",
    "Uda", "Usop", "Anom", "Bungai", "Inin", "Jangkan", "Kunum", "Lampe", "Matal", "Nahan", "Pantar", "Sanen",
    "Singam", "Suling", "Tingang", "Tuah", "Undan", "Ugang", "Lui",
];
/// `JAVA_FIRST`
pub(super) const JAVA_FIRST: &[&str] = &[
    "Su", "Su", "Su", "Tri", "War", "Kar", "Mar", "Ngat", "Par", "Sar", "Wa", "Har",
];
/// `JAVA_MEN_END`
pub(super) const JAVA_MEN_END: &[&str] = &[
    "yanto", "yono", "trisno", "harto", "giman", "kirman", "pardi", "narto", "priyanto", "mardi", "darmo",
    "kamto", "wandi", "jarwo", "roso", "tikno", "min", "diman", "gianto", "lastyo", "prapto", "widodo",
];
/// `JAVA_WOMEN_END`
pub(super) const JAVA_WOMEN_END: &[&str] = &[
    "yanti", "parmi", "lastri", "harti", "tini", "kinem", "mini", "warni", "sri", "narti", "jinah", "giyem",
    "yatun", "ningsih", "rahayu", "martini", "prihatin", "wati", "lami", "patmi", "tarmi", "mirah",
];
/// `JAVA_MEN`
pub(super) const JAVA_MEN: &[&str] = &[
    "Agung", "Joko", "Slamet", "Budi", "Wahyu", "Bayu", "Dwi", "Eko", "Tri", "Heru", "Hari", "Imam", "Teguh",
    "Purwanto", "Widodo", "Santoso", "Nugroho", "Prasetyo", "Wibowo", "Setiawan", "Kurniawan", "Saputro",
    "Ari", "Aditya", "Galih", "Dimas", "Rizky", "Yoga", "Cahyo", "Utomo", "Susilo", "Mulyono", "Riyadi",
];
/// `JAVA_WOMEN`
pub(super) const JAVA_WOMEN: &[&str] = &[
    "Sri", "Endang", "Tri", "Dwi", "Eka", "Retno", "Wahyuni", "Lestari", "Rahayu", "Ningsih", "Puji", "Utami",
    "Wulandari", "Astuti", "Handayani", "Kusuma", "Dewi", "Puspita", "Sari", "Indah", "Ayu", "Siti", "Nur",
    "Khasanah", "Wati", "Susilowati", "Mulyani", "Yuliana", "Ratna", "Anggraini", "Fitriani", "Rohmah",
];
/// `BATAK_MEN`
pub(super) const BATAK_MEN: &[&str] = &[
    "Binsar", "Togar", "Poltak", "Parlindungan", "Sahat", "Hotman", "Jonathan", "Marihot", "Pardomuan",
    "Rikardo", "Tumpal", "Saut", "Maruli", "Bonar", "Jannes", "Ronald", "Robinson", "Mangasi", "Haposan",
    "Leo", "Sabar", "Torang",
];
/// `BATAK_WOMEN`
pub(super) const BATAK_WOMEN: &[&str] = &[
    "Tiurma", "Rotua", "Duma", "Lasma", "Roslina", "Hotmaida", "Nurlela", "Sondang", "Tiar", "Ramayanti",
    "Risma", "Tetty", "Lamtiur", "Rumondang", "Delima", "Masniari", "Saulina", "Romauli", "Nurhaida",
    "Marsaulina", "Dameria",
];
/// `BATAK_LAST`
pub(super) const BATAK_LAST: &[&str] = &[
    "Siregar", "Nasution", "Lubis", "Simanjuntak", "Sihombing", "Situmorang", "Hutapea", "Panjaitan",
    "Sinaga", "Harahap", "Pasaribu", "Manurung", "Tampubolon", "Ginting", "Sembiring",
];
/// `MINANG_MEN`
pub(super) const MINANG_MEN: &[&str] = &[
    "Yulhendri", "Nofriadi", "Zulfahmi", "Afrizal", "Syafrizal", "Jufrizal", "Efendi", "Masril", "Risman",
    "Dasril", "Yusrizal", "Nasrul", "Syahrizal", "Irwandi", "Hendrizal", "Defri", "Ermanto", "Zulheri",
    "Rinaldi", "Yondri",
];
/// `MINANG_WOMEN`
pub(super) const MINANG_WOMEN: &[&str] = &[
    "Yusnimar", "Nelfi", "Desmawati", "Rosmaini", "Elfitri", "Gusneti", "Yurnalis", "Asnimar", "Refni",
    "Helmi", "Yulidar", "Rahmaini", "Fitrina", "Deswita", "Murniati", "Silvia", "Resi", "Lismawati",
    "Warnida", "Yenita",
];
/// `BALI_ORDER`
pub(super) const BALI_ORDER: &[&str] = &[
    "Wayan", "Made", "Nyoman", "Ketut", "Gede", "Kadek", "Komang", "Putu",
];
/// `BALI_MEN`
pub(super) const BALI_MEN: &[&str] = &[
    "Sudarma", "Artawan", "Suardika", "Widiana", "Mahendra", "Suparta", "Yasa", "Budiarta", "Sukarya",
    "Wirawan", "Pastika", "Arimbawa", "Sumerta", "Darmayasa", "Adnyana", "Suwitra", "Mudita", "Wijana",
    "Sutama", "Ardana", "Kariasa", "Semadi", "Winaya", "Dharma", "Sukadana", "Astawa",
];
/// `BALI_WOMEN`
pub(super) const BALI_WOMEN: &[&str] = &[
    "Suartini", "Widiasih", "Astiti", "Sukerti", "Murniati", "Ariani", "Rasmini", "Kerti", "Wartini",
    "Sudarmi", "Ariasih", "Purnami", "Sriani", "Masni", "Budiasih", "Sumiati", "Padmini", "Wirati", "Sutarmi",
    "Darmini", "Ratnadi", "Suriani", "Mertasih", "Puspawati", "Cahyani", "Widnyani",
];
/// `BUGIS_MEN`
pub(super) const BUGIS_MEN: &[&str] = &[
    "Baso", "Ambo", "Sulolipu", "Patawari", "Mappa", "Tenri", "Saddang", "Amiruddin", "Syamsuddin", "Muktar",
    "Sudirman", "Abidin", "Ramli", "Makmur", "Usman", "Tahir",
];
/// `BUGIS_WOMEN`
pub(super) const BUGIS_WOMEN: &[&str] = &[
    "Besse", "Indo", "Tenri", "Rosdiana", "Hasniar", "Darmawati", "Sitti", "Nurbaya", "Marwah", "Hasmah",
    "Suriani", "Jumriah", "Rahmatiah", "Nurlina", "Samsiah", "Murni",
];
/// `NEW_BOYS`
pub(super) const NEW_BOYS: &[&str] = &[
    "Azka", "Rafa", "Arka", "Kenzo", "Rafi", "Alvaro", "Gibran", "Zayyan", "Rayyan", "Arsa", "Naufal",
    "Daffa", "Farel", "Keenan", "Hasan", "Husen", "Abizar", "Arsya", "Fahri", "Fahmi", "Athallah", "Bilal",
    "Danish", "Elvano", "Fathan", "Ghani", "Haikal", "Ibnu", "Khalif", "Malik", "Nizam", "Raka", "Satria",
    "Tristan", "Varel", "Zaki", "Rafka", "Adzril", "Hafiz", "Albi", "Yudha",
];
/// `NEW_GIRLS`
pub(super) const NEW_GIRLS: &[&str] = &[
    "Aqila", "Kayla", "Naura", "Khanza", "Alesha", "Keyla", "Shanum", "Zea", "Naira", "Adiba", "Almira",
    "Anindya", "Aqifa", "Arsyila", "Calista", "Dania", "Elshanum", "Felisha", "Ghina", "Hanum", "Rina",
    "Rini", "Inara", "Jihan", "Keisha", "Lubna", "Mikayla", "Nafisa", "Oktavia", "Queena", "Raisa", "Salwa",
    "Talita", "Ufaira", "Vania", "Yumna", "Zhafira", "Mecca",
];
/// `NEW_LAST`
pub(super) const NEW_LAST: &[&str] = &[
    "Pratama", "Putra", "Putri", "Ramadhan", "Saputra", "Azzahra", "Maharani", "Anggara", "Permata", "Wijaya",
    "Alfatih", "Maulana", "Aulia", "Safira", "Syahputra", "Hidayat", "Nugraha", "Khairunnisa", "Ardiansyah",
    "Firmansyah", "Salsabila", "Mahendra", "Prayoga", "Azkia", "Adinata", "Kirana", "Alfarizi", "Zhafran",
];
