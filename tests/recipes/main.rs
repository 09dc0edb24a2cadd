//! Runs the recipes in `docs/recipes` over a fake server, and checks what they show and which requests they send.
#![cfg(all(
    not(target_family = "wasm"),
    feature = "fetch",
    feature = "json",
    feature = "testing"
))]
#![allow(unreachable_pub, reason = "apps have these recipes in modules")]

#[path = "../../docs/recipes/ai_sdk.rs"]
mod ai_sdk;
#[path = "../../docs/recipes/anthropic.rs"]
mod anthropic;
#[path = "../../docs/recipes/gemini.rs"]
mod gemini;
#[path = "../../docs/recipes/mcp.rs"]
mod mcp;
#[path = "../../docs/recipes/openai_chat.rs"]
mod openai_chat;
#[path = "../../docs/recipes/openai_responses.rs"]
mod openai_responses;
#[path = "../../docs/recipes/tanstack_ai.rs"]
mod tanstack_ai;
#[path = "../../docs/recipes/tokens.rs"]
mod tokens;

mod answers;
mod kept_answers;
mod models;
mod running;
mod streams_with_tokens;
mod tools;
