//! The nouns of the house: what Usher knows about, and the rules that hold for them.
//!
//! Pure: no clock, no randomness, no I/O. Time and random bytes are passed in.

pub mod access;
pub mod activity;
pub mod assignment;
pub mod authentication;
pub mod client;
pub mod code;
pub mod concern;
pub mod consent;
pub mod device;
pub mod email;
pub mod event;
pub mod factors;
pub mod feed;
pub mod grant;
pub mod history;
pub mod id;
pub mod identity;
pub mod interaction;
pub mod key;
pub mod letter;
pub mod linking;
pub mod logout_notice;
pub mod member;
pub mod merge;
pub mod notice;
pub mod page;
pub mod passkey;
pub mod project;
pub mod proof;
pub mod provider;
pub mod random;
pub mod receipt;
pub mod remembered;
pub mod secret;
pub mod session;
pub mod source;
pub mod time;
pub mod user;
pub mod ways_in;
pub mod webhook;
mod words;
