//! Making codes and using them.

use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::session::{self, OpenSession};
use super::VALID_HOURS;
use crate::audit;

/// A code is used: the password is set and a session opened. Other sessions of the user end.
#[derive(Serialize, Deserialize)]
pub(super) struct Activate {
    #[serde(skip)]
    pub(super) code_hash: [u8; 32],
    /// A used code works again (demo).
    pub(super) again: bool,
    #[serde(skip)]
    pub(super) password_hash: Option<String>,
    pub(super) session: OpenSession,
    pub(super) replaces: Option<[u8; 32]>,
    pub(super) address: String,
}

impl Command for Activate {
    const KIND: &'static str = "access.activate";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let user = self.session.user;
        let unused = if self.again { "" } else { "AND used_at IS NULL" };
        let used = tx
            .execute(
                &format!(
                    "UPDATE activation_code SET used_at = $4 \
                     WHERE district_id = $1 AND code_hash = $2 AND user_id = $3 AND expires_at > $4 {unused}"
                ),
                args![tx.district(), self.code_hash, user, tx.now()],
            )
            .await?;
        let activated = tx
            .execute(
                "UPDATE app_user SET password_hash = COALESCE($3, password_hash), \
                 activated_at = COALESCE(activated_at, $4) \
                 WHERE district_id = $1 AND id = $2 AND disabled_at IS NULL",
                args![tx.district(), user, self.password_hash.as_deref(), tx.now()],
            )
            .await?;
        if (used, activated) != (1, 1) {
            return Err(Refusal::new("access.refused.activation").field("kode").into());
        }
        if self.password_hash.is_some() {
            session::end_all(tx, user).await?;
        }
        if let Some(old) = &self.replaces {
            session::end(tx, old).await?;
        }
        self.session.open(tx).await?;
        let action = if self.session.complete { "sign_in" } else { "sign_in_first_factor" };
        audit::entry(tx, user, action, None, &self.address).await?;
        tx.subject("user", user);
        Ok(())
    }
}

/// Ends the codes of users that were not used.
pub(in super::super) async fn ended(tx: &Tx<'_>, users: &[Id]) -> Result<(), StoreError> {
    for some in users.chunks(500) {
        let mut args = args![tx.district(), tx.now()];
        let list = args.push_list(some.iter().copied());
        tx.execute(
            &format!(
                "UPDATE activation_code SET expires_at = $2 \
                 WHERE district_id = $1 AND expires_at > $2 AND user_id IN ({list})"
            ),
            args,
        )
        .await?;
    }
    Ok(())
}

/// New codes for users: the old ones end. The codes themselves are not in here, only how they are stored.
#[derive(Serialize, Deserialize)]
pub(in super::super) struct NewCodes {
    pub(in super::super) codes: Vec<(Id, [u8; 32])>,
    /// The second factor is taken away too (the telephone and the spare codes are lost).
    pub(in super::super) without_factor: bool,
}

impl Command for NewCodes {
    const KIND: &'static str = "access.make_codes";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let users: Vec<Id> = self.codes.iter().map(|(user, _)| *user).collect();
        for some in users.chunks(500) {
            let mut args = args![tx.district()];
            let list = args.push_list(some.iter().copied());
            let sql = format!(
                "SELECT COUNT(*) AS n FROM app_user WHERE district_id = $1 AND disabled_at IS NULL AND id IN ({list})"
            );
            if tx.number(&sql, args).await? != some.len() as i64 {
                return Err(Refusal::not_found().into());
            }
        }
        ended(tx, &users).await?;
        let until = tx.now().plus_seconds(VALID_HOURS * 3600);
        let rows = self
            .codes
            .iter()
            .map(|(user, hash)| args![tx.district(), *hash, *user, tx.now(), until, None::<i64>])
            .collect();
        tx.insert_many(
            "INSERT INTO activation_code (district_id, code_hash, user_id, created_at, expires_at, used_at) VALUES",
            "",
            rows,
        )
        .await?;
        if self.without_factor {
            for user in &users {
                tx.execute(
                    "UPDATE app_user SET totp_sealed = NULL, totp_confirmed_at = NULL \
                     WHERE district_id = $1 AND id = $2",
                    args![tx.district(), *user],
                )
                .await?;
                tx.execute(
                    "DELETE FROM recovery_code WHERE district_id = $1 AND user_id = $2",
                    args![tx.district(), *user],
                )
                .await?;
                session::end_all(tx, *user).await?;
            }
        }
        if let [only] = users.as_slice() {
            tx.subject("user", *only);
        }
        Ok(users.len() as i64)
    }
}
