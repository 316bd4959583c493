//! audit: through the real router, as its users do it, on both engines.
