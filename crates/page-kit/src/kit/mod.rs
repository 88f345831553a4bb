//! What a handler of a page takes and gives back.
//!
//! A handler takes one kit, which says who may open the page: [`AccountPage`] (the signed-in user), [`ConsolePage`]
//! (everybody who has projects), [`ProjectPage`] (members with the rights that the route requires, and administrators),
//! [`AdminPage`] (administrators); pages of sign-in have kits of their own in the crate `pages`. For anybody else the kit responds, and the handler does not run. A handler of a POST also takes a [`PageForm`], which has checked that
//! the form was shown to this browser. Then it calls one use case and ends with [`PageKit::show`],
//! [`PageKit::show_again`] or [`PageKit::done`].

mod account;
mod form;
mod html;
mod page_kit;
mod project;
mod shown_secret;
mod stop;
mod upload;

pub use account::{AccountPage, AdminPage, ConsolePage};
pub use form::{ButtonForm, FormField, InPath, PageForm};
pub use html::html;
pub use page_kit::{Notice, PageKit};
pub use project::ProjectPage;
pub use shown_secret::SecretPage;
pub use stop::{PageResult, PageStop};
pub use upload::{PageFile, PageUpload};
