//! One's own account: roles in words, password, second factor, the browsers one is signed in with.

mod command;

use askama::Template;
use asuh_store::{Instant, Query, args};
use axum::extract::State;

use super::activation::new_password;
use super::attempts::{Counted, Origin};
use super::signin::{Setup, add_cookie, begin, codes_page, confirmed, failed, opening, signed_out, too_many};
use super::user::{self, User};
use super::users::{GrantLine, grants_of};
use super::{Actor, Cap, SignedIn, password, session};
use crate::App;
use crate::web::{Error, Form, FormView, Page, Routes, Shell, page, page_with, see_other};
use command::{ChangePassword, EndSessions};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SignedIn, _>("/akun", get)
        .post::<SignedIn, _>("/akun/sandi", change_password)
        .get::<SignedIn, _>("/akun/kode", setup)
        .post::<SignedIn, _>("/akun/kode", confirm)
        .post::<SignedIn, _>("/akun/keluar-semua", end_sessions)
}

asuh_store::row_struct! {
    struct SessionLine { token_hash: Vec<u8>, created_at: Instant, seen_at: Instant, complete: bool, browser: String }
}

#[derive(Template)]
#[template(path = "access/account/account.html")]
struct AccountPage {
    shell: Shell,
    f: FormView,
    title: String,
    user: User,
    grants: Vec<GrantLine>,
    sessions: Vec<(SessionLine, bool)>,
    spare_left: i64,
}

async fn show(app: &App, actor: &Actor, shell: Shell, form: &Form) -> Page {
    let db = app.store.reader();
    let user = own(app, actor).await?;
    let grants = grants_of(db, actor.district, actor.user, app.store.clock().now()).await?;
    // Index: session_by_user.
    let sessions: Vec<SessionLine> = db
        .all(
            "SELECT token_hash, created_at, seen_at, complete, browser FROM session \
             WHERE district_id = $1 AND user_id = $2 AND expires_at > $3 AND seen_at > $4 \
             ORDER BY seen_at DESC LIMIT 50",
            args![
                actor.district,
                actor.user,
                app.store.clock().now(),
                app.store.clock().now().plus_seconds(-session::IDLE_MINUTES * 60)
            ],
        )
        .await?;
    let sessions = sessions.into_iter().map(|line| (line.token_hash == actor.session, line));
    let sessions = sessions.map(|(this, line)| (line, this)).collect();
    let spare_left = db
        .number(
            "SELECT COUNT(*) AS n FROM recovery_code \
             WHERE district_id = $1 AND user_id = $2 AND used_at IS NULL",
            args![actor.district, actor.user],
        )
        .await?;
    let title = shell.t("access.account.title").into_owned();
    let title = if form.is_valid() { title } else { format!("{}{title}", shell.t("web.form.error_title")) };
    let template = AccountPage { f: form.view(), title, user, grants, sessions, spare_left, shell };
    page_with(form.status(), &template)
}

async fn own(app: &App, actor: &Actor) -> Result<User, Error> {
    user::by_id(app.store.reader(), actor.district, actor.user).await?.ok_or(Error::SignInFirst)
}

async fn get(cap: Cap<SignedIn>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show(&app, cap.actor(), shell, &form).await
}

/// Asks for the present password, counted like a sign-in; seconds to wait when there were too many wrong ones.
async fn present_password(
    app: &App,
    actor: &Actor,
    user: &User,
    origin: &Origin,
    form: &mut Form,
) -> Result<Result<Counted, i64>, Error> {
    let counted = Counted::user(app.store.secrets(), actor.district, "tries/present", actor.user)?;
    if user.password_hash.is_none() {
        // Nobody has chosen one yet: a demo user who came in by his code.
        return Ok(Ok(counted));
    }
    let address = Counted::address(app, actor.district, &origin.address).await?;
    let wait = begin(app, actor.district, Some(counted), address).await?;
    if wait > 0 {
        return Ok(Err(wait));
    }
    let typed = form.raw("sandi").chars().take(password::LONGEST + 1).collect();
    if !password::verify(typed, user.password_hash.clone()).await?.right {
        failed(app, actor.district, address, Some(actor.user), "present_password_failed", origin).await?;
        form.error("sandi", "access.refused.present");
    }
    Ok(Ok(counted))
}

async fn change_password(
    cap: Cap<SignedIn>,
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    mut form: Form,
) -> Page {
    let actor = cap.actor();
    let user = own(&app, actor).await?;
    let counted = match present_password(&app, actor, &user, &origin, &mut form).await? {
        Ok(counted) => counted,
        Err(wait) => return too_many(shell, wait),
    };
    let chosen = new_password(&mut form, &user.login, &user.name);
    let Some(chosen) = chosen.filter(|_| form.is_valid()) else {
        return show(&app, actor, shell, &form).await;
    };
    let hash = password::hash(chosen).await?;
    let token = session::new_token();
    let command =
        ChangePassword { password_hash: hash, session: opening(actor.user, &token, true, &origin), counted };
    let repeated = match app.submit(actor, form.command_id()?, command).await {
        Ok(receipt) => receipt.repeated,
        Err(rejection) => {
            form.reject(rejection)?;
            return show(&app, actor, shell, &form).await;
        }
    };
    let mut response = see_other("/akun");
    if !repeated {
        add_cookie(&mut response, &session::set_cookie(actor.district, &token));
    }
    Ok(response)
}

const IN_ACCOUNT: (&str, bool) = ("/akun/kode", true);

async fn setup(cap: Cap<SignedIn>, State(app): State<App>, shell: Shell) -> Page {
    let user = own(&app, cap.actor()).await?;
    let form = Form::empty(&shell);
    page(&Setup::new(&app, shell, &form, cap.district(), &user, IN_ACCOUNT)?)
}

async fn confirm(
    cap: Cap<SignedIn>,
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    mut form: Form,
) -> Page {
    let actor = cap.actor();
    let user = own(&app, actor).await?;
    if let Err(wait) = present_password(&app, actor, &user, &origin, &mut form).await? {
        return too_many(shell, wait);
    }
    let ready = confirmed(&app, &mut form, actor.district, &user, &origin)?;
    let Some((command, shown)) = ready.filter(|_| form.is_valid()) else {
        return page_with(form.status(), &Setup::new(&app, shell, &form, actor.district, &user, IN_ACCOUNT)?);
    };
    app.submit(actor, form.command_id()?, command).await?;
    codes_page(shell, &user.login, shown)
}

async fn end_sessions(cap: Cap<SignedIn>, State(app): State<App>, form: Form) -> Page {
    let actor = cap.actor();
    app.submit(actor, form.command_id()?, EndSessions { user: actor.user }).await?;
    Ok(signed_out("/masuk"))
}
