//! `#[db_test]`: one test body becomes two tests, `sqlite_<name>` and `postgres_<name>`.
//!
//! ```ignore
//! #[db_test]
//! async fn a_command_sent_twice_is_done_once(db: TestDatabase) { ... }
//! ```

use proc_macro::{TokenStream, TokenTree};

/// Runs the async function on a fresh SQLite database and on a fresh PostgreSQL database.
///
/// The function takes one argument, an `asuh_store::testing::TestDatabase`, and returns nothing. The
/// PostgreSQL half says that it skips when `ASUH_TEST_DATABASE_URL` is not set; `cargo xtask test` sets it.
#[proc_macro_attribute]
pub fn db_test(_attributes: TokenStream, item: TokenStream) -> TokenStream {
    let mut name = None;
    let mut after_fn = false;
    for token in item.clone() {
        if let TokenTree::Ident(word) = token {
            if after_fn {
                name = Some(word.to_string());
                break;
            }
            after_fn = word.to_string() == "fn";
        }
    }
    let Some(name) = name else {
        return "compile_error!(\"#[db_test] stands before an async fn\");".parse().unwrap_or_default();
    };
    let tests = format!(
        "#[test] fn sqlite_{name}() {{ ::asuh_store::testing::on_sqlite({name}); }}\n\
         #[test] fn postgres_{name}() {{ ::asuh_store::testing::on_postgres({name}); }}"
    );
    let mut out = item;
    out.extend(tests.parse::<TokenStream>().unwrap_or_default());
    out
}
