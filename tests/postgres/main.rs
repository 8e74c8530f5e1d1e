//! What is live, on real servers of 15, 16 and 18.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests read and write what they like")]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

mod broken;
mod command;
mod connecting;
mod dashboard;
mod dump;
mod http;
mod http_client;
mod http_process;
mod http_routes;
mod http_service;
mod inspect;
mod load;
mod provision;
mod proxy;
mod server;
mod superuser;
mod tables;
mod tls;
