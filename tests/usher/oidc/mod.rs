//! What clients are promised, over HTTP.

mod code_flow;
