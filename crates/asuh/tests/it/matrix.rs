//! Every route, tried by every role and by nobody: the table of rights as it is lived.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_ground::web::{Access, Method};
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::support::{Client, TestApp, VILLAGES};

/// A route's path with something in its places: a village, a week, a page of settings; else an id of nothing.
pub fn filled(test: &TestApp, path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "{code}" | "{village}" => VILLAGES[0].to_string(),
            "{week}" => "2026-11-02".to_owned(),
            "{group}" => "program".to_owned(),
            part if part.starts_with('{') => test.app.store.new_id().to_string(),
            part => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Users of every role, over the whole district and its units.
pub async fn everyone(test: &TestApp) -> BTreeMap<Role, Client> {
    let units = [
        test.institution("opd", "Dinas Sosial", None).await,
        test.institution("warehouse", "Gudang Kabupaten", None).await,
        test.institution("fund_holder", "Korpri Kabupaten", None).await,
    ];
    let mut users = BTreeMap::new();
    for role in Role::ALL {
        users.insert(*role, test.user(*role, &[1_501_000_000], &units).await);
    }
    users
}

#[db_test]
async fn every_route_opens_to_its_roles_alone(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let users = everyone(&test).await;
    let stranger = test.anonymous();
    let routes = asuh::gates::http::routes();
    let mut broken = Vec::new();
    let mut tried = 0;
    // The one that ends all of a user's sessions comes last.
    let (last, others): (Vec<_>, Vec<_>) =
        routes.rows().iter().partition(|route| route.path == "/akun/keluar-semua");
    for route in others.into_iter().chain(last) {
        let path = filled(&test, route.path);
        let answer = match route.method {
            Method::Get => stranger.get(&path).await,
            Method::Post => stranger.post(&path, &[]).await,
        };
        let fine = match route.access {
            Access::Public => answer.status != StatusCode::FORBIDDEN && !answer.status.is_server_error(),
            Access::Holds(..) => answer.status == StatusCode::SEE_OTHER && answer.location == "/masuk",
        };
        if !fine {
            broken.push(format!("nobody: {} {path}: {}", route.method.name(), answer.status));
        }
        let Access::Holds(_, roles) = route.access else { continue };
        for (role, user) in &users {
            // Signing out ends the session: the routes that follow need another.
            let user = match route.path {
                "/keluar" => test.sign_in(user.user).await,
                _ => user.clone(),
            };
            let status = match route.method {
                Method::Get => user.get(&path).await.status,
                Method::Post => user.post(&path, &[]).await.status,
            };
            let may = roles.is_empty() || roles.contains(role);
            let fine = match (may, route.method) {
                (false, _) => status == StatusCode::FORBIDDEN,
                (true, Method::Get) => {
                    matches!(status, StatusCode::OK | StatusCode::SEE_OTHER | StatusCode::NOT_FOUND)
                }
                (true, Method::Post) => status != StatusCode::FORBIDDEN && !status.is_server_error(),
            };
            if !fine {
                let right = if may { "may" } else { "may not" };
                broken.push(format!("{role:?} {right}: {} {path}: {status}", route.method.name()));
            }
            tried += 1;
        }
    }
    assert!(
        broken.is_empty(),
        "{} of {tried} are not as the table says:\n{}",
        broken.len(),
        broken.join("\n")
    );
    assert!(tried > 2_000, "only {tried} were tried");
}
