//! The application's data that jobs use.

use crate::{Error, Extensions};

/// A kind of data that jobs reach through `ctx.entities`, if their attribute names it in `entities = [...]`.
///
/// `#[derive(Entity)]` of `jobs-pg` implements it for a struct that is a row of a table. With another data layer, implement it
/// by hand, and give the executor the delegate with `.provide(delegate)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "not an `Entity`",
    note = "derive it: `#[derive(Entity)] #[entity(table = \"...\")]` on a struct that is a row of a table"
)]
pub trait Entity {
    /// The type of the field in `ctx.entities`.
    type Delegate: Clone + Send + Sync + 'static;

    /// Returns the delegate for one attempt, from the values that the application and the executor provide.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it was not provided.
    fn delegate(provided: &Extensions) -> Result<Self::Delegate, Error> {
        provided.get::<Self::Delegate>().cloned()
    }
}
