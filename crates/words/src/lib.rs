//! The sentences of `locales/`, compiled in. They stand apart from the ground, which is only told where they are:
//! so a changed sentence compiles this crate and the program, and none of the steps.

use std::borrow::Cow;

rust_i18n::i18n!("../../locales", fallback = "id");

/// The sentence behind a key in a language (`id`, `en`), with its places `%{name}` still open; nothing for a key
/// that `locales/` does not have.
pub fn sentence(language: &str, key: &str) -> Option<Cow<'static, str>> {
    _rust_i18n_try_translate(language, key)
}
