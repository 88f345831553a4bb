//! Connecting a device: typing its code, and the end.

use askama::Template;

use crate::views::RequestingClient;
use usher_page_kit::views::{FieldErrors, Form, Layout};

/// The page that asks for the code.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "device/code.html")]
pub struct DeviceCode {
    pub page: Layout,
    /// Field `user_code`.
    pub form: Form,
    /// The code as it was typed, or as the URL says it.
    pub user_code: String,
    pub errors: FieldErrors,
}

/// The device that asks, on the consent page.
#[derive(Clone, Debug, Default)]
pub struct DeviceOrigin {
    /// The code that the device shows.
    pub user_code: String,
    /// Program and system, as text.
    pub device: String,
    /// Its network, as text.
    pub place: String,
    /// When it asked, in the reader's language.
    pub time: String,
}

/// The page after the answer.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "device/done.html")]
pub struct DeviceDone {
    pub page: Layout,
    pub client: RequestingClient,
    pub allowed: bool,
    /// The page where access is removed.
    pub apps_url: String,
}
