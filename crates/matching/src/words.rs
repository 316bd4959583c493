//! Words that stand before, after and between names and are no part of them; and names with a dozen short forms.

use crate::letters::slips;

/// Academic, religious and professional titles, written without dots and spaces. Nobody's name is one of them.
const TITLES: &[&str] = &[
    "drs", "dra", "drg", "drh", "dr", "prof", "ir", "hj", "haji", "hajjah", "hajah", "kh", "ust", "ustadz",
    "ustad", "ustadzah", "spd", "spdi", "spdsd", "sag", "ssos", "ssosi", "skom", "skep", "skm", "shut",
    "ssi", "sst", "sip", "stp", "spi", "spt", "shi", "sthi", "sei", "sik", "sstp", "spsi", "sikom", "sfarm",
    "skh", "mpd", "mpdi", "msi", "mkes", "mkep", "mkom", "msc", "mag", "mhum", "mma", "map", "mph", "phd",
    "amd", "amdkeb", "amdkep", "amkeb", "amk", "amg", "amkl", "strkeb", "strkes", "ners", "ns", "bsc",
    "sarjana", "apt", "spog", "spa", "sppd", "kapten", "letda", "lettu", "serka", "serma", "sertu", "kopda",
    "praka", "pratu", "bripka", "brigpol", "aiptu", "aipda", "briptu", "bripda", "kombes", "akp",
];

/// Titles of two letters, which are titles only at the end and after two other words: `Siti Aminah SE`.
const SHORT_TITLES: &[&str] = &["se", "sh", "st", "ss", "sp", "sm", "mm", "mh", "ma", "mt", "mp", "si", "sk"];

/// Second halves of titles that begin with a lone letter: `S Pd`, `A Md Keb`.
const HALVES: &[&str] =
    &["pd", "pdi", "sos", "kom", "kep", "keb", "kes", "hut", "ag", "md", "si", "ip", "km", "sy", "hum", "th"];

/// Forms of address before a name.
const ADDRESS: &[&str] = &[
    "tn",
    "tuan",
    "ny",
    "nyonya",
    "nn",
    "nona",
    "sdr",
    "sdri",
    "sdra",
    "bpk",
    "bapak",
    "ibu",
    "pak",
    "bu",
    "an",
    "anak",
    "alm",
    "almh",
    "almarhum",
    "almarhumah",
];

/// Before the father's name.
const CHILD_OF: &[&str] = &["bin", "binti", "bt", "bti", "ibn"];

/// Before another name that the person is called by.
const ALIAS: &[&str] = &["alias", "als", "dipanggil"];

/// Titles of nobility and birth order, which are part of some papers and left out in others.
const MAY_LACK: &[&str] = &[
    "i", "ni", "gusti", "gst", "idabagus", "rd", "raden", "rr", "rara", "r", "rm", "andi", "daeng", "dg",
    "teuku", "tengku", "tgk", "cut", "la", "wa", "ra", "lalu", "baiq", "sutan", "datuk", "datu", "said",
    "sayyid", "syarifah",
];

/// Balinese birth order: often left out, but Made is not Ketut.
const ORDER: &[&str] = &["waian", "made", "nioman", "ketut", "kadek", "komang", "putu", "gede"];

pub(crate) fn is_order(folded: &[u8]) -> bool {
    ORDER.iter().any(|order| order.as_bytes() == folded)
}

/// What small children are called before anybody asks for their names, folded: boy, girl, little one, in the tongues of
/// the country. Some grown-ups are named so.
const CALL_NAMES: &[&str] = &[
    "utu", "galu", "alu", "ujang", "neng", "eneng", "otong", "entong", "tole", "genduk", "nduk", "upik",
    "buiung", "ucok", "butet", "asil", "acil", "amang", "indu", "dede", "adek", "adik",
];

/// Whether a folded word, when it stands alone, is what a child is called rather than its name.
pub(crate) fn is_call_name(folded: &[u8]) -> bool {
    CALL_NAMES.iter().any(|word| word.as_bytes() == folded)
}

