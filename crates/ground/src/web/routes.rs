//! The table of routes: every row names who may use it.

use axum::handler::Handler;
use axum::routing::MethodRouter;

use crate::App;
use crate::access::{Capability, Role};

/// The two methods of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads; changes nothing.
    Get,
    /// Changes.
    Post,
}

impl Method {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, signed in or not.
    Public,
    /// Whoever holds the capability: its name and the roles (none: everyone who is signed in).
    Holds(&'static str, &'static [Role]),
}

/// A row of the table.
#[derive(Clone)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, in Indonesian, with `{places}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What answers.
    pub handler: MethodRouter<App>,
}

/// The routes of a step, each with its rule: a route without one cannot be written.
#[derive(Clone, Default)]
pub struct Routes {
    rows: Vec<Route>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Routes {
        Routes::default()
    }

    /// A page for those who hold `C`. The handler takes `Cap<C>`.
    #[must_use]
    pub fn get<C: Capability, T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Routes {
        self.row(Method::Get, path, Access::Holds(C::NAME, C::ROLES), axum::routing::get(handler))
    }

    /// A change by those who hold `C`. The handler takes `Cap<C>` and a [`Form`](super::Form).
    #[must_use]
    pub fn post<C: Capability, T: 'static>(
        self,
        path: &'static str,
        handler: impl Handler<T, App>,
    ) -> Routes {
        self.row(Method::Post, path, Access::Holds(C::NAME, C::ROLES), axum::routing::post(handler))
    }

    /// A page for everyone.
    #[must_use]
    pub fn public_get<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Routes {
        self.row(Method::Get, path, Access::Public, axum::routing::get(handler))
    }

    /// A form for everyone (signing in, the language).
    #[must_use]
    pub fn public_post<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Routes {
        self.row(Method::Post, path, Access::Public, axum::routing::post(handler))
    }

    fn row(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<App>,
    ) -> Routes {
        self.rows.push(Route { method, path, access, handler });
        self
    }

    /// Adds the routes of another step.
    #[must_use]
    pub fn and(mut self, other: Routes) -> Routes {
        self.rows.extend(other.rows);
        self
    }

    /// The rows.
    pub fn rows(&self) -> &[Route] {
        &self.rows
    }
}
