//! Long work with progress that survives a restart.
