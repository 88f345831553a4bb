//! The authorization endpoint and the codes that it issues.

mod code_flow;
mod codes;
mod consent;
mod faults;
mod hints;
mod long_requests;
mod parameters;
mod pkce;
mod prompts;
mod pushed;
mod request_objects;
mod response_modes;
mod signed_responses;
