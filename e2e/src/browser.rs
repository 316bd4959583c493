//! A headless Chromium, steered through chromedriver.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::driver::{Driver, capabilities, is_snap, program};
use crate::{Error, Result};

/// How long a page may take until an element or a path that a journey waits for is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// The screens that every page is looked at on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A cadre's cheap phone: 360 x 800 pixels.
    Phone,
    /// An office computer: 1280 x 900 pixels.
    Desktop,
}

impl Screen {
    /// Width and height in CSS pixels.
    #[must_use]
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (360, 800),
            Self::Desktop => (1280, 900),
        }
    }
}

/// How the browser is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The size of the page.
    pub screen: Screen,
    /// Whether pages may run scripts; every journey but the offline one must do without.
    pub javascript: bool,
}

/// A browser with one empty profile and one window. Dropping it ends it; [`Browser::close`] tells
/// whether it ended well.
pub struct Browser {
    client: Client,
    screen: Mutex<Screen>,
    log: Mutex<Log>,
    // Dropped last: the driver takes the browser with it.
    _driver: Driver,
    _profile: Option<tempfile::TempDir>,
}

/// What chromedriver's logs held so far: reading empties them.
#[derive(Default)]
struct Log {
    /// The addresses that the pages asked for, and those of the pages themselves.
    requests: Vec<Request>,
    /// Messages of the console about the content security policy.
    csp: Vec<String>,
}

struct Request {
    address: String,
    page: String,
}

impl Browser {
    /// Opens a browser with JavaScript on; see [`Browser::with`].
    ///
    /// # Errors
    /// As [`Browser::with`].
    pub async fn open(screen: Screen) -> Result<Option<Self>> {
        Self::with(Options { screen, javascript: true }).await
    }

