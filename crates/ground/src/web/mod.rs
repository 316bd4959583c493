//! The page shell: routes with their rule, forms, errors, language, assets.

mod assets;
mod bundle;
mod download;
mod error;
mod form;
mod layers;
mod named;
mod page;
mod paper_book;
mod path;
mod routes;
mod text;

pub use assets::assets;
pub use bundle::{BookOf, Books};
pub use download::{AT_ONCE, Book, Cell, FileKind, workbook};
pub(crate) use download::{Scratch, XLSX, send_file};
pub use error::{Error, Problem};
pub use form::{FieldError, Form, FormView, Upload, UploadLimits};
pub use layers::with_layers;
pub use page::{
    MenuGroup, MenuItem, Page, Shell, Task, TaskState, cut, page, page_with, redirect, see_other,
};
pub use paper_book::paper_book;
pub use path::Path;
pub use routes::{Access, Method, Route, Routes};
pub use text::{Sentences, Text, speak};
