//! Programs that show one thing each: `cargo run --example quickstart`.
