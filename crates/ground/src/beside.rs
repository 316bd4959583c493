//! Questions that are asked at the same time.

use std::future::Future;

use asuh_store::StoreError;

/// Begins a piece of reading at once, on a thread of its own if there is one free; what it found, when it is waited for.
pub(crate) fn beside<T: Send + 'static>(
    reading: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> impl Future<Output = Result<T, StoreError>> + Send {
    let running = tokio::spawn(reading);
    async move { running.await.map_err(|error| StoreError::Shape(error.to_string()))? }
}
