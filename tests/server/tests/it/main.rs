//! The server as a client meets it: over TCP, in process or from the command line.

mod attacks;
mod chaos;
mod files;
mod origins;
mod scripts;
mod server;
mod steps;
mod support;
