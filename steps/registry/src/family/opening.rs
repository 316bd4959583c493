//! The one place that tells the access log that names of families were opened.

use asuh_store::Id;

use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::audit;

/// What was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opening {
    /// The file of a family, its numbers masked.
    File(Id),
    /// The file of a family with NIK, KK, address and phone.
    Numbers(Id),
    /// What a search found: so many families.
    Search(usize),
    /// A file of so many families of the list, with whole numbers or masked ones.
    List(i64, bool),
    /// The printed visiting list of a village, with so many names.
    Sheet(i64, usize),
}

/// Notes that the caller opened names of families.
pub(crate) fn opened(app: &App, actor: &Actor, what: Opening) {
    match what {
        Opening::File(id) => audit::opened(app, actor, "open", Some(("family", id)), ""),
        Opening::Numbers(id) => audit::opened(app, actor, "open", Some(("family", id)), "numbers"),
        Opening::Search(found) => {
            audit::opened(app, actor, "search", None, &format!("families {found}"));
        }
        Opening::List(families, numbers) => {
            let what = if numbers { "families_numbers" } else { "families" };
            audit::opened(app, actor, "export", None, &format!("{what} {families}"));
        }
        Opening::Sheet(village, names) => {
            audit::opened(app, actor, "export", None, &format!("verification_sheet {village} {names}"));
        }
    }
}
