//! Tests of the server over TCP, both in this process and as a program.

mod attacks;
mod chaos;
mod files;
mod origins;
mod scripts;
mod server;
mod steps;
mod support;
