//! What a refusal of a use case is for its readers: one row says its code, its kind, what its code means, and how a form
//! shows it. The rows are in [`crate::rejected`].

/// The kind of an error code. The HTTP layer gives each kind one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    /// It has changed since the caller read it.
    Outdated,
    Invalid,
    TooMany,
    Busy,
}

/// An error code of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiErrorCode {
    /// The value of `error.code`.
    pub code: &'static str,
    pub class: ErrorClass,
    /// What it means and what the caller should do, for `docs/errors.md`.
    pub meaning: &'static str,
}

/// The row of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalRow {
    pub code: ApiErrorCode,
    /// The message of the API; empty if it depends on a value.
    pub sentence: &'static str,
    /// The member of a JSON body that is at fault.
    pub member: Option<&'static str>,
    /// How a form shows it; `None` if it gets a page of its own.
    pub form: Option<FormFault>,
}

/// An error of a form: a field (`""` for the form as a whole) and the key of its text, with the text's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormFault {
    pub field: &'static str,
    pub text: &'static str,
    /// `$count` of the text.
    pub count: Option<u32>,
}

impl FormFault {
    pub const fn new(field: &'static str, text: &'static str) -> Self {
        Self { field, text, count: None }
    }

    #[must_use]
    pub const fn counting(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }
}

impl ApiErrorCode {
    pub const fn new(code: &'static str, class: ErrorClass, meaning: &'static str) -> Self {
        Self { code, class, meaning }
    }

    /// A refusal with this code.
    pub const fn says(self, sentence: &'static str) -> RefusalRow {
        RefusalRow { code: self, sentence, member: None, form: None }
    }
}

impl RefusalRow {
    /// A form shows this text at a field.
    #[must_use]
    pub const fn at(self, field: &'static str, text: &'static str) -> Self {
        Self { form: Some(FormFault::new(field, text)), ..self }
    }

    /// It is about this member of a JSON body.
    #[must_use]
    pub const fn of_member(self, member: &'static str) -> Self {
        Self { member: Some(member), ..self }
    }
}
