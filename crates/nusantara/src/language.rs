//! The two languages of screens and papers.

/// A language of screens and printed papers. Indonesian unless a person chose otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Language {
    /// Bahasa Indonesia, code `id`.
    #[default]
    #[cfg_attr(feature = "serde", serde(rename = "id"))]
    Indonesian,
    /// English, code `en`.
    #[cfg_attr(feature = "serde", serde(rename = "en"))]
    English,
}

impl Language {
    /// The ISO 639-1 code, `"id"` or `"en"`, as used in `lang` attributes and settings.
    pub fn code(self) -> &'static str {
        match self {
            Language::Indonesian => "id",
            Language::English => "en",
        }
    }

    /// Reads a code in any letter case. A region after it (`id-ID`, `en_GB`) is allowed and ignored; any
    /// other language gives `None`.
    pub fn parse(text: &str) -> Option<Language> {
        let primary = text.trim().split(['-', '_']).next()?;
        [Language::Indonesian, Language::English]
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_back() {
        for language in [Language::Indonesian, Language::English] {
            assert_eq!(Language::parse(language.code()), Some(language));
        }
        assert_eq!(Language::parse("id-ID"), Some(Language::Indonesian));
        assert_eq!(Language::parse("EN_gb"), Some(Language::English));
        assert_eq!(Language::default(), Language::Indonesian);
    }

    #[test]
    fn other_languages_are_refused() {
        for text in ["", "i", "idn", "indonesia", "ms", "fr-FR", "-id"] {
            assert_eq!(Language::parse(text), None, "{text}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_uses_the_code() {
        use serde::Deserialize;
        use serde::de::IntoDeserializer;
        use serde::de::value::{Error, StrDeserializer};
        let read: StrDeserializer<'_, Error> = "en".into_deserializer();
        assert_eq!(Language::deserialize(read), Ok(Language::English));
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in any::<String>()) {
            let _ = Language::parse(&text);
        }
    }
}
