//! The values that an application provides to its executor.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::{Error, ErrorKind};

/// The values that an application provides to its executor: at most one of each type. Clones share the values.
#[derive(Clone, Default)]
pub struct Extensions {
    values: Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Extensions {
    /// Adds a value, in place of an earlier one of the same type.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        Arc::make_mut(&mut self.values).insert(TypeId::of::<T>(), Arc::new(value));
        self
    }

    /// Returns the value of this type, if there is one.
    pub fn find<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// Returns the value of this type.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if none was provided.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<&T, Error> {
        self.find().ok_or_else(|| {
            let name = type_name::<T>();
            Error::new(
                ErrorKind::Configuration,
                format!(
                    "no `{name}` was provided; add `.provide(value)` to the executor's builder"
                ),
            )
        })
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({} values)", self.values.len())
    }
}
