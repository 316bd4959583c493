//! Permission as a type: what a handler may do is what it holds.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Actor, Role, Scope};
use crate::web::Error;

/// The right to a kind of work. Only a caller with one of [`Capability::ROLES`] can hold it; queries and
/// commands take it as an argument, so their signature says who may call them.
///
/// Defined with [`capability!`](crate::access::capability).
pub trait Capability: Sized + Send + Sync + 'static {
    /// Its name in the table of routes and in the log.
    const NAME: &'static str;
    /// The roles that hold it.
    const ROLES: &'static [Role];

    /// Made for a caller who holds one of the roles.
    fn hold(actor: Arc<Actor>, scope: Scope) -> Self;

    /// Who holds it, for what is written for any capability.
    fn caller(&self) -> &Arc<Actor>;

    /// The capability, if the caller may hold it.
    fn of(actor: &Arc<Actor>) -> Option<Self> {
        (Self::ROLES.is_empty() || actor.has_any(Self::ROLES))
            .then(|| Self::hold(actor.clone(), actor.scope(Self::ROLES)))
    }
}

/// Defines capabilities:
///
/// ```
/// use asuh_ground::access::{Role, capability};
/// capability! {
///     /// Reads the families of one's territories.
///     pub struct ReadFamilies = "registry.read_families": [Role::DistrictAdmin, Role::Cadre];
/// }
/// ```
#[macro_export]
macro_rules! define_capability {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident = $code:literal : [$($role:expr),* $(,)?];)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name {
            actor: std::sync::Arc<$crate::access::Actor>,
            scope: $crate::access::Scope,
        }

        impl $crate::access::Capability for $name {
            const NAME: &'static str = $code;
            const ROLES: &'static [$crate::access::Role] = &[$($role),*];

            fn hold(
                actor: std::sync::Arc<$crate::access::Actor>,
                scope: $crate::access::Scope,
            ) -> Self {
                $name { actor, scope }
            }

            fn caller(&self) -> &std::sync::Arc<$crate::access::Actor> {
                &self.actor
            }
        }

        #[allow(dead_code)]
        impl $name {
            /// The caller.
            $vis fn actor(&self) -> &std::sync::Arc<$crate::access::Actor> { &self.actor }
            /// How far the right reaches.
            $vis fn scope(&self) -> &$crate::access::Scope { &self.scope }
            /// The caller's district.
            $vis fn district(&self) -> asuh_store::DistrictId { self.actor.district }
        }
    )+ };
}
pub use crate::define_capability as capability;

capability! {
    /// Anyone who is signed in, whatever the role.
    pub struct SignedIn = "signed_in": [];
}

/// A capability of the present caller, as a handler's argument; a caller who may not hold it never reaches
/// the handler.
#[derive(Debug, Clone)]
pub struct Cap<C>(pub C);

impl<C> Deref for Cap<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<S: Send + Sync, C: Capability> FromRequestParts<S> for Cap<C> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let actor = parts.extensions.get::<Arc<Actor>>().ok_or(Error::SignInFirst)?;
        C::of(actor).map(Cap).ok_or(Error::Forbidden)
    }
}