    /// Opens a browser, or prints why the test is skipped where none is installed. On CI, and where
    /// `CHROME` or `CHROMEDRIVER` names one, a browser that is absent is an error.
    ///
    /// # Errors
    /// When the driver or the browser does not start.
    pub async fn with(options: Options) -> Result<Option<Self>> {
        let (Some(chrome), Some(chromedriver)) = (
            program("CHROME", &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]),
            program("CHROMEDRIVER", &["chromedriver", "chromium.chromedriver"]),
        ) else {
            let wanted =
                ["CI", "CHROME", "CHROMEDRIVER"].into_iter().find(|name| env::var_os(name).is_some());
            if let Some(variable) = wanted {
                return Err(Error::new(format!("Chromium or chromedriver is absent, but {variable} is set")));
            }
            println!("skipped: Chromium or chromedriver is not installed (`cargo xtask test` installs them)");
            return Ok(None);
        };
        let driver = Driver::start(&chromedriver)?;
        // A snap sees another /tmp than we do; there, chromedriver's own new profile must do.
        let snap = is_snap(&chromedriver);
        let profile =
            if snap { None } else { Some(tempfile::Builder::new().prefix("asuh-browser-").tempdir()?) };
        let chrome = Some(chrome.as_path()).filter(|_| !snap);
        let capabilities = capabilities(chrome, profile.as_ref().map(tempfile::TempDir::path), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .map_err(|error| Error::new(format!("the browser did not start: {error}")))?;
        let browser = Self {
            client,
            screen: Mutex::new(options.screen),
            log: Mutex::default(),
            _driver: driver,
            _profile: profile,
        };
        browser.resize(options.screen.size()).await?;
        Ok(Some(browser))
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// When it has died before.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }

    /// The WebDriver client, for what has no helper here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Opens an address and waits until the page has loaded.
    ///
    /// # Errors
    /// When nothing answers there.
    pub async fn goto(&self, address: &str) -> Result<()> {
        self.client.goto(address).await.map_err(|error| Error::new(format!("{address}: {error}")))
    }

    /// Puts `value` into the form field `name` as a user does: a text field is emptied and typed
    /// into, in a list the entry with this label is chosen, of radio buttons the one with this value.
    ///
    /// # Errors
    /// When the page has no such field, or it cannot be filled.
    pub async fn fill(&self, name: &str, value: &str) -> Result<()> {
        let selector = format!("[name={}]:not([type=hidden])", quoted(name));
        let field = self.element(&selector).await?;
        match (field.tag_name().await?.as_str(), field.attr("type").await?.as_deref()) {
            ("select", _) => Ok(field.select_by_label(value).await?),
            (_, Some("radio" | "checkbox")) => {
                let choice = self.element(&format!("{selector}[value={}]", quoted(value))).await?;
                self.press(&choice).await
            }
            // The keys that these fields take depend on the browser's language; the value does not.
            (_, Some("date" | "time" | "datetime-local" | "month" | "week")) => {
                let script = "arguments[0].value = arguments[1]; \
                    for (const kind of ['input', 'change']) \
                        arguments[0].dispatchEvent(new Event(kind, {bubbles: true}))";
                let field = serde_json::to_value(&field).map_err(|error| Error::new(error.to_string()))?;
                self.client.execute(script, vec![field, json!(value)]).await?;
                Ok(())
            }
            (_, Some("file")) => Ok(field.send_keys(value).await?),
            _ => {
                field.clear().await?;
                Ok(field.send_keys(value).await?)
            }
        }
    }

    /// Clicks the link or button whose text is `text`.
    ///
    /// # Errors
    /// When the page has none within ten seconds, or something lies over it.
    pub async fn click_text(&self, text: &str) -> Result<()> {
        let text = xpath_text(text);
        let path = format!(
            "//*[self::a or self::button or self::summary or self::label][normalize-space(.)={text}]\
             | //input[@type='submit' or @type='button'][@value={text}]"
        );
        let element = self.find(Locator::XPath(&path), &format!("no link or button {text}")).await?;
        self.press(&element).await
    }

    /// Clicks the first element that a CSS selector finds.
    ///
    /// # Errors
    /// When the page has none within ten seconds, or something lies over it.
    pub async fn click(&self, selector: &str) -> Result<()> {
        self.press(&self.element(selector).await?).await
    }

    /// The text that a user sees in the first element that a CSS selector finds.
    ///
    /// # Errors
    /// When the page has none within ten seconds.
    pub async fn text(&self, selector: &str) -> Result<String> {
        Ok(self.element(selector).await?.text().await?)
    }

    /// Waits until the first element that a CSS selector finds contains `text`.
    ///
    /// # Errors
    /// When it does not within ten seconds; the error holds what it contains.
    pub async fn wait_for_text(&self, selector: &str, text: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            // The element may be replaced while it is read: try again.
            let found = self.text(selector).await;
            match found {
                Ok(found) if found.contains(text) => return Ok(()),
                found if start.elapsed() > PATIENCE => {
                    let found = found.unwrap_or_else(|error| error.to_string());
                    return Err(Error::new(format!("{selector} does not say {text:?} but {found:?}")));
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// The first element that a CSS selector finds, for what has no helper here.
    ///
    /// # Errors
    /// When the page has none within ten seconds.
    pub async fn element(&self, selector: &str) -> Result<Element> {
        self.find(Locator::Css(selector), &format!("no element {selector}")).await
    }

    /// Clicks, having scrolled as a user does: a bar that stays at the edge of the screen may lie over
    /// what counts as visible.
    async fn press(&self, element: &Element) -> Result<()> {
        let argument = serde_json::to_value(element).map_err(|error| Error::new(error.to_string()))?;
        self.client.execute("arguments[0].scrollIntoView({block: 'center'})", vec![argument]).await?;
        Ok(element.click().await?)
    }

    async fn find(&self, locator: Locator<'_>, absent: &str) -> Result<Element> {
        match self.client.wait().at_most(PATIENCE).for_element(locator).await {
            Ok(element) => Ok(element),
            Err(error) => {
                let path = self.current_path().await.unwrap_or_default();
                let title = self.client.title().await.unwrap_or_default();
                Err(Error::new(format!("{absent} on {path} ({title}): {error}")))
            }
        }
    }

    /// The path of the page's address, with the query: `/setoran?minggu=45`.
    ///
    /// # Errors
    /// When the browser has died.
    pub async fn current_path(&self) -> Result<String> {
        let address = self.client.current_url().await?;
        let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(format!("{}{query}", address.path()))
    }

    /// Waits until the page is no longer at `left`: its path. A click may return before the answer to
    /// a form has moved the browser on, so that a path read at once may be the one before.
    ///
    /// # Errors
    /// When it is still there after ten seconds, or the browser has died.
    pub async fn path_after(&self, left: &str) -> Result<String> {
        let start = Instant::now();
        loop {
            let path = self.current_path().await?;
            if path != left {
                return Ok(path);
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::new(format!("still on {left}")));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The bytes that the page cost, headers included: itself and everything that it loaded, what
    /// came from the cache counting nothing.
    ///
    /// # Errors
    /// When the browser has died.
    pub async fn transferred_bytes(&self) -> Result<u64> {
        let script = "return ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind)) \
            .reduce((sum, entry) => sum + entry.transferSize, 0)";
        let bytes = self.client.execute(script, Vec::new()).await?;
        bytes.as_u64().ok_or_else(|| Error::new(format!("the browser counts {bytes} bytes")))
    }

    /// Whether the page can be moved sideways, which no page may on either screen.
    ///
    /// # Errors
    /// When the browser has died.
    pub async fn scrolls_sideways(&self) -> Result<bool> {
        let script = "const page = document.documentElement; return page.scrollWidth > page.clientWidth";
        Ok(self.client.execute(script, Vec::new()).await? == true)
    }

    /// The addresses that pages of this session asked for at another origin (scheme, host and port)
    /// than their own, also those that did not answer.
    ///
    /// # Errors
    /// When the browser has died.
    pub async fn third_party_requests(&self) -> Result<Vec<String>> {
        self.read_logs().await?;
        let log = self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let foreign = log.requests.iter().filter(|request| origin(&request.address) != origin(&request.page));
        Ok(foreign.map(|request| request.address.clone()).collect())
    }

    /// What the content security policy refused in the pages of this session.
    ///
    /// # Errors
    /// When the browser has died.
    pub async fn csp_violations(&self) -> Result<Vec<String>> {
        self.read_logs().await?;
        Ok(self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner).csp.clone())
    }

    /// Writes a picture of the whole page, also of what one must scroll to, as
    /// `e2e/screenshots/NAME-WIDTH.png`, and tells where.
    ///
    /// # Errors
    /// When the file cannot be written or the browser has died.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let metrics = self.devtools("Page.getLayoutMetrics", json!({})).await?;
        let (width, visible) = self.screen().size();
        let height = metrics["cssContentSize"]["height"].as_f64().unwrap_or_default().max(f64::from(visible));
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let picture = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", picture).await?;
        self.keep(&format!("{name}-{width}.png"), &picture)
    }

    /// Prints the page as `e2e/screenshots/NAME.pdf`, on the paper that its style asks for, and tells where and
    /// on how many sheets.
    ///
    /// # Errors
    /// When the file cannot be written or the browser has died.
    pub async fn print(&self, name: &str) -> Result<(PathBuf, usize)> {
        let paper = self.devtools("Page.printToPDF", json!({ "preferCSSPageSize": true })).await?;
        let file = self.keep(&format!("{name}.pdf"), &paper)?;
        let written = fs::read(&file)?;
        // Chromium writes its page objects uncompressed; "/Pages" is the list of them.
        let marks = written.windows(12).filter(|bytes| bytes.starts_with(b"/Type /Page"));
        let sheets = marks.filter(|bytes| !bytes.ends_with(b"s")).count();
        Ok((file, sheets))
    }

    /// Writes what the developer tools gave, in Base64, as a file among the pictures.
    fn keep(&self, name: &str, given: &Value) -> Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
        fs::create_dir_all(&folder)?;
        let bytes = data_encoding::BASE64
            .decode(given["data"].as_str().unwrap_or_default().as_bytes())
            .map_err(|error| Error::new(format!("the picture {name}: {error}")))?;
        let file = folder.join(name);
        fs::write(&file, bytes)?;
        Ok(file)
    }

    /// A command of the browser's developer tools, such as `Network.emulateNetworkConditions`.
    ///
    /// # Errors
    /// When the browser does not know it or refuses its parameters.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        self.call("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Shows the page on another screen from now on, as if the user had taken another device.
    ///
    /// # Errors
    /// When the browser has died.
    pub async fn show_on(&self, screen: Screen) -> Result<()> {
        *self.screen.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = screen;
        self.resize(screen.size()).await
    }

    fn screen(&self) -> Screen {
        *self.screen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Headless windows cannot be narrower than 500 pixels, a page on an emulated screen can.
    async fn resize(&self, (width, height): (u32, u32)) -> Result<()> {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await?;
        Ok(())
    }

    async fn call(&self, path: &'static str, body: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(DriverCall { path, body }).await?)
    }

    async fn read_logs(&self) -> Result<()> {
        let network = self.call("se/log", json!({ "type": "performance" })).await?;
        let console = self.call("se/log", json!({ "type": "browser" })).await?;
        let mut log = self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        log.requests.extend(entries(&network).filter_map(request));
        let refused = entries(&console).filter(|message| message.contains("Content Security Policy"));
        log.csp.extend(refused.map(str::to_owned));
        Ok(())
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Browser").field("screen", &self.screen()).finish_non_exhaustive()
    }
}

fn entries(log: &Value) -> impl Iterator<Item = &str> {
    log.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str())
}

/// A request over the network in an entry of the performance log.
fn request(entry: &str) -> Option<Request> {
    let entry: Value = serde_json::from_str(entry).ok()?;
    let message = &entry["message"];
    (message["method"] == "Network.requestWillBeSent").then_some(())?;
    let address = message["params"]["request"]["url"].as_str()?;
    let page = message["params"]["documentURL"].as_str()?;
    ["http", "ws"].iter().any(|scheme| address.starts_with(scheme)).then_some(())?;
    Some(Request { address: address.to_owned(), page: page.to_owned() })
}

fn origin(address: &str) -> Option<url::Origin> {
    url::Url::parse(address).ok().map(|address| address.origin())
}

/// The text as a string in a CSS selector.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The text as a string in XPath, which has no escapes.
fn xpath_text(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

/// A call that WebDriver does not have and chromedriver has.
#[derive(Debug)]
struct DriverCall {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for DriverCall {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> std::result::Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
