//! Project histories as a reader of the event log: events about a project's users are encrypted to the project's key,
//! in the transaction that dispatches them. Usher cannot read them.

mod pages;

pub(super) use pages::HistoryPages;
