//! What a signed-in person sees and changes.

mod languages;
mod notices;
mod password;
mod profile;
mod sessions;
