//! access: through the real router, as its users do it, on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::support::{Answer, Client, KERINCI, TestApp};

const PASSWORD: &str = " telur ayam di pagi hari ";

/// A user with a role over the district who can sign in with [`PASSWORD`], and his activation code used up.
async fn member(test: &TestApp, role: Role, login: &str) -> Id {
    let user = test.with_role(role).await.user;
    test.sql("DELETE FROM session", args![]).await;
    test.sql("UPDATE app_user SET login = $1 WHERE id = $2", args![login, user]).await;
    let browser = activate(test, login, user).await;
    assert!(browser.cookie.is_some());
    test.sql("DELETE FROM session", args![]).await;
    user
}

/// An activation code for a user, as the admin's page would make it.
async fn code_for(test: &TestApp, user: Id) -> String {
    let code = "ABCDEFGHJK";
    let hash = test.app.store.secrets().lookup(KERINCI, "activation", code).unwrap();
    let now = test.app.store.clock().now();
    test.sql("DELETE FROM activation_code WHERE code_hash = $1", args![hash]).await;
    test.sql(
        "INSERT INTO activation_code (district_id, code_hash, user_id, created_at, expires_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, NULL)",
        args![KERINCI, hash, user, now, now.plus_seconds(72 * 3600)],
    )
    .await;
    "abcd-efgh-jk".to_owned()
}

async fn activate(test: &TestApp, login: &str, user: Id) -> Client {
    let code = code_for(test, user).await;
    let mut client = test.anonymous();
    let page = client.post("/aktivasi", &[("kode", &code)]).await.ok();
    assert!(page.contains(login), "{page}");
    let answer = client
        .post("/aktivasi/sandi", &[("kode", &code), ("sandi_baru", PASSWORD), ("sandi_ulang", PASSWORD)])
        .await;
    client.keep(&answer);
    answer.to();
    client
}

async fn sign_in(client: &mut Client, login: &str, password: &str) -> Answer {
    let answer = client.post("/masuk", &[("nama", login), ("sandi", password)]).await;
    client.keep(&answer);
    answer
}

#[db_test]
async fn a_user_signs_in_and_out(db: TestDatabase) {
    let test = TestApp::start(db).await;
    member(&test, Role::Cadre, "kader.rina").await;
    let mut client = test.anonymous();
    assert_eq!(client.get("/").await.to(), "/masuk");
    client.get("/masuk").await.ok();
    let answer = sign_in(&mut client, " Kader.Rina ", PASSWORD).await;
    let cookie = answer.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    for part in ["__Host-sesi=1.", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(answer.to(), "/");
    client.get("/").await.ok();
    assert_eq!(client.get("/masuk").await.to(), "/");
    let first = client.clone();
    // Signing in again gives a new token, and the old one is dead.
    sign_in(&mut client, "kader.rina", PASSWORD).await.to();
    assert_ne!(first.cookie, client.cookie);
    assert_eq!(first.get("/").await.to(), "/masuk");
    let out = client.post("/keluar", &[]).await;
    assert_eq!(out.headers.get("clear-site-data").unwrap(), "\"cache\", \"storage\"");
    assert_eq!(out.to(), "/masuk");
    assert_eq!(client.get("/").await.to(), "/masuk");
}

#[db_test]
async fn an_unknown_user_is_answered_like_a_known_one(db: TestDatabase) {
    let test = TestApp::start(db).await;
    member(&test, Role::Cadre, "kader.rina").await;
    let mut known = test.anonymous().post("/masuk", &[("nama", "kader.rina"), ("sandi", "salah")]).await;
    let mut unknown = test.anonymous().post("/masuk", &[("nama", "kader.rino"), ("sandi", "salah")]).await;
    for answer in [&mut known, &mut unknown] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.headers.get("set-cookie").is_none());
        // What was typed stays, the password does not; only login and form id differ.
        let id = answer.body.split("name=\"_id\" value=\"").nth(1).unwrap()[..36].to_owned();
        answer.body = answer.body.replace(&id, "").replace("kader.rino", "kader.rina");
    }
    assert!(known.body.contains("value=\"kader.rina\"") && !known.body.contains("salah\""));
    assert_eq!(known.body, unknown.body);
    // Trailing spaces are part of a password.
    let trimmed =
        test.anonymous().post("/masuk", &[("nama", "kader.rina"), ("sandi", PASSWORD.trim())]).await;
    trimmed.refused();
    let logged =
        test.number("SELECT COUNT(*) AS n FROM access_log WHERE action = 'sign_in_failed'", args![]).await;
    assert_eq!(logged, 3);
}

