//! The projects' histories as a reader of the log: what concerns a project's users is sealed to the project's key, in
//! the transaction in which it is told. The house keeps the sealed text and cannot read it.

mod pages;

pub(super) use pages::Pages;
