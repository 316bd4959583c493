//! What is kept beside the families because it follows from their versions: how they stand at risk, and the words
//! by which their names are found.

use asuh_store::{Id, StoreError, Tx};

use crate::{family, risk};

/// Makes all that is derived of these families anew, within the command that touched one or a member of it. Doing
/// so twice changes nothing.
///
/// # Errors
/// The store fails.
pub(crate) async fn refresh(tx: &Tx<'_>, families: &[Id]) -> Result<(), StoreError> {
    let mut families = families.to_vec();
    families.sort_unstable();
    families.dedup();
    // Takes hold of the district's counts first: of two who change members of one family at the same time, the later
    // reads what the earlier wrote, here and below.
    risk::refresh(tx, &families).await?;
    family::refresh_names(tx, &families).await
}
