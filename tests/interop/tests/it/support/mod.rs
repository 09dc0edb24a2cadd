//! What the tests of all servers share.

mod http;
mod nginx;
mod process;
mod stage;
mod tools;

pub(crate) use http::{get, post, put};
pub(crate) use nginx::Nginx;
pub(crate) use process::Process;
pub(crate) use stage::{Page, Stage, TRANSPORTS};
pub(crate) use tools::{certificate, go_program, interop, root, scratch, tool, www};