#[db_test]
async fn five_wrong_tries_close_the_door_for_a_while(db: TestDatabase) {
    let test = TestApp::start(db).await;
    member(&test, Role::Cadre, "kader.rina").await;
    let mut known = test.anonymous();
    sign_in(&mut known, "kader.rina", PASSWORD).await.to();
    for login in ["kader.rina", "tidak.ada"] {
        // An address is closed too: move its counter away to see the account's own.
        test.sql("DELETE FROM sign_in_counter", args![]).await;
        for _ in 0..5 {
            test.anonymous().post("/masuk", &[("nama", login), ("sandi", "salah")]).await.refused();
        }
        let answer = test.anonymous().post("/masuk", &[("nama", login), ("sandi", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers.get("retry-after").unwrap(), "900");
        assert!(answer.body.contains("15 menit"), "{}", answer.body);
        let other = test.anonymous().post("/masuk", &[("nama", "lain"), ("sandi", "x")]).await;
        assert_eq!(other.status, StatusCode::TOO_MANY_REQUESTS, "the address");
    }
    // Wrong tries while closed do not make it longer; afterwards one more wrong one doubles the wait.
    test.db.clock.advance(901);
    test.anonymous().post("/masuk", &[("nama", "kader.rina"), ("sandi", "salah")]).await.refused();
    let answer = test.anonymous().post("/masuk", &[("nama", "kader.rina"), ("sandi", "salah")]).await;
    assert_eq!(answer.headers.get("retry-after").unwrap(), "1800");
    // Never for good: an hour is the longest, and then the right password opens.
    test.db.clock.advance(3601);
    sign_in(&mut test.anonymous(), "kader.rina", PASSWORD).await.to();
}

#[db_test]
async fn a_stranger_cannot_keep_a_known_browser_out(db: TestDatabase) {
    let test = TestApp::start(db).await;
    member(&test, Role::Cadre, "kader.rina").await;
    let mut known = test.anonymous();
    sign_in(&mut known, "kader.rina", PASSWORD).await.to();
    known.post("/keluar", &[]).await.to();
    for _ in 0..5 {
        test.anonymous().post("/masuk", &[("nama", "kader.rina"), ("sandi", "salah")]).await.refused();
    }
    // The stranger sits elsewhere: his address is not the user's.
    let here = test.app.store.secrets().lookup(KERINCI, "tries/address", "unknown").unwrap();
    test.sql("DELETE FROM sign_in_counter WHERE subject_hash = $1", args![here]).await;
    let stranger = test.anonymous().post("/masuk", &[("nama", "kader.rina"), ("sandi", PASSWORD)]).await;
    assert_eq!(stranger.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(sign_in(&mut known, "kader.rina", PASSWORD).await.to(), "/");
}

#[db_test]
async fn what_is_typed_as_a_login_never_reaches_a_log(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let typed = "rina\r\n2026-11-02 ERROR forged";
    test.anonymous().post("/masuk", &[("nama", typed), ("sandi", "salah sekali")]).await.refused();
    let forged = test
        .number(
            "SELECT COUNT(*) AS n FROM access_log WHERE detail LIKE '%forged%' OR action LIKE '%forged%'",
            args![],
        )
        .await;
    assert_eq!(forged, 0);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM access_log", args![]).await, 1);
}

#[db_test]
async fn an_activation_code_works_once_and_for_three_days(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let user = test.with_role(Role::Cadre).await.user;
    let code = code_for(&test, user).await;
    let client = test.anonymous();
    client.get("/aktivasi").await.ok();
    client.post("/aktivasi", &[("kode", "ZZZZ-ZZZZ-ZZ")]).await.refused();
    for (chosen, again) in [("xq7z", "xq7z"), ("kerinci12345", "kerinci12345"), (PASSWORD, "lain sekali lho")]
    {
        let fields = [("kode", code.as_str()), ("sandi_baru", chosen), ("sandi_ulang", again)];
        let page = client.post("/aktivasi/sandi", &fields).await.refused();
        assert!(!page.contains(chosen), "a password is never shown again");
    }
    let fields = [("kode", code.as_str()), ("sandi_baru", PASSWORD), ("sandi_ulang", PASSWORD)];
    client.post("/aktivasi/sandi", &fields).await.to();
    client.post("/aktivasi/sandi", &fields).await.refused();
    client.post("/aktivasi", &[("kode", &code)]).await.refused();

    test.sql("DELETE FROM sign_in_counter", args![]).await;
    let late = code_for(&test, user).await;
    test.db.clock.advance(72 * 3600 + 1);
    client.post("/aktivasi", &[("kode", &late)]).await.refused();
    let late = code_for(&test, user).await;
    for _ in 0..4 {
        client.post("/aktivasi", &[("kode", "YYYY-YYYY-YY")]).await;
    }
    let closed = client.post("/aktivasi", &[("kode", &late)]).await;
    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
}

/// The secret that a set-up page shows, and the sealed ticket in its form.
fn shown_secret(page: &str) -> (Vec<u8>, String) {
    let spelled = page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
    let ticket = page.split("name=\"tiket\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    (secret, ticket.to_owned())
}

fn app_code(test: &TestApp, secret: &[u8]) -> String {
    let app = totp_rs::Builder::new().with_secret(secret.to_vec()).build().unwrap();
    app.generate((test.app.store.clock().now().0 / 1000) as u64).to_string()
}

#[db_test]
async fn a_second_factor_is_set_up_asked_and_never_counts_twice(db: TestDatabase) {
    let test = TestApp::start(db).await;
    member(&test, Role::DistrictAdmin, "admin").await;
    let mut client = test.anonymous();
    assert_eq!(sign_in(&mut client, "admin", PASSWORD).await.to(), "/masuk/kode");
    assert_eq!(client.get("/").await.to(), "/masuk", "half signed in is not signed in");
    assert_eq!(client.get("/akun").await.to(), "/masuk");
    assert_eq!(client.get("/masuk/kode").await.to(), "/masuk/kode/pasang");
    let page = client.get("/masuk/kode/pasang").await.ok();
    let (secret, ticket) = shown_secret(&page);
    assert!(page.contains("<svg"));
    let wrong = client.post("/masuk/kode/pasang", &[("tiket", &ticket), ("kode", "000000")]).await.refused();
    assert_eq!(shown_secret(&wrong), (secret.clone(), ticket.clone()), "the same secret is kept");
    let code = app_code(&test, &secret);
    let answer = client.post("/masuk/kode/pasang", &[("tiket", &ticket), ("kode", &code)]).await;
    client.keep(&answer);
    let page = answer.ok();
    let spare: Vec<String> = page.split("<li><code>").skip(1).map(|part| part[..12].to_owned()).collect();
    assert_eq!(spare.len(), 8, "{page}");
    client.get("/").await.ok();
    let stored = test.number("SELECT COUNT(*) AS n FROM recovery_code WHERE used_at IS NULL", args![]).await;
    assert_eq!(stored, 8);

    // The code that set it up is spent; the next one works, once.
    let mut client = test.anonymous();
    sign_in(&mut client, "admin", PASSWORD).await.to();
    client.get("/masuk/kode").await.ok();
    assert_eq!(client.get("/masuk/kode/pasang").await.to(), "/masuk/kode");
    let page = client.post("/masuk/kode", &[("kode", &code)]).await.refused();
    let field = page.split("<input id=\"f-kode\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(field.contains("type=\"text\"") && !field.contains(code.as_str()), "seen, not kept: {field}");
    test.db.clock.advance(30);
    let next = app_code(&test, &secret);
    let half = client.clone();
    let answer = client.post("/masuk/kode", &[("kode", &next)]).await;
    client.keep(&answer);
    assert_eq!(answer.to(), "/");
    client.get("/").await.ok();
    assert_ne!(half.cookie, client.cookie);
    assert_eq!(half.get("/masuk/kode").await.to(), "/masuk", "the half session is over");
    let mut replay = test.anonymous();
    sign_in(&mut replay, "admin", PASSWORD).await.to();
    replay.post("/masuk/kode", &[("kode", &next)]).await.refused();
    // A spare code, once.
    let answer = replay.post("/masuk/kode", &[("kode", &spare[0])]).await;
    replay.keep(&answer);
    assert_eq!(answer.to(), "/");
    let mut again = test.anonymous();
    sign_in(&mut again, "admin", PASSWORD).await.to();
    again.post("/masuk/kode", &[("kode", &spare[0])]).await.refused();
    for _ in 0..4 {
        again.post("/masuk/kode", &[("kode", "123456")]).await;
    }
    let closed = again.post("/masuk/kode", &[("kode", &spare[1])]).await;
    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
}

#[db_test]
async fn in_the_demo_a_code_signs_in_at_once(db: TestDatabase) {
    let test = TestApp::demo(db).await;
    let user = test.with_role(Role::DistrictAdmin).await.user;
    let code = code_for(&test, user).await;
    for _ in 0..2 {
        let mut client = test.anonymous();
        let answer = client.post("/aktivasi", &[("kode", &code)]).await;
        client.keep(&answer);
        assert_eq!(answer.to(), "/");
        client.get("/").await.ok();
    }
}

#[db_test]
async fn an_old_hash_is_made_anew_at_sign_in(db: TestDatabase) {
    use argon2::PasswordHasher;
    let test = TestApp::start(db).await;
    let user = member(&test, Role::Cadre, "kader.rina").await;
    let params = argon2::Params::new(8 * 1024, 1, 1, None).unwrap();
    let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash = weak.hash_password(b"cukup panjang dulu").unwrap().to_string();
    test.sql("UPDATE app_user SET password_hash = $1 WHERE id = $2", args![hash, user]).await;
    sign_in(&mut test.anonymous(), "kader.rina", "cukup panjang dulu").await.to();
    let strong =
        "SELECT COUNT(*) AS n FROM app_user WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(test.number(strong, args![]).await, 1);
    sign_in(&mut test.anonymous(), "kader.rina", "cukup panjang dulu").await.to();
}

#[db_test]
async fn the_account_page_changes_the_password_and_ends_sessions(db: TestDatabase) {
    let test = TestApp::start(db).await;
    member(&test, Role::Cadre, "kader.rina").await;
    let (mut here, mut there) = (test.anonymous(), test.anonymous());
    sign_in(&mut here, "kader.rina", PASSWORD).await.to();
    sign_in(&mut there, "kader.rina", PASSWORD).await.to();
    let page = here.get("/akun").await.ok();
    assert!(page.contains("Kader/TPK") && page.contains("Kabupaten Kerinci"), "{page}");
    let new = "kopi pahit sore hari";
    let fields = |now, one, two| [("sandi", now), ("sandi_baru", one), ("sandi_ulang", two)];
    here.post("/akun/sandi", &fields("salah", new, new)).await.refused();
    here.post("/akun/sandi", &fields(PASSWORD, new, "lain")).await.refused();
    let answer = here.post("/akun/sandi", &fields(PASSWORD, new, new)).await;
    let old = here.clone();
    here.keep(&answer);
    assert_eq!(answer.to(), "/akun");
    here.get("/akun").await.ok();
    assert_eq!(old.get("/akun").await.to(), "/masuk", "a new token");
    assert_eq!(there.get("/akun").await.to(), "/masuk", "the other browser is signed out");
    sign_in(&mut there, "kader.rina", PASSWORD).await.refused();
    sign_in(&mut there, "kader.rina", new).await.to();
    assert_eq!(here.post("/akun/keluar-semua", &[]).await.to(), "/masuk");
    assert_eq!(here.get("/").await.to(), "/masuk");
    assert_eq!(there.get("/").await.to(), "/masuk");
}

/// What a fresh user of the admin's page is: his id, from where the form leads.
async fn added(admin: &Client, login: &str, name: &str) -> String {
    let to = admin.post("/pengguna/baru", &[("nama", login), ("nama_lengkap", name)]).await.to();
    to.strip_prefix("/pengguna/").unwrap().strip_suffix("/peran").unwrap().to_owned()
}

#[db_test]
async fn an_admin_makes_a_user_with_a_role_and_a_code(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let school = test.institution("opd", "Dinas Pendidikan", None).await;
    let unit = test.institution("unit", "SDN 1", Some(school)).await;
    let page = admin.post("/pengguna/baru", &[("nama", "Rina R"), ("nama_lengkap", "Rina")]).await.refused();
    assert!(page.contains("value=\"Rina R\""), "{page}");
    let id = added(&admin, "rina.r", "Rina Rahmayanti").await;
    let again = admin.post("/pengguna/baru", &[("nama", "rina.r"), ("nama_lengkap", "Lain")]).await.refused();
    assert!(again.contains("sudah dipakai"));
    let form = admin.get(&format!("/pengguna/{id}/peran?kecamatan=1501010000&lembaga={school}")).await.ok();
    assert!(form.contains("Selam Paung") && form.contains("SDN 1"), "{form}");
    let path = format!("/pengguna/{id}/peran");
    let unit_text = unit.to_string();
    for wrong in [
        vec![("peran", ""), ("unit", unit_text.as_str())],
        vec![("peran", "treasurer")],
        vec![("peran", "cadre")],
        vec![("peran", "cadre"), ("wilayah", "1502012001")],
        vec![("peran", "cadre"), ("wilayah", "1501012001"), ("rw", "tiga")],
        vec![("peran", "treasurer"), ("unit", "018f0000-0000-7000-8000-000000000001")],
        vec![("peran", "auditor"), ("wilayah", "1501000000")],
        vec![("peran", "auditor"), ("wilayah", "1501000000"), ("sampai", "1-6-2027")],
        vec![("peran", "leader"), ("wilayah", "1501000000"), ("sampai", "1-6-2026")],
    ] {
        admin.post(&path, &wrong).await.refused();
    }
    admin.post(&path, &[("peran", "cadre"), ("wilayah", "1501012001"), ("rw", "3")]).await.to();
    admin.post(&path, &[("peran", "treasurer"), ("unit", &unit_text)]).await.to();
    let both = admin.post(&path, &[("peran", "warehouse_keeper"), ("unit", &unit_text)]).await.refused();
    assert!(both.contains("sudah memegang peran Bendahara"), "{both}");
    let shown = admin.get(&format!("/pengguna/{id}")).await.ok();
    assert!(shown.contains("Selam Paung RW 003") && shown.contains("SDN 1"), "{shown}");

    let list = admin.get("/pengguna").await.ok();
    assert!(list.contains("Rina Rahmayanti") && list.contains("Belum aktivasi"));
    let found = admin.post("/pengguna/cari", &[("cari", "RAHMA")]).await.ok();
    assert!(found.contains("rina.r") && found.matches("data-th=\"Nama lengkap\"").count() == 1, "{found}");
    assert!(!admin.post("/pengguna/cari", &[("cari", "%")]).await.ok().is_empty());

    // The code is on the answer alone; the same form gives the same code, another form ends it.
    let form = crate::support::new_form_id();
    let slip = |page: String| page.split("<code class=\"big\">").nth(1).unwrap()[..12].to_owned();
    let path = format!("/pengguna/{id}/kode");
    let code = slip(admin.post_as(&path, &form, &[]).await.ok());
    assert_eq!(slip(admin.post_as(&path, &form, &[]).await.ok()), code);
    let newer = slip(admin.post(&path, &[]).await.ok());
    assert_ne!(code, newer);
    test.anonymous().post("/aktivasi", &[("kode", &code)]).await.refused();
    test.anonymous().post("/aktivasi", &[("kode", &newer)]).await.ok();

    // For a whole office at once, printed or as a spreadsheet; only for those who are not active.
    admin.post("/pengguna/kode", &[("unit", ""), ("bentuk", "cetak")]).await.refused();
    let printed =
        admin.post("/pengguna/kode", &[("unit", &school.to_string()), ("bentuk", "cetak")]).await.ok();
    assert!(printed.contains("Rina Rahmayanti") && !printed.contains(&newer));
    let sheet = admin.post("/pengguna/kode", &[("unit", "semua"), ("bentuk", "xlsx")]).await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert!(sheet.headers["content-disposition"].to_str().unwrap().contains("kode-aktivasi.xlsx"));
    test.sql("UPDATE app_user SET activated_at = 1", args![]).await;
    admin.post("/pengguna/kode", &[("unit", "semua"), ("bentuk", "cetak")]).await.refused();
}

#[db_test]
async fn roles_end_at_once_and_an_admin_keeps_his_own(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let leader = test.with_role(Role::Leader).await;
    leader.get("/").await.ok();
    let id = |test: &TestApp, user| {
        let reader = test.app.store.reader().clone();
        async move {
            use asuh_store::Query;
            let row: Option<(Id,)> =
                reader.first("SELECT id FROM user_grant WHERE user_id = $1", args![user]).await.unwrap();
            row.unwrap().0.to_string()
        }
    };
    let own = id(&test, admin.user).await;
    let path = format!("/pengguna/{}/cabut", admin.user);
    admin.post(&path, &[("peran", &own)]).await.refused();
    admin.get("/pengguna").await.ok();
    admin.post(&format!("/pengguna/{}/nonaktif", admin.user), &[]).await.refused();

    let grant = id(&test, leader.user).await;
    let path = format!("/pengguna/{}/cabut", leader.user);
    let foreign = admin.post(&path, &[("peran", &own)]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "a grant of somebody else");
    admin.post(&path, &[("peran", &grant)]).await.to();
    assert_eq!(leader.get("/").await.to(), "/masuk");

    // Disabled: the next request is refused, codes end, signing in does not work.
    let cadre = member(&test, Role::Cadre, "kader.rina").await;
    let admin = test.sign_in(admin.user).await;
    let mut browser = test.anonymous();
    sign_in(&mut browser, "kader.rina", PASSWORD).await.to();
    let code = code_for(&test, cadre).await;
    admin.post(&format!("/pengguna/{cadre}/nonaktif"), &[]).await.to();
    assert_eq!(browser.get("/").await.to(), "/masuk");
    sign_in(&mut browser, "kader.rina", PASSWORD).await.refused();
    browser.post("/aktivasi", &[("kode", &code)]).await.refused();
    assert_eq!(admin.post(&format!("/pengguna/{cadre}/kode"), &[]).await.status, StatusCode::NOT_FOUND);
    admin.post(&format!("/pengguna/{cadre}/aktif"), &[]).await.to();
    sign_in(&mut browser, "kader.rina", PASSWORD).await.to();
}

#[db_test]
async fn a_right_revoked_while_a_request_runs_writes_nothing(db: TestDatabase) {
    use asuh_ground::access::{AddUsers, NewUser, session};
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("cookie", admin.cookie.clone().unwrap().parse().unwrap());
    let actor = session::caller(&test.app, &headers).await.unwrap().unwrap();
    // Between the request's first look and its write the grant is taken away.
    test.sql("UPDATE app_user SET grants_version = grants_version + 1 WHERE id = $1", args![admin.user])
        .await;
    let user = NewUser { login: "baru".into(), name: "Baru".into(), sponsor: None, grants: Vec::new() };
    let sent = test.app.submit(&actor, test.app.store.new_id(), AddUsers { users: vec![user] }).await;
    assert!(
        matches!(sent, Err(asuh_store::Rejection::Refused(r)) if r.code == "web.error.authority_changed")
    );
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM app_user WHERE login = 'baru'", args![]).await, 0);
}

#[db_test]
async fn only_admins_manage_users_and_the_rules_are_data(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let cadre = test.with_role(Role::Cadre).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    for path in ["/pengguna", "/pengguna/baru", "/pengguna/aturan", "/pengguna/kode"] {
        assert_eq!(cadre.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(test.anonymous().get(path).await.to(), "/masuk", "{path}");
        admin.get(path).await.ok();
    }
    assert_eq!(
        admin.get("/pengguna/018f0000-0000-7000-8000-000000000001").await.status,
        StatusCode::NOT_FOUND
    );
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let refused =
        "SELECT COUNT(*) AS n FROM access_log WHERE action = 'refused' AND detail = '/pengguna/aturan'";
    assert_eq!(test.number(refused, args![]).await, 1);
    let page = admin.get("/pengguna/aturan").await.ok();
    assert!(page.contains("Bendahara + Petugas gudang"), "{page}");
    let pair = [("peran_satu", "leader"), ("peran_dua", "auditor"), ("hari", "30")];
    admin
        .post("/pengguna/aturan", &[("peran_satu", "leader"), ("peran_dua", "leader"), ("hari", "30")])
        .await
        .refused();
    admin.post("/pengguna/aturan", &pair).await.to();
    let id = added(&admin, "rina.r", "Rina").await;
    let path = format!("/pengguna/{id}/peran");
    admin.post(&path, &[("peran", "leader"), ("wilayah", "1501000000")]).await.to();
    let auditor = |day| [("peran", "auditor"), ("wilayah", "1501000000"), ("sampai", day)];
    assert!(admin.post(&path, &auditor("20-11-2026")).await.refused().contains("Pimpinan"));
    admin.post("/pengguna/aturan", &[("hari", "30")]).await.to();
    admin.post(&path, &auditor("20-12-2026")).await.refused();
    admin.post(&path, &auditor("20-11-2026")).await.to();
}

#[db_test]
async fn the_console_makes_the_first_admin(db: TestDatabase) {
    use asuh_ground::access::cli;
    let test = TestApp::start(db).await;
    let code = cli::add(&test.app, KERINCI, "Admin", "Ibu Admin", Role::DistrictAdmin, &[]).await.unwrap();
    assert_eq!(code.len(), 12);
    assert!(cli::add(&test.app, KERINCI, "admin", "Lain", Role::DistrictAdmin, &[]).await.is_err());
    let client = test.anonymous();
    client.post("/aktivasi", &[("kode", &code)]).await.ok();
    let newer = cli::new_code(&test.app, KERINCI, "admin").await.unwrap();
    client.post("/aktivasi", &[("kode", &code)]).await.refused();
    client.post("/aktivasi", &[("kode", &newer)]).await.ok();
    cli::disable(&test.app, KERINCI, "admin").await.unwrap();
    client.post("/aktivasi", &[("kode", &newer)]).await.refused();
    let users = cli::list(&test.app, KERINCI).await.unwrap();
    assert_eq!((users.len(), users[0].roles.as_str()), (1, "district_admin"));
    assert!(users[0].disabled_at.is_some());
    assert!(cli::new_code(&test.app, KERINCI, "tidak.ada").await.is_err());
}

#[db_test]
async fn ended_sessions_and_old_codes_are_removed_and_what_holds_stays(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    admin.post("/pengguna/baru", &[("nama", "rina"), ("nama_lengkap", "Rina")]).await.to();
    let slips = admin.post("/pengguna/kode", &[("unit", "semua"), ("bentuk", "cetak")]).await.ok();
    assert!(slips.contains("Buka asuh.test/aktivasi"), "the slip says the whole address: {slips}");
    let rows = |table: &'static str| {
        let test = &test;
        async move { test.number(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await }
    };
    assert_eq!((rows("session").await, rows("activation_code").await), (1, 1));
    assert_eq!(asuh_ground::access::expiry::purge(&test.app).await.unwrap(), 0);
    assert_eq!((rows("session").await, rows("activation_code").await), (1, 1));
    test.db.clock.advance(40 * 86_400);
    test.with_role(Role::Leader).await;
    assert_eq!(asuh_ground::access::expiry::purge(&test.app).await.unwrap(), 2);
    assert_eq!((rows("session").await, rows("activation_code").await), (1, 0));
}
