//! Tests of the server over TCP, both in this process and as a program.

mod attacks;
mod chaos;
mod clock;
mod files;
mod lifecycle;
mod origins;
mod scripts;
mod steps;
mod support;
mod tokens;
