//! Refresh tokens.

mod ends;
mod races;
mod rotation;
mod sequences;
