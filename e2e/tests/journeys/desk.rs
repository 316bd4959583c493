//! What every step of a journey does: sign in, open a page, see, press, and look at the page.

use std::collections::BTreeMap;
use std::time::Duration;

use e2e::{Browser, Error, Options, Result, Screen, Server};
use fantoccini::actions::{Actions, InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a page may cost with an empty cache, in bytes.
const MOST: u64 = 50 * 1024;

/// Beginnings of the keys of texts: none may be seen on a page.
const KEYS: &str = "access|audit|books|collection|consent|custody|distribution|frozen|growth|home|kitchen|mentoring|money|pairing|registry|\
    reports|role|settings|setup|sponsors|staging|task|verification|web";

/// A small demo district and one browser in front of it.
pub(crate) struct Desk {
    pub(crate) browser: Browser,
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
    codes: BTreeMap<String, String>,
}

impl Desk {
    /// Starts both; `None` where no browser is installed.
    pub(crate) async fn open(javascript: bool) -> Result<Option<Self>> {
        Self::open_district(javascript, &[]).await
    }

    /// As [`Desk::open`], for a demo with further arguments.
    pub(crate) async fn open_district(javascript: bool, further: &[&str]) -> Result<Option<Self>> {
        let Some(browser) = Browser::with(Options { screen: Screen::Phone, javascript }).await? else {
            return Ok(None);
        };
        // What is in the cache costs nothing: every page shall be cheap for whoever opens it first.
        browser.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
        let folder = tempfile::Builder::new().prefix("asuh-journey-").tempdir()?;
        let data = folder.path().join("data");
        let data = data.to_string_lossy();
        let usual = ["demo", "--small", "--json", "--data", &data, "--listen", "127.0.0.1:0"];
        let server = Server::start(&[&usual, further].concat())?;
        let said = server.said();
        let line = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find(|line| line["users"].is_array())
            .ok_or_else(|| Error::new(format!("the demo names no users:\n{said}")))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let users = line["users"].as_array().into_iter().flatten();
        let codes = users.map(|user| (text(&user["login"]), text(&user["code"]))).collect();
        Ok(Some(Self { browser, server, folder, codes }))
    }

    /// Ends the walk. When it failed, the page at which it did is printed and pictured.
    pub(crate) async fn end(self, walked: Result<()>) -> Result<()> {
        if let Err(error) = walked {
            let path = self.browser.current_path().await.unwrap_or_default();
            let page = self.browser.text("body").await.unwrap_or_default();
            let picture = self.browser.screenshot("gagal").await;
            println!("at {path}, pictured in {picture:?}:\n{page}\n\nthe server:\n{}", self.server.said());
            return Err(error);
        }
        self.browser.close().await
    }

    /// Leaves whoever was signed in and comes in with the one-time code of this login.
    pub(crate) async fn sign_in(&self, login: &str) -> Result<()> {
        self.sign_out().await?;
        let code = self.codes.get(login).ok_or_else(|| Error::new(format!("no demo user {login}")))?;
        self.goto("/aktivasi").await?;
        self.browser.fill("kode", code).await?;
        self.press("Lanjut").await?;
        self.see("Selamat datang").await
    }

    /// Forgets the session, as if it had ended.
    pub(crate) async fn sign_out(&self) -> Result<()> {
        self.browser.devtools("Network.clearBrowserCookies", json!({})).await?;
        Ok(())
    }

    pub(crate) async fn goto(&self, path: &str) -> Result<()> {
        self.browser.goto(&self.server.at(path)).await
    }

    pub(crate) async fn press(&self, text: &str) -> Result<()> {
        self.browser.click_text(text).await
    }

    /// Clicks the task of the home page whose words contain these.
    pub(crate) async fn press_task(&self, text: &str) -> Result<()> {
        let path = format!("//*[contains(@class, 'tasks')]//a[contains(normalize-space(.), '{text}')]");
        Ok(self.browser.client().find(fantoccini::Locator::XPath(&path)).await?.click().await?)
    }

    /// Waits until the page says this.
    pub(crate) async fn see(&self, text: &str) -> Result<()> {
        self.browser.wait_for_text("body", text).await
    }

    /// The value of an expression of JavaScript in the page.
    pub(crate) async fn ask(&self, expression: &str) -> Result<Value> {
        Ok(self.browser.client().execute(&format!("return {expression}"), Vec::new()).await?)
    }

    /// As [`Desk::ask`], for a text.
    pub(crate) async fn ask_text(&self, expression: &str) -> Result<String> {
        let value = self.ask(expression).await?;
        match value.as_str() {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => {
                Err(Error::new(format!("{expression} is {value} on {}", self.browser.current_path().await?)))
            }
        }
    }

    /// Fills the three boxes of a day, written `yyyymmdd`.
    pub(crate) async fn fill_day(&self, name: &str, day: &str) -> Result<()> {
        for (part, digits) in [("tanggal", 6..8), ("bulan", 4..6), ("tahun", 0..4)] {
            let digits = day.get(digits).ok_or_else(|| Error::new(format!("no day: {day}")))?;
            self.browser.fill(&format!("{name}_{part}"), digits).await?;
        }
        Ok(())
    }

    /// Types into the first field that a CSS selector finds, in place of what was there.
    pub(crate) async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.browser.element(selector).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Chooses the entry of a list whose words begin with these.
    pub(crate) async fn choose(&self, name: &str, start: &str) -> Result<()> {
        let path = format!("//select[@name='{name}']/option[starts-with(normalize-space(.), '{start}')]");
        Ok(self.browser.client().find(fantoccini::Locator::XPath(&path)).await?.click().await?)
    }

    /// Presses the button with this text twice, as fast as an impatient finger.
    pub(crate) async fn press_twice(&self, text: &str) -> Result<()> {
        let path = format!("//button[normalize-space(.)='{text}']");
        let button = self.browser.client().find(fantoccini::Locator::XPath(&path)).await?;
        let script = "arguments[0].scrollIntoView({block: 'center'})";
        let argument = serde_json::to_value(&button).map_err(|error| Error::new(error.to_string()))?;
        self.browser.client().execute(script, vec![argument]).await?;
        let down = PointerAction::Down { button: MOUSE_BUTTON_LEFT };
        let up = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
        let finger = MouseActions::new("finger".to_owned())
            .then(PointerAction::MoveToElement { element: button, duration: None, x: 0.0, y: 0.0 })
            .then(down.clone())
            .then(up.clone())
            .then(down)
            .then(up);
        self.browser.client().perform_actions(Actions::from(finger)).await?;
        Ok(())
    }

    /// Draws a line across the field for the signature.
    pub(crate) async fn sign(&self) -> Result<()> {
        let canvas = self.browser.element("[data-signature] canvas").await?;
        self.ask("document.querySelector('[data-signature] canvas').scrollIntoView({block: 'center'})")
            .await?;
        let to = |x: f64, y: f64| PointerAction::MoveToElement {
            element: canvas.clone(),
            duration: Some(Duration::from_millis(60)),
            x,
            y,
        };
        let pen = MouseActions::new("pen".to_owned())
            .then(to(-90.0, 20.0))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(to(-40.0, -25.0))
            .then(to(0.0, 25.0))
            .then(to(40.0, -25.0))
            .then(to(90.0, 10.0))
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.browser.client().perform_actions(Actions::from(pen)).await?;
        Ok(())
    }

    /// What holds for every page: it is cheap, asks nobody else, keeps to the policy, fits both
    /// screens, is in words, and its fields have labels. Pictures for those who look.
    pub(crate) async fn look(&self, name: &str) -> Result<()> {
        let browser = &self.browser;
        let bytes = browser.transferred_bytes().await?;
        println!("{name}: {bytes} bytes ({})", browser.current_path().await?);
        let mut wrong = Vec::new();
        if bytes > MOST {
            wrong.push(format!("{bytes} bytes"));
        }
        for screen in [Screen::Desktop, Screen::Phone] {
            browser.show_on(screen).await?;
            if browser.scrolls_sideways().await? {
                let widest = self
                    .ask(
                        "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') && \
                         e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)\
                         .map(e => e.outerHTML.slice(0, 80)).slice(-3)",
                    )
                    .await?;
                wrong.push(format!("scrolls sideways on {screen:?}: {widest}"));
            }
            browser.screenshot(name).await?;
        }
        wrong.extend(browser.third_party_requests().await?.into_iter().map(|to| format!("asks {to}")));
        wrong.extend(browser.csp_violations().await?);
        let keys = self
            .ask(&format!(
                "(document.title + document.body.innerText).match(/\\b({KEYS})\\.[a-z_]+[a-z_.]*/g) || []"
            ))
            .await?;
        wrong.extend(keys.as_array().into_iter().flatten().map(|key| format!("shows the key {key}")));
        let nameless = self
            .ask(
                "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]\
                 .filter(e => !e.labels.length && !e.ariaLabel).map(e => e.name)",
            )
            .await?;
        wrong.extend(nameless.as_array().into_iter().flatten().map(|field| format!("no label: {field}")));
        if self.ask("document.documentElement.lang").await? != "id" {
            wrong.push("is not in Indonesian".to_owned());
        }
        if self.ask("document.querySelectorAll('h1').length").await? != 1 {
            wrong.push("has not one heading".to_owned());
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::new(format!("{name}: {}", wrong.join("; ")))) }
    }
}
