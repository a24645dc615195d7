//! Panics of jobs become failures with the message and the place of the panic.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::{Error, Failure};

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a function. A panic in it becomes a failure.
pub(crate) fn catching<R>(function: impl FnOnce() -> R) -> Result<R, Failure> {
    note_places();
    WATCHING.set(true);
    let result = catch_unwind(AssertUnwindSafe(function));
    WATCHING.set(false);
    result.map_err(|payload| {
        let payload = match payload.downcast::<NotProvided>() {
            Ok(missing) => return Failure::new(Failure::NOT_PROVIDED, missing.0),
            Err(payload) => payload,
        };
        let failure = Failure::new(Failure::PANIC, message(payload));
        match PLACE.take() {
            Some(place) => failure.at(place),
            None => failure,
        }
    })
}

/// The payload that ends an attempt which asked for a value that was not provided.
struct NotProvided(String);

/// Ends the attempt that runs on this thread; where none does, as in a task that the function spawned, this is a panic.
#[track_caller]
pub(crate) fn end_for_lack_of(missing: &Error) -> ! {
    match WATCHING.get() {
        // Not a panic of the user's code, so no panic hook is called.
        true => resume_unwind(Box::new(NotProvided(missing.to_string()))),
        false => panic!("{missing}"),
    }
}

/// Only a panic hook sees where a panic happened, and there is one for the whole process: ours notes the place of a job's
/// panic, and calls the one that was there before.
fn note_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if WATCHING.get() {
                PLACE.set(info.location().map(ToString::to_string));
            }
            before(info);
        }));
    });
}

fn message(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<&'static str>() {
        Ok(message) => (*message).to_owned(),
        Err(payload) => payload.downcast::<String>().map_or_else(
            |unknown| {
                // Its destructor is the job's code too, and may panic again.
                std::mem::forget(unknown);
                "a panic without a message".into()
            },
            |message| *message,
        ),
    }
}
