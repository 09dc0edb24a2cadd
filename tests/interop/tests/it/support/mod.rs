//! What the tests of all servers share.

mod http;
mod nginx;
mod stage;
mod tools;

pub(crate) use http::{get, post};
pub(crate) use nginx::Nginx;
pub(crate) use stage::{TRANSPORTS, open_client, run_over, run_over_each};
pub(crate) use tools::{certificate, crate_path, go_program, served_folder, temp_dir, tool};
