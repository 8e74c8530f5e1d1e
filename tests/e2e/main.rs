//! Migrations on a real Docker Engine, which `scripts/docker-engine` gives to a command:
//!
//! ```sh
//! scripts/docker-engine cargo test --test e2e -- --nocapture
//! ```
//!
//! Without it each test says that it is skipped. All of them share the engine and the names of the motive,
//! so that one runs at a time.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests read and write what they like")]
#![expect(clippy::print_stderr, reason = "a test says what it skips and what it measured")]
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod crash;
mod engine;
mod homelab;
mod marketplace;
mod migrate;
mod naive;
mod refused;
mod retire;
mod stack;
