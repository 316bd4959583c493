//! The district admin's pages on users: who they are, what they may do, their codes.

mod query;

pub(super) use query::{GrantLine, grants_of};

use crate::ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
}
