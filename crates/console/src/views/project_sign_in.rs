//! What a project decides about sign-in to its clients.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// Who may make an account, and what sign-in pages offer.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/project_sign_in.html")]
pub struct ProjectSignInPage {
    pub page: Layout,
    pub project: ProjectHead,
    /// Fields of [`ProjectSignInValues`], and one for each provider.
    pub form: Form,
    pub values: ProjectSignInValues,
    /// The providers that are enabled, and the ones that were chosen earlier.
    pub providers: Vec<OfferedProvider>,
    /// Whether the installation lets nobody register: then no project does.
    pub closed: bool,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// The values of the fields.
#[derive(Clone, Debug, Default)]
pub struct ProjectSignInValues {
    /// The name of the policy.
    pub sign_up: String,
    /// One domain a line.
    pub domains: String,
    /// Whether only the chosen providers are offered.
    pub chosen: bool,
    pub password_sign_up: bool,
    /// Whether its users need a second factor.
    pub second_factor: bool,
    /// The values that the form was loaded with.
    pub loaded: String,
}

/// A provider with its place.
#[derive(Clone, Debug, Default)]
pub struct OfferedProvider {
    /// The field of its place.
    pub field: String,
    pub name: String,
    /// The kind, for its mark.
    pub kind: String,
    /// The place, from 1; 0 if it is not offered.
    pub place: usize,
    /// Whether it makes no accounts at all.
    pub no_sign_up: bool,
}

impl ProjectSignInPage {
    /// The places that a provider may have.
    fn places(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.providers.len()
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn place(&self, place: &usize) -> String {
        self.page.tv("sign-in-place", "place", &place.to_string())
    }
}
