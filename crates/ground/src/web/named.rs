//! The summary of a form's errors names the fields.
//!
//! The box with the errors stands above the form, where the labels are: they are only known when the page is
//! written. So the finished page is gone over once, when it is one with errors.

/// How a link of the summary begins.
const LINK: &str = "<a href=\"#f-";

/// Puts the label of its field before every sentence of the summary: "Nama lengkap: Isian ini wajib diisi.". A link
/// to a field that is not on the page becomes plain text.
pub(super) fn name_fields(html: &str) -> String {
    let Some(start) = html.find("<div class=\"problems\"") else { return html.to_owned() };
    let Some(length) = html[start..].find("</ul>") else { return html.to_owned() };
    let (before, rest) = html.split_at(start);
    let (summary, after) = rest.split_at(length);
    let mut named = String::with_capacity(summary.len() * 2);
    let mut left = summary;
    while let Some(at) = left.find(LINK) {
        let (plain, link) = left.split_at(at);
        named.push_str(plain);
        let field = link[LINK.len()..].split('"').next().unwrap_or_default();
        let Some(end) = link.find("</a>") else { break };
        let sentence = link[..end].split_once('>').map_or("", |(_, sentence)| sentence);
        if after.contains(&format!("id=\"f-{field}\"")) {
            let label = label_of(after, field);
            let label = label.trim_end_matches(':');
            let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
            named.push_str(&format!("{LINK}{field}\">{label}{sentence}</a>"));
        } else {
            named.push_str(sentence);
        }
        left = &link[end + "</a>".len()..];
    }
    named.push_str(left);
    format!("{before}{named}{after}")
}

/// The label of a field, as HTML; empty where it has none. Where a group of fields has a legend, that comes first.
fn label_of(html: &str, field: &str) -> String {
    let Some(at) = html.find(&format!("id=\"f-{field}\"")) else { return String::new() };
    let (before, from) = html.split_at(at);
    let tag = before.rfind('<').map_or("", |start| &before[start..]);
    if tag.starts_with("<fieldset") {
        return between(from, "<legend>", "</legend>");
    }
    let own = match html.split_once(&format!("for=\"f-{field}\"")) {
        Some((_, rest)) => between(rest, ">", "</label>"),
        None => match before.rfind("<label").filter(|start| !before[*start..].contains("</label>")) {
            // The words stand before the field (a small box) or behind it (a box to tick).
            Some(start) => {
                let words = between(&before[start..], ">", "<");
                if words.is_empty() { between(from, ">", "</label>") } else { words }
            }
            None => String::new(),
        },
    };
    let group = before.rfind("<fieldset").filter(|start| !before[*start..].contains("</fieldset>"));
    match group.map(|start| between(&before[start..], "<legend>", "</legend>")) {
        Some(legend) if !legend.is_empty() => {
            // "Telur: tercatat 20 butir" is about the egg.
            let about = legend.split(':').next().unwrap_or_default();
            format!("{about}, {own}")
        }
        _ => own,
    }
}

/// The text between two marks, without tags.
fn between(html: &str, open: &str, close: &str) -> String {
    let inner = html.split_once(open).and_then(|(_, rest)| rest.split(close).next()).unwrap_or_default();
    let mut text = String::new();
    let mut outside = true;
    for c in inner.chars() {
        match c {
            '<' => outside = false,
            '>' => outside = true,
            c if outside => text.push(c),
            _ => {}
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(field: &str, form: &str) -> String {
        let html = format!(
            "<div class=\"problems\" role=\"alert\"><ul><li><a href=\"#f-{field}\">Wajib.</a></li></ul></div>{form}"
        );
        let named = name_fields(&html);
        named.split("<li>").nth(1).unwrap().split("</li>").next().unwrap().to_owned()
    }

    #[test]
    fn every_kind_of_field_is_named() {
        for (form, wanted) in [
            ("<label for=\"f-a\">Nama &amp; gelar</label><input id=\"f-a\">", "Nama &amp; gelar: Wajib."),
            ("<fieldset class=\"field\" id=\"f-a\"><legend>Hari</legend></fieldset>", "Hari: Wajib."),
            ("<label class=\"choice\"><input id=\"f-a\" value=\"ya\"> Setuju</label>", "Setuju: Wajib."),
            (
                "<fieldset><legend>Telur: tercatat 20</legend><label class=\"\">Dihitung<span>x</span><input id=\"f-a\"></label></fieldset>",
                "Telur, Dihitung: Wajib.",
            ),
            ("<input id=\"f-a\" aria-label=\"x\">", "Wajib."),
        ] {
            assert_eq!(page("a", form), format!("<a href=\"#f-a\">{wanted}</a>"), "{form}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_text_and_a_page_without_errors_stays() {
        assert_eq!(page("lain", "<input id=\"f-a\">"), "Wajib.");
        assert_eq!(name_fields("<p>baik</p>"), "<p>baik</p>");
    }
}
