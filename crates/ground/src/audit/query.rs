//! What is read of the trail and the access log.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

/// Entries of one page.
pub(super) const PAGE: usize = 50;

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// Within these instants.
    pub(super) between: Option<(Instant, Instant)>,
    /// Of this user.
    pub(super) user: Option<Id>,
    /// Whose kind or action begins so.
    pub(super) kind: String,
    /// About this object.
    pub(super) subject: Option<Id>,
    /// After the entry (instant, id), newest first.
    pub(super) after: Option<(Instant, Id)>,
}

asuh_store::row_struct! {
    /// An entry of either log.
    pub(super) struct LogLine {
        pub(super) id: Id,
        pub(super) at: Instant,
        pub(super) user_id: Id,
        pub(super) user_name: Option<String>,
        pub(super) login: Option<String>,
        pub(super) kind: String,
        pub(super) subject_kind: Option<String>,
        pub(super) subject_id: Option<Id>,
        pub(super) detail: String,
    }
}

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    /// The commands.
    Trail,
    /// Who opened, exported, signed in, was refused.
    Access,
}

impl Filter {
    fn conditions(&self, at: &str, kind: &str, args: &mut Args) -> String {
        let mut sql = String::new();
        if let Some((from, to)) = self.between {
            sql.push_str(&format!(" AND {at} >= {} AND {at} < {}", args.push(from), args.push(to)));
        }
        if !self.kind.is_empty() {
            let plain: String =
                self.kind.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')).collect();
            // An underscore stands for any sign here, which finds no less.
            sql.push_str(&format!(" AND {kind} LIKE {}", args.push(format!("{plain}%"))));
        }
        if let Some(subject) = self.subject {
            sql.push_str(&format!(" AND l.subject_id = {}", args.push(subject)));
        }
        if let Some((instant, id)) = self.after {
            sql.push_str(&format!(" AND ({at}, l.id) < ({}, {})", args.push(instant), args.push(id)));
        }
        sql
    }
}

/// Entries, newest first, at most `most`. Index: command_log_by_time or command_log_by_subject; access_log_by_time
/// or access_log_by_subject.
pub(super) async fn entries(
    db: &impl Query,
    district: DistrictId,
    log: Log,
    filter: &Filter,
    most: usize,
) -> Result<Vec<LogLine>, StoreError> {
    let (table, at, actor, kind, detail) = match log {
        Log::Trail => ("command_log", "l.recorded_at", "l.actor_id", "l.kind", "''"),
        Log::Access => ("access_log", "l.at", "l.user_id", "l.action", "l.detail"),
    };
    let mut args = args![district];
    let mut conditions = filter.conditions(at, kind, &mut args);
    if let Some(user) = filter.user {
        conditions.push_str(&format!(" AND {actor} = {}", args.push(user)));
    }
    let sql = format!(
        "SELECT l.id, {at} AS at, {actor} AS user_id, u.name AS user_name, u.login, {kind} AS kind, \
         l.subject_kind, l.subject_id, {detail} AS detail FROM {table} l \
         LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = {actor} \
         WHERE l.district_id = $1{conditions} ORDER BY {at} DESC, l.id DESC LIMIT {most}"
    );
    db.all(&sql, args).await
}

/// The user with a login. Index: unique key.
pub(super) async fn user_by_login(
    db: &impl Query,
    district: DistrictId,
    login: &str,
) -> Result<Option<Id>, StoreError> {
    let row: Option<(Id,)> = db
        .first("SELECT id FROM app_user WHERE district_id = $1 AND login = $2", args![district, login])
        .await?;
    Ok(row.map(|row| row.0))
}
