//! A running asuh for tests, and users who speak to it through the real router.

use std::collections::BTreeMap;
use std::sync::Arc;

use asuh::gates;
use asuh_documents::sheet::{Limits, Row, SheetReader};
use asuh_ground::App;
use asuh_ground::access::{Role, session};
use asuh_ground::settings::ServerSettings;
use asuh_ground::staging;
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::testing::TestDatabase;
use asuh_store::{Args, Command, DistrictId, Envelope, Fault, Id, Query, Recording, Tx, args};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

/// The district of most tests: Kerinci.
pub const KERINCI: DistrictId = DistrictId(1);

/// Runs one SQL statement as a command: for fixtures and for tampering, never for what is under test.
#[derive(Serialize, Deserialize, Clone)]
pub struct Fixture {
    #[serde(skip)]
    statements: Vec<(String, ArgsBox)>,
}

#[derive(Clone, Default)]
struct ArgsBox(Args);

impl Command for Fixture {
    const KIND: &'static str = "test.fixture";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (sql, args) in &self.statements {
            tx.execute(sql, args.0.clone()).await?;
        }
        Ok(())
    }
}

/// A running asuh on a fresh database with the district Kerinci (two kecamatan, four villages).
pub struct TestApp {
    pub app: App,
    pub router: Router,
    pub db: TestDatabase,
}

/// The villages of the test district.
pub const VILLAGES: [i64; 4] = [1_501_012_001, 1_501_012_002, 1_501_022_001, 1_501_022_002];

impl TestApp {
    /// Starts one without any district: a new installation.
    pub async fn bare(db: TestDatabase) -> TestApp {
        TestApp::with(db, ServerSettings::default()).await
    }

    /// Starts one that is the demo.
    pub async fn demo(db: TestDatabase) -> TestApp {
        let test = TestApp::with(db, ServerSettings { demo: true, ..ServerSettings::default() }).await;
        test.district(KERINCI, 1_501_000_000, "Kabupaten Kerinci").await;
        test
    }

    /// The demo that was built there, to be walked: see [`TestApp::demo_user`].
    pub async fn built(db: TestDatabase) -> TestApp {
        TestApp::with(db, ServerSettings { demo: true, ..ServerSettings::default() }).await
    }

    /// Somebody of a built demo, by his login.
    pub async fn demo_user(&self, login: &str) -> Client {
        let sql = "SELECT id FROM app_user WHERE district_id = $1 AND login = $2";
        let found: Option<(Id,)> = self.app.store.reader().first(sql, args![KERINCI, login]).await.unwrap();
        self.sign_in(found.unwrap_or_else(|| panic!("the demo has no user {login}")).0).await
    }

    async fn with(db: TestDatabase, settings: ServerSettings) -> TestApp {
        let store = db.open().await;
        let printer = Some(env!("CARGO_BIN_EXE_asuh").into());
        let settings = ServerSettings { folder: db.folder(), printer, ..settings };
        let app = App::new(store, settings, gates::registry());
        let router = gates::http::router(app.clone());
        TestApp { app, router, db }
    }

    /// The same installation after the program was ended and started again; browsers keep their cookies.
    pub async fn restarted(self, browsers: &mut [&mut Client]) -> TestApp {
        self.app.store.close().await;
        let TestApp { app, router, db } = self;
        drop((app, router));
        let test = TestApp::bare(db).await;
        for browser in browsers {
            browser.router = test.router.clone();
        }
        test
    }

    /// Starts one.
    pub async fn start(db: TestDatabase) -> TestApp {
        let test = TestApp::bare(db).await;
        test.district(KERINCI, 1_501_000_000, "Kabupaten Kerinci").await;
        for (code, name, level) in [
            (1_501_000_000, "Kabupaten Kerinci", "regency"),
            (1_501_010_000, "Gunung Raya", "subdistrict"),
            (VILLAGES[0], "Selam Paung", "village"),
            (VILLAGES[1], "Air Mumu", "village"),
            (1_501_020_000, "Danau Kerinci", "subdistrict"),
            (VILLAGES[2], "Sanggaran Agung", "village"),
            (VILLAGES[3], "Kota Baru Sanggaran Agung", "village"),
        ] {
            test.sql(
                "INSERT INTO territory (district_id, code, name, name_search, level, valid_from, valid_to) \
                 VALUES ($1, $2, $3, $4, $5, 20250101, NULL)",
                args![KERINCI, code, name, name.to_lowercase(), level],
            )
            .await;
        }
        test
    }

    /// A district, without its territories.
    pub async fn district(&self, id: DistrictId, code: i64, name: &str) {
        self.sql(
            "INSERT INTO district (id, code, name, zone, created_at) VALUES ($1, $2, $3, 'WIB', 0)",
            args![id, code, name],
        )
        .await;
    }

