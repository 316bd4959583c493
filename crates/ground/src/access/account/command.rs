//! What one changes in one's own account.

use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::attempts::Counted;
use super::super::session::{self, OpenSession};

/// A new password: every other session ends, and this one goes on with a new token.
#[derive(Serialize)]
pub(super) struct ChangePassword {
    #[serde(skip)]
    pub(super) password_hash: String,
    #[serde(skip)]
    pub(super) session: OpenSession,
    #[serde(skip)]
    pub(super) counted: Counted,
}

impl Command for ChangePassword {
    const KIND: &'static str = "access.change_password";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let changed = tx
            .execute(
                "UPDATE app_user SET password_hash = $3 \
                 WHERE district_id = $1 AND id = $2 AND disabled_at IS NULL",
                args![tx.district(), tx.actor(), &self.password_hash],
            )
            .await?;
        if changed != 1 {
            return Err(Refusal::not_found().into());
        }
        self.counted.clear(tx).await?;
        session::end_all(tx, tx.actor()).await?;
        self.session.open(tx).await?;
        tx.subject("user", tx.actor());
        Ok(())
    }
}

/// Ends all sessions of a user: signed out everywhere.
#[derive(Serialize, Deserialize)]
pub(in super::super) struct EndSessions {
    pub(in super::super) user: Id,
}

impl Command for EndSessions {
    const KIND: &'static str = "access.end_sessions";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let ended = session::end_all(tx, self.user).await?;
        tx.subject("user", self.user);
        Ok(ended as i64)
    }
}
