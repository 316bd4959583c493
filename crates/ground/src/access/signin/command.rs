//! What signing in and out changes. None of it goes into the audit trail of the district's data: it has its own
//! entries in the access log.

use asuh_store::{Command, Fault, Id, Instant, Query, Recording, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::attempts::Counted;
use super::super::session::{self, OpenSession};
use crate::audit;

/// Whether the user may still sign in, seen from inside the transaction.
async fn enabled(tx: &Tx<'_>, user: Id) -> Result<(), Fault> {
    let enabled = tx
        .number(
            "SELECT COUNT(*) AS n FROM app_user WHERE district_id = $1 AND id = $2 AND disabled_at IS NULL",
            args![tx.district(), user],
        )
        .await?;
    if enabled == 1 { Ok(()) } else { Err(Refusal::new("access.refused.wrong").into()) }
}

/// The right password was given.
#[derive(Serialize, Deserialize)]
pub(in super::super) struct SignIn {
    pub(in super::super) session: OpenSession,
    /// The session of this browser before, if any: it ends.
    pub(in super::super) replaces: Option<[u8; 32]>,
    pub(in super::super) counted: Counted,
    pub(in super::super) address: String,
    #[serde(skip)]
    pub(in super::super) old_hash: String,
    /// Made anew with today's parameters.
    #[serde(skip)]
    pub(in super::super) new_hash: Option<String>,
}

impl Command for SignIn {
    const KIND: &'static str = "access.sign_in";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        enabled(tx, self.session.user).await?;
        self.counted.clear(tx).await?;
        if let Some(old) = &self.replaces {
            session::end(tx, old).await?;
        }
        if let Some(hash) = &self.new_hash {
            tx.execute(
                "UPDATE app_user SET password_hash = $3 WHERE district_id = $1 AND id = $2 AND password_hash = $4",
                args![tx.district(), self.session.user, hash, &self.old_hash],
            )
            .await?;
        }
        self.session.open(tx).await?;
        let action = if self.session.complete { "sign_in" } else { "sign_in_first_factor" };
        audit::entry(tx, self.session.user, action, None, &self.address).await?;
        Ok(())
    }
}

/// What shows that the user holds his second factor.
#[derive(Serialize, Deserialize)]
pub(in super::super) enum Proof {
    /// The code of this step of the app.
    Step(i64),
    /// A spare code, hashed.
    Spare([u8; 32]),
}

impl Proof {
    /// Uses the proof up; it counts once.
    pub(in super::super) async fn spend(&self, tx: &Tx<'_>, user: Id) -> Result<(), Fault> {
        let spent = match self {
            Proof::Step(step) => {
                tx.execute(
                    "UPDATE app_user SET totp_last_step = $3 \
                     WHERE district_id = $1 AND id = $2 AND totp_last_step < $3",
                    args![tx.district(), user, *step],
                )
                .await?
            }
            Proof::Spare(hash) => {
                tx.execute(
                    "UPDATE recovery_code SET used_at = $4 \
                     WHERE district_id = $1 AND user_id = $2 AND code_hash = $3 AND used_at IS NULL",
                    args![tx.district(), user, *hash, tx.now()],
                )
                .await?
            }
        };
        if spent == 1 { Ok(()) } else { Err(Refusal::new("access.refused.code").field("kode").into()) }
    }
}

/// The second factor was given: the half session becomes a whole one with a new token.
#[derive(Serialize, Deserialize)]
pub(in super::super) struct Finish {
    pub(in super::super) half: [u8; 32],
    pub(in super::super) session: OpenSession,
    pub(in super::super) proof: Proof,
    pub(in super::super) counted: Counted,
    pub(in super::super) address: String,
}

impl Command for Finish {
    const KIND: &'static str = "access.give_second_factor";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        enabled(tx, self.session.user).await?;
        self.proof.spend(tx, self.session.user).await?;
        swap(tx, &self.half, &self.session).await?;
        self.counted.clear(tx).await?;
        audit::entry(tx, self.session.user, "sign_in", None, &self.address).await?;
        Ok(())
    }
}

/// Ends a half session, which must be there, and opens the whole one.
async fn swap(tx: &Tx<'_>, half: &[u8; 32], whole: &OpenSession) -> Result<(), Fault> {
    let ended = tx
        .execute(
            "DELETE FROM session WHERE district_id = $1 AND token_hash = $2 AND user_id = $3 AND complete = 0",
            args![tx.district(), *half, whole.user],
        )
        .await?;
    if ended != 1 {
        return Err(Refusal::new("access.refused.code").field("kode").into());
    }
    whole.open(tx).await?;
    Ok(())
}

/// A second factor was set up and shown to work. In the audit trail; the secret itself is not.
#[derive(Serialize, Deserialize)]
pub(in super::super) struct ConfirmFactor {
    pub(in super::super) user: Id,
    #[serde(skip)]
    pub(in super::super) secret: Vec<u8>,
    pub(in super::super) step: i64,
    /// Hashes of the spare codes; the old ones end.
    pub(in super::super) spare: Vec<[u8; 32]>,
    /// When he was signing in: the half session, and the whole one that follows.
    #[serde(skip)]
    pub(in super::super) session: Option<([u8; 32], OpenSession)>,
    pub(in super::super) address: String,
}

impl Command for ConfirmFactor {
    const KIND: &'static str = "access.set_second_factor";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        enabled(tx, self.user).await?;
        if let Some((half, whole)) = &self.session {
            // Only who has none yet may set one up on the strength of his password alone.
            let none = tx
                .number(
                    "SELECT COUNT(*) AS n FROM app_user \
                     WHERE district_id = $1 AND id = $2 AND totp_confirmed_at IS NULL",
                    args![tx.district(), self.user],
                )
                .await?;
            if none == 0 {
                return Err(Refusal::not_found().into());
            }
            swap(tx, half, whole).await?;
            audit::entry(tx, self.user, "sign_in", None, &self.address).await?;
        }
        let sealed = tx.secrets().seal(tx.district(), &self.secret)?;
        tx.execute(
            "UPDATE app_user SET totp_sealed = $3, totp_confirmed_at = $4, totp_last_step = $5 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.user, sealed, tx.now(), self.step],
        )
        .await?;
        tx.execute(
            "DELETE FROM recovery_code WHERE district_id = $1 AND user_id = $2",
            args![tx.district(), self.user],
        )
        .await?;
        let rows = self
            .spare
            .iter()
            .map(|hash| args![tx.district(), self.user, *hash, tx.now(), None::<Instant>.map(|at| at.0)])
            .collect();
        tx.insert_many(
            "INSERT INTO recovery_code (district_id, user_id, code_hash, created_at, used_at) VALUES",
            "",
            rows,
        )
        .await?;
        tx.subject("user", self.user);
        Ok(())
    }
}

/// One browser signs out.
#[derive(Serialize, Deserialize)]
pub(super) struct SignOut {
    pub(super) token_hash: Vec<u8>,
}

impl Command for SignOut {
    const KIND: &'static str = "access.sign_out";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        session::end(tx, &self.token_hash).await?;
        audit::entry(tx, tx.actor(), "sign_out", None, "").await?;
        Ok(())
    }
}