    /// Runs one SQL statement for a fixture.
    pub async fn sql(&self, sql: &str, args: Args) {
        let fixture = Fixture { statements: vec![(sql.to_owned(), ArgsBox(args))] };
        self.app.store.submit(self.envelope(Id::SYSTEM), fixture).await.expect("the fixture");
    }

    /// An envelope for a command of the test itself.
    pub fn envelope(&self, actor: Id) -> Envelope {
        Envelope {
            id: self.app.store.new_id(),
            district: KERINCI,
            actor,
            device: None,
            captured_at: self.app.store.clock().now(),
        }
    }

    /// The program itself as an actor.
    pub fn system(&self) -> Arc<asuh_ground::access::Actor> {
        let code = TerritoryCode::from_i64(1_501_000_000).unwrap();
        Arc::new(asuh_ground::access::Actor::system(KERINCI, code, "Kabupaten Kerinci", Zone::Wib))
    }

    /// A number out of the database.
    pub async fn number(&self, sql: &str, args: Args) -> i64 {
        self.app.store.reader().number(sql, args).await.expect("a number")
    }

    /// Runs the jobs that are waiting.
    pub async fn run_jobs(&self) {
        asuh_ground::jobs::run_all(&self.app).await.expect("the jobs run");
    }

    /// Undoes the one import that this condition on `import_batch` finds, to its end.
    pub async fn undo_import(&self, which: &str) {
        let sql = format!("SELECT id FROM import_batch WHERE {which}");
        let found: Vec<(Id,)> = self.app.store.reader().all(&sql, args![]).await.expect("the imports");
        let [(batch,)] = found[..] else { panic!("{} imports where {which}", found.len()) };
        let id = self.app.store.new_id();
        staging::decide(&self.app, &self.system(), id, batch, staging::Decision::Undo)
            .await
            .expect("it may be undone");
        self.run_jobs().await;
    }

    /// Nobody who is signed in.
    pub fn anonymous(&self) -> Client {
        Client { router: self.router.clone(), cookie: None, user: Id::SYSTEM }
    }

    /// A signed-in user with one role over the whole district.
    pub async fn with_role(&self, role: Role) -> Client {
        self.user(role, &[1_501_000_000], &[]).await
    }

    /// A signed-in user with one role over territories and units.
    pub async fn user(&self, role: Role, territories: &[i64], units: &[Id]) -> Client {
        self.user_of(KERINCI, role, territories, units).await
    }

    /// The admin of another district on the same server: Serang.
    pub async fn admin_elsewhere(&self) -> Client {
        let serang = DistrictId(2);
        self.district(serang, 3_604_000_000, "Kabupaten Serang").await;
        self.user_of(serang, Role::DistrictAdmin, &[3_604_000_000], &[]).await
    }

    async fn user_of(&self, district: DistrictId, role: Role, territories: &[i64], units: &[Id]) -> Client {
        let user = self.app.store.new_id();
        let grant = self.app.store.new_id();
        self.sql(
            "INSERT INTO app_user (district_id, id, login, name, name_search, password_hash, totp_sealed, totp_confirmed_at, \
             totp_last_step, grants_version, language, created_at, activated_at, disabled_at, sponsor_id) \
             VALUES ($1, $2, $3, $4, LOWER($4), NULL, NULL, NULL, 0, 1, 'id', 0, 0, NULL, NULL)",
            args![district, user, format!("u{user}"), format!("Pengguna {}", role.code())],
        )
        .await;
        self.sql(
            "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by, valid_until, revoked_at) \
             VALUES ($1, $2, $3, $4, 0, $5, NULL, NULL)",
            args![district, grant, user, role.code(), Id::SYSTEM],
        )
        .await;
        for territory in territories {
            self.sql(
                "INSERT INTO grant_territory (district_id, grant_id, territory_code, rw) VALUES ($1, $2, $3, '')",
                args![district, grant, *territory],
            )
            .await;
        }
        for unit in units {
            self.sql(
                "INSERT INTO grant_unit (district_id, grant_id, institution_id) VALUES ($1, $2, $3)",
                args![district, grant, *unit],
            )
            .await;
        }
        self.sign_in_to(district, user).await
    }

    /// A session for a user, without the sign-in page.
    pub async fn sign_in(&self, user: Id) -> Client {
        self.sign_in_to(KERINCI, user).await
    }

    async fn sign_in_to(&self, district: DistrictId, user: Id) -> Client {
        let token = session::new_token();
        let open = session::OpenSession {
            user,
            token_hash: session::hash(&token),
            complete: true,
            browser: "test".into(),
        };
        let envelope = Envelope { district, ..self.envelope(Id::SYSTEM) };
        self.app.store.submit(envelope, open).await.expect("a session");
        let cookie = format!("{}={}", session::COOKIE, session::cookie_value(district, &token));
        Client { router: self.router.clone(), cookie: Some(cookie), user }
    }

