//! The shell of every page: who is let in, what surrounds an answer.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::support::TestApp;

#[db_test]
async fn a_stranger_is_sent_to_sign_in_and_a_user_sees_his_home(db: TestDatabase) {
    let test = TestApp::start(db).await;
    assert_eq!(test.anonymous().get("/").await.to(), "/masuk");
    let coordinator = test.with_role(Role::UnitCoordinator).await;
    let home = coordinator.get("/").await.ok();
    assert!(home.contains("Selamat datang"), "{home}");
    assert!(home.contains("Senin, 2 November 2026"), "{home}");
}

#[db_test]
async fn every_answer_carries_the_security_headers(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for path in ["/", "/healthz", "/tidak-ada"] {
        let answer = test.anonymous().get(path).await;
        let csp = answer.headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(csp.contains("default-src 'none'") && !csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(answer.headers.get("x-content-type-options").unwrap(), "nosniff", "{path}");
        assert_eq!(answer.headers.get("referrer-policy").unwrap(), "same-origin", "{path}");
        assert_eq!(answer.headers.get("cache-control").unwrap(), "no-store", "{path}");
        assert!(answer.headers.contains_key("strict-transport-security"), "{path}");
    }
}

#[db_test]
async fn a_form_from_another_site_is_refused(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let user = test.with_role(Role::Leader).await;
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/bahasa")
        .header("host", "asuh.test")
        .header("sec-fetch-site", "cross-site")
        .header("cookie", user.cookie.clone().unwrap())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("bahasa=en"))
        .unwrap();
    assert_eq!(user.send(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(user.post("/bahasa", &[("bahasa", "en"), ("kembali", "//evil.test")]).await.to(), "/");
}

#[db_test]
async fn an_unknown_page_has_a_way_out_and_no_stack(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let answer = test.anonymous().get("/tidak-ada").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("Halaman tidak ditemukan") && answer.body.contains("href=\"/\""));
}

#[db_test]
async fn a_session_ends_when_it_is_idle(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let leader = test.with_role(Role::Leader).await;
    leader.get("/").await.ok();
    test.db.clock.advance(31 * 60);
    assert_eq!(leader.get("/").await.to(), "/masuk");
}

#[db_test]
async fn a_long_menu_stands_under_headings_in_the_order_of_the_datas_way(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/pengguna").await.ok();
    let menu = page.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
    let headings: Vec<&str> =
        menu.split("<summary>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    let wanted = [
        "Sasaran",
        "Pemberi",
        "Setoran",
        "Gudang dan kas",
        "Penyaluran",
        "Pendampingan",
        "Konvergensi",
        "Laporan",
        "Pelindungan data",
        "Pengelolaan",
    ];
    assert_eq!(headings, wanted, "{menu}");
    let place =
        |path: &str| menu.find(&format!("href=\"{path}\"")).unwrap_or_else(|| panic!("{path}: {menu}"));
    assert!(place("/impor") < place("/gerakan"), "lists come in first");
    assert!(place("/gudang") < place("/penyaluran") && place("/penyaluran") < place("/dasbor"));
    assert!(menu.contains("class=\"here\"") && menu.matches("aria-current").count() == 1, "{menu}");
    // On a phone it is folded away until it is asked for.
    let css = test.anonymous().get(&asuh_ground::web::assets().css).await.ok();
    assert!(
        css.contains(".top nav .menu-switch:not(:checked) ~ ul { display: none; }"),
        "stronger than .groups"
    );
    // Who has few entries sees them side by side.
    let giver = test.with_role(Role::Sponsor).await;
    let page = giver.get("/").await.ok();
    assert!(!page.contains("<details name=\"menu\"") && page.contains("href=\"/janji\""), "{page}");
}

#[db_test]
async fn the_summary_of_errors_names_each_field_and_leads_to_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.post("/pengguna/baru", &[]).await.refused();
    for wanted in [
        "<a href=\"#f-nama_lengkap\">Nama lengkap: Isian ini wajib diisi.</a>",
        "<a href=\"#f-nama\">Nama pengguna: Isian ini wajib diisi.</a>",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
}
