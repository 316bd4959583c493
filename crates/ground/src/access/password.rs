//! Passwords: how they are kept (argon2id) and which are refused.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::web::Error;

/// Fewest characters of a password (OWASP ASVS 5.0 6.2.1 asks for 8).
pub(super) const SHORTEST: usize = 10;
/// Most characters; none is cut off (ASVS 6.2.9).
pub(super) const LONGEST: usize = 128;

/// Memory in KiB, passes and lanes: OWASP's least for argon2id (ASVS 11.4.2).
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Each hashing takes 19 MiB for a tenth of a second: a Monday morning must not take the machine's memory.
static PLACES: Semaphore = Semaphore::const_new(4);

/// What an unknown user's password is compared with, so that he is refused after the same work.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    make("nobody has this password").unwrap_or_else(|_| "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ".into())
});

static COMMON: LazyLock<Common> = LazyLock::new(|| Common::read(include_str!("common_passwords.txt")));

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The password is the right one.
    pub(super) right: bool,
    /// The hash to store instead: the stored one was made with other parameters than today's.
    pub(super) renewed: Option<String>,
}

/// The hash of a password in PHC format, with a random salt.
///
/// # Errors
/// The machine gives no memory or randomness.
pub(super) async fn hash(password: String) -> Result<String, Error> {
    in_background(move || make(&password)).await
}

/// Compares a password with a stored hash. Without one (an unknown user, or one who has not chosen a
/// password) the same work is done, and the answer is no.
///
/// # Errors
/// The machine gives no memory.
pub(super) async fn verify(password: String, stored: Option<String>) -> Result<Verdict, Error> {
    in_background(move || {
        let known = stored.is_some();
        let stored = stored.as_deref().unwrap_or(&NOBODY);
        let parsed = PasswordHash::new(stored).map_err(|error| error.to_string())?;
        let right = hasher()?.verify_password(password.as_bytes(), &parsed).is_ok() && known;
        let renewed = if right && !is_current(&parsed) { Some(make(&password)?) } else { None };
        Ok(Verdict { right, renewed })
    })
    .await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Error> {
    let _place = PLACES.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(Error::Internal)
}

fn hasher() -> Result<Argon2<'static>, String> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn make(password: &str) -> Result<String, String> {
    Ok(hasher()?.hash_password(password.as_bytes()).map_err(|error| error.to_string())?.to_string())
}

fn is_current(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else { return false };
    hash.algorithm.as_str() == "argon2id"
        && (params.m_cost(), params.t_cost(), params.p_cost()) == COST
        && hash.version == Some(0x13)
}

/// Whether a password may be chosen by a user with this login and name; the translation key of the reason
/// when not.
///
/// # Errors
/// It is too short, too long, or among the first that anybody would try.
pub(super) fn judge(password: &str, login: &str, name: &str) -> Result<(), &'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err("access.refused.password_short");
    }
    if length > LONGEST {
        return Err("access.refused.password_long");
    }
    let lower = password.to_lowercase();
    // NIP, NIK, birth dates and telephone numbers: whatever digits they are, others know them.
    if lower.chars().all(|c| !c.is_alphabetic()) && lower.chars().any(|c| c.is_ascii_digit()) {
        return Err("access.refused.password_digits");
    }
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 || COMMON.holds(&lower) {
        return Err("access.refused.password_common");
    }
    let mut rest = lower;
    for own in std::iter::once(login).chain(name.split_whitespace()) {
        let own = own.to_lowercase();
        if own.chars().count() >= 4 {
            rest = rest.replace(&own, "");
        }
    }
    let without_own = rest.chars().filter(|c| c.is_alphabetic()).count();
    if rest.chars().count() != length && without_own < 6 {
        return Err("access.refused.password_own");
    }
    Ok(())
}

/// The list of common passwords.
struct Common {
    words: std::collections::HashSet<&'static str>,
    whole: std::collections::HashSet<&'static str>,
}

impl Common {
    fn read(text: &'static str) -> Common {
        let mut parts =
            text.split("\n\n").map(|part| part.lines().map(str::trim).filter(|line| !line.starts_with('#')));
        let words = parts.next().map(Iterator::collect).unwrap_or_default();
        let whole = parts.flatten().collect();
        Common { words, whole }
    }

    fn holds(&self, lower: &str) -> bool {
        if self.words.contains(lower) || self.whole.contains(lower) {
            return true;
        }
        let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
        if self.words.contains(bare) {
            return true;
        }
        // "p@55w0rd" is "password", with and without what stands before and behind it.
        [lower, bare].into_iter().map(plain).any(|plain| {
            self.words.contains(plain.as_str())
                || self.words.contains(plain.trim_matches(|c: char| !c.is_alphabetic()))
        })
    }
}

/// The letters that digits and signs stand for.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_and_knows_local_words() {
        assert!(COMMON.whole.len() >= 3_000, "{}", COMMON.whole.len());
        for word in ["kerinci", "posyandu", "stunting", "bismillah", "sayang"] {
            assert!(COMMON.words.contains(word), "{word}");
        }
    }

    #[test]
    fn passwords_are_judged() {
        for (password, expected) in [
            ("telur ayam di pagi hari", Ok(())),
            ("  spasi di ujung juga   ", Ok(())),
            ("kué-lapis-ßéà", Ok(())),
            ("pendek", Err("access.refused.password_short")),
            ("123456789", Err("access.refused.password_short")),
            ("kerinci123", Err("access.refused.password_common")),
            ("Posyandu@123", Err("access.refused.password_common")),
            ("bismillah786786", Err("access.refused.password_common")),
            ("p@55w0rd2026", Err("access.refused.password_common")),
            ("aaaaaaaaaaaa", Err("access.refused.password_common")),
            ("198703122010011004", Err("access.refused.password_digits")),
            ("12-03-1987", Err("access.refused.password_digits")),
            ("rahmayanti12", Err("access.refused.password_own")),
            ("RinaRahmayanti!", Err("access.refused.password_own")),
        ] {
            assert_eq!(judge(password, "rina.r", "Rina Rahmayanti"), expected, "{password}");
        }
        assert_eq!(judge(&"x1 y".repeat(33), "a", "b"), Err("access.refused.password_long"));
        assert_eq!(judge(&"ab1 ".repeat(32), "a", "b"), Ok(()));
    }
}