    /// An institution.
    pub async fn institution(&self, kind: &str, name: &str, parent: Option<Id>) -> Id {
        let id = self.app.store.new_id();
        self.sql(
            "INSERT INTO institution (district_id, id, kind, parent_id, name, name_search, tags, territory_code, \
             valid_from, valid_to, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, '', NULL, 20250101, NULL, 0)",
            args![KERINCI, id, kind, parent, name, name.to_lowercase()],
        )
        .await;
        id
    }
}

/// Somebody with a browser.
#[derive(Clone)]
pub struct Client {
    router: Router,
    pub cookie: Option<String>,
    /// The user's id.
    pub user: Id,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub body: String,
    /// The body as it came: a spreadsheet is no text.
    pub bytes: Vec<u8>,
    pub headers: axum::http::HeaderMap,
}

impl Answer {
    /// The page, which must be there.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// Where a change leads, which must have been done.
    #[track_caller]
    pub fn to(self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.location
    }

    /// The page of a refused form.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!(self.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", self.body);
        self.body
    }
}

/// The rows of a spreadsheet that came as an answer.
fn rows_of(answer: Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), answer.bytes).unwrap();
    let mut reader = SheetReader::open(file.path(), &Limits::default()).unwrap();
    let (mut rows, mut row) = (Vec::new(), Row::default());
    while reader.next_row(&mut row).unwrap() {
        rows.push(row.cells.iter().map(|cell| cell.text().into_owned()).collect());
    }
    rows
}

/// An address without what differs between pages alike: its numbers, and the values of its query.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts =
        path.split('/').map(|part| if part.contains(|c: char| c.is_ascii_digit()) { "#" } else { part });
    let keys = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    format!("{}?{}", parts.collect::<Vec<_>>().join("/"), keys.collect::<Vec<_>>().join("&"))
}

impl Client {
    /// Keeps the cookies of an answer, as a browser does.
    pub fn keep(&mut self, answer: &Answer) {
        let mut jar: Vec<(String, String)> = Vec::new();
        let held = self.cookie.clone().unwrap_or_default();
        let set = answer.headers.get_all(header::SET_COOKIE);
        let set = set.iter().filter_map(|value| value.to_str().ok()?.split(';').next());
        for (name, value) in held.split("; ").chain(set).filter_map(|cookie| cookie.split_once('=')) {
            jar.retain(|(held, _)| held != name);
            jar.push((name.to_owned(), value.to_owned()));
        }
        let line = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        self.cookie = (!line.is_empty()).then_some(line);
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Opens these pages, and every page that a page links to; what each answered, by its path. Of pages that
    /// differ in their numbers alone (a thousand settings, every month of a calendar) it opens a few.
    pub async fn crawl(&self, starts: Vec<String>) -> BTreeMap<String, Answer> {
        const ALIKE: usize = 3;
        let mut seen: BTreeMap<String, Answer> = BTreeMap::new();
        let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
        let mut waiting = starts;
        while let Some(path) = waiting.pop() {
            if seen.contains_key(&path) {
                continue;
            }
            let opened = shapes.entry(shape(&path)).or_default();
            if *opened == ALIKE {
                continue;
            }
            *opened += 1;
            let answer = self.get(&path).await;
            let links = answer.body.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next());
            let pages = links.filter(|link| !link.starts_with("aset/"));
            waiting.extend(pages.map(|link| {
                format!(
                    "/{}",
                    link.split('#').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&")
                )
            }));
            seen.insert(path, answer);
        }
        seen
    }

    /// Sends a form with a fresh form id.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_as(path, &new_form_id(), fields).await
    }

    /// Sends a form that is answered with a workbook: its rows, the heading first.
    pub async fn download(&self, path: &str, fields: &[(&str, &str)]) -> Vec<Vec<String>> {
        rows_of(self.post(path, fields).await)
    }

    /// The rows of a spreadsheet behind a link.
    pub async fn download_link(&self, path: &str) -> Vec<Vec<String>> {
        rows_of(self.get(path).await)
    }

    /// Sends a form with a given form id.
    pub async fn post_as(&self, path: &str, form_id: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("_id", form_id);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.finish()))
            .unwrap();
        self.send(request).await
    }

    /// Sends a form with a file.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        field: &str,
        name: &str,
        content: &[u8],
    ) -> Answer {
        let boundary = "----asuhtest";
        let mut body = Vec::new();
        let form_id = new_form_id();
        for (field, value) in fields.iter().copied().chain([("_id", form_id.as_str())]) {
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "asuh.test")
            .header("Sec-Fetch-Site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let headers = response.headers().clone();
        let location =
            headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, location, body, bytes: bytes.to_vec(), headers }
    }
}

/// A form id as the shell makes them.
pub fn new_form_id() -> String {
    use asuh_store::{IdSource, Instant, SystemIds};
    SystemIds.new_id(Instant(1_793_577_600_000)).to_string()
}