/// Articles that belong to the next word: Al Farisi, Az Zahra.
const ARTICLES: &[&str] = &["al", "ar", "as", "at", "ad", "az", "ash", "asy", "el", "ul", "ur"];

/// What a word of a name is, before it is folded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Title,
    ShortTitle,
    Address,
    ChildOf,
    Alias,
    Article,
    MayLack,
    Plain,
}

pub(crate) fn role(word: &str) -> Role {
    let is_in = |list: &[&str]| list.contains(&word);
    match () {
        () if word == "h" || is_in(TITLES) => Role::Title,
        () if is_in(SHORT_TITLES) => Role::ShortTitle,
        () if is_in(ADDRESS) => Role::Address,
        () if is_in(CHILD_OF) => Role::ChildOf,
        () if is_in(ALIAS) => Role::Alias,
        () if is_in(ARTICLES) => Role::Article,
        () if is_in(MAY_LACK) => Role::MayLack,
        () => Role::Plain,
    }
}

/// Whether a folded word is of those that are left out: Andee, Radhen.
pub(crate) fn may_lack(folded: &[u8]) -> bool {
    folded.len() < 9 && MAY_LACK.iter().any(|word| word.as_bytes() == folded)
}

pub(crate) fn is_half_title(word: &str) -> bool {
    HALVES.contains(&word)
}

/// Short forms and far spellings of names that nobody writes in one way, after folding.
const FORMS: &[(&str, &[&str])] = &[
    (
        "muhamad",
        &[
            "muhamad", "mohamad", "muhamat", "mohamat", "muhamed", "mohamed", "muhamet", "mohamet",
            "mahamad", "muhamud", "mhd", "muh", "moh", "mohd", "muhd", "md", "mokhamad", "mukamad",
            "mokamad", "mukhamad", "muhama", "mohama",
        ],
    ),
    ("ahmad", &["ahmad", "ahmat", "ahmed", "amad", "amat", "akmad", "ahd"]),
    ("abdul", &["abdul", "abd", "abdu", "abdur", "abdel", "abdol", "abdus", "abdil"]),
    ("siti", &["siti", "st", "sti", "sity"]),
    ("nur", &["nur", "nor", "nurul", "norul", "nura"]),
];

/// The usual form of a folded word.
pub(crate) fn usual(folded: &[u8]) -> Option<&'static str> {
    let known = FORMS.iter().find(|(_, forms)| forms.iter().any(|form| form.as_bytes() == folded));
    // No other name is a slip away from Muhammad.
    let slipped =
        || ((6..=8).contains(&folded.len()) && slips(folded, b"muhamad", 1) == 1).then_some("muhamad");
    known.map(|(usual, _)| *usual).or_else(slipped)
}

/// Names that so many bear beside another that they say little: the next word leads.
pub(crate) fn is_everywhere(folded: &[u8]) -> bool {
    FORMS.iter().any(|(usual, _)| usual.as_bytes() == folded)
        || matches!(folded, b"sri" | b"dwi" | b"tri" | b"eka")
}

/// The first word of those that are written with the next as one (Nurhayati, Abdurrahman, Sriwahyuni), and what
/// is left of the folded word.
pub(crate) fn split_front(folded: &[u8]) -> Option<(&'static str, &[u8])> {
    let rest = |front: &[u8], least: usize| folded.strip_prefix(front).filter(|rest| rest.len() >= least);
    if let Some(rest) = rest(b"abdu", 4) {
        // Abdurrahman, Abdussalam: the article has become the next letter.
        let rest = rest.strip_prefix(b"l").unwrap_or(rest);
        return (rest.len() >= 4).then_some(("abdul", rest));
    }
    for front in [b"nurul".as_slice(), b"norul", b"nur", b"nor"] {
        if let Some(rest) = rest(front, 4) {
            return Some(("nur", rest));
        }
    }
    if let Some(rest) = rest(b"muhamad", 4) {
        return Some(("muhamad", rest));
    }
    rest(b"sri", 5).map(|rest| ("sri", rest)).or_else(|| rest(b"siti", 4).map(|rest| ("siti", rest)))
}
