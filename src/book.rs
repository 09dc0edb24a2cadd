//! The examples in Rust of the book, which are tested as those of the documentation are.

#[doc = include_str!("../docs/fast-streams.md")]
struct FastStreams;

#[doc = include_str!("../docs/ids.md")]
struct Ids;

#[doc = include_str!("../docs/migration.md")]
struct Migration;

#[doc = include_str!("../docs/policies.md")]
struct Policies;

#[doc = include_str!("../docs/start-rust.md")]
struct StartRust;

#[doc = include_str!("../docs/testing.md")]
struct Testing;

#[doc = include_str!("../docs/tokens.md")]
struct Tokens;

#[doc = include_str!("../docs/transports.md")]
struct Transports;
