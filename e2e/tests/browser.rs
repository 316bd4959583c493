//! The helpers themselves, on a tiny server of made-up pages.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use e2e::{Browser, Options, Result, Screen, Server};

const HOME: &str = r#"<!doctype html><html lang="id"><title>Beranda</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body { margin: 0 } #lebar { width: 300px }</style>
<h1>Setoran <b>Senin</b></h1>
<form action="/simpan"><input type="hidden" name="nama" value="x"><input name="nama" value="lama">
<select name="kantor"><option value="1">Dinas Sosial</option><option value="2">Dinas Pendidikan</option></select>
<input type="date" name="hari"><label><input type="radio" name="jenis" value="uang">Uang</label>
<label><input type="radio" name="jenis" value="telur">Telur</label>
<button>  Simpan
 sekarang</button></form>
<p id="naskah">tanpa naskah</p><script>document.getElementById('naskah').textContent = 'dengan naskah'</script>
<div id="lebar">.</div><div style="height: 2000px"></div>"#;

/// Pages that break the rules: a foreign picture, one that the policy refuses, a page too wide.
const BAD: &str = r#"<!doctype html><html lang="id"><title>Buruk</title><link rel="icon" href="data:,">
<img src="http://127.0.0.1:9/asing.png" alt=""><img src="http://127.0.0.2:9/ditolak.png" alt="">
<div style="width: 3000px">lebar</div>"#;

/// Serves the pages on a free port and tells the address.
fn pages() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A thread each: browsers open connections that they do not use.
            thread::spawn(move || answer(connection));
        }
    });
    Ok(address)
}

fn answer(mut connection: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let (body, policy) = match first.split(' ').nth(1).unwrap_or_default() {
        "/" => (HOME.to_owned(), "script-src 'unsafe-inline'"),
        "/buruk" => (BAD.to_owned(), "img-src http://127.0.0.1:9"),
        path => (format!("<!doctype html><title>Diterima</title><p>{path}</p>"), "default-src 'self'"),
    };
    write!(
        connection,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Security-Policy: {policy}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_form_is_filled_and_sent() -> Result<()> {
    let address = pages()?;
    let Some(browser) = Browser::open(Screen::Desktop).await? else { return Ok(()) };
    browser.goto(&address).await?;
    assert_eq!(browser.text("h1").await?, "Setoran Senin");
    assert_eq!(browser.text("#naskah").await?, "dengan naskah");
    browser.fill("nama", "Bu Siti").await?;
    browser.fill("kantor", "Dinas Pendidikan").await?;
    browser.fill("hari", "2026-11-02").await?;
    browser.fill("jenis", "telur").await?;
    browser.click_text("Simpan sekarang").await?;
    browser.wait_for_text("p", "Siti").await?;
    let sent = browser.current_path().await?;
    assert_eq!(sent, "/simpan?nama=x&nama=Bu+Siti&kantor=2&hari=2026-11-02&jenis=telur");
    browser.close().await
}

#[tokio::test]
async fn what_is_absent_is_named_with_its_page() -> Result<()> {
    let address = pages()?;
    let Some(browser) = Browser::open(Screen::Desktop).await? else { return Ok(()) };
    browser.goto(&address).await?;
    let error = browser.click_text("Hapus").await.expect_err("there is no such button").to_string();
    assert!(error.starts_with("no link or button 'Hapus' on / (Beranda)"), "{error}");
    browser.close().await
}

#[tokio::test]
async fn good_pages_cost_little_and_ask_nobody_else() -> Result<()> {
    let address = pages()?;
    let Some(browser) = Browser::open(Screen::Phone).await? else { return Ok(()) };
    browser.goto(&address).await?;
    let bytes = browser.transferred_bytes().await?;
    let body = HOME.len() as u64;
    assert!((body..body + 600).contains(&bytes), "{bytes} bytes for a page of {body}");
    assert_eq!(browser.third_party_requests().await?, [""; 0]);
    assert_eq!(browser.csp_violations().await?, [""; 0]);
    assert!(!browser.scrolls_sideways().await?);
    browser.close().await
}

#[tokio::test]
async fn bad_pages_are_told() -> Result<()> {
    let address = pages()?;
    let Some(browser) = Browser::open(Screen::Phone).await? else { return Ok(()) };
    browser.goto(&format!("{address}/buruk")).await?;
    // What was read stays known when another page follows and when it is asked for twice.
    browser.csp_violations().await?;
    assert!(browser.scrolls_sideways().await?);
    browser.goto(&address).await?;
    let foreign = browser.third_party_requests().await?;
    assert!(foreign.contains(&"http://127.0.0.1:9/asing.png".to_owned()), "{foreign:?}");
    let refused = browser.csp_violations().await?;
    assert!(refused.iter().any(|message| message.contains("ditolak.png")), "{refused:?}");
    browser.close().await
}

#[tokio::test]
async fn pictures_show_the_whole_page_at_both_widths() -> Result<()> {
    let address = pages()?;
    for screen in [Screen::Phone, Screen::Desktop] {
        let Some(browser) = Browser::open(screen).await? else { return Ok(()) };
        browser.goto(&address).await?;
        let width = browser.client().execute("return innerWidth", Vec::new()).await?;
        assert_eq!(width, screen.size().0);
        let file = browser.screenshot("penolong").await?;
        let mut head = [0; 24];
        std::fs::File::open(&file)?.read_exact(&mut head)?;
        let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        assert_eq!(number(16), screen.size().0, "width of {}", file.display());
        assert!(number(20) > 2000, "height of {}: {}", file.display(), number(20));
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_javascript_pages_run_none_and_can_still_be_steered() -> Result<()> {
    let address = pages()?;
    let options = Options { screen: Screen::Phone, javascript: false };
    let Some(browser) = Browser::with(options).await? else { return Ok(()) };
    browser.goto(&address).await?;
    assert_eq!(browser.text("#naskah").await?, "tanpa naskah");
    browser.fill("nama", "Bu Siti").await?;
    browser.click_text("Simpan sekarang").await?;
    browser.wait_for_text("p", "Siti").await?;
    assert!(browser.transferred_bytes().await? > 0);
    browser.close().await
}

#[test]
fn a_server_is_ready_when_it_says_where() -> Result<()> {
    let script =
        r#"echo starting; echo '{"event":"listening","url":"http://127.0.0.1:8080/"}'; exec sleep 60"#;
    let mut server = Server::start_command(Command::new("sh").args(["-c", script]))?;
    assert_eq!(server.at("/masuk"), "http://127.0.0.1:8080/masuk");
    assert!(server.process().try_wait()?.is_none(), "it runs on");
    Ok(())
}

#[test]
fn a_server_that_ends_is_an_error_with_its_words() {
    let script = "echo 'folder is locked' >&2; exit 3";
    let error = Server::start_command(Command::new("sh").args(["-c", script])).expect_err("no server");
    assert!(error.to_string().contains("folder is locked"), "{error}");
}
