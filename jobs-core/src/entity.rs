//! The application's data that a job may use.

use crate::{Error, Extensions};

/// A kind of data that jobs can be given access to, by naming it in `entities = [...]`.
///
/// `#[derive(Entity)]` of `jobs-pg` implements it for a struct that is a row of a table. Another data layer implements it
/// itself, and gives the executor a delegate with `.provide(delegate)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "not an `Entity`",
    note = "derive it: `#[derive(Entity)] #[entity(table = \"...\")]` on a struct that is a row of a table"
)]
pub trait Entity {
    /// What a job gets in `ctx.entities`.
    type Delegate: Clone + Send + Sync + 'static;

    /// Finds the delegate for one run among what the application and the executor provide.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is not there.
    fn delegate(provided: &Extensions) -> Result<Self::Delegate, Error> {
        provided.get::<Self::Delegate>().cloned()
    }
}
