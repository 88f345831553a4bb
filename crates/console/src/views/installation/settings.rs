//! The settings that the server runs with.

use askama::Template;

use usher_page_kit::views::Layout;

/// Every setting, by section.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/settings.html")]
pub struct SettingsPage {
    pub page: Layout,
    /// The text to find.
    pub search: String,
    /// Only settings that are not the default?
    pub only_set: bool,
    pub groups: Vec<SettingGroup>,
}

/// The settings of a section.
#[derive(Clone, Debug, Default)]
pub struct SettingGroup {
    /// Its name in `usher.toml`; empty for settings without a section.
    pub name: String,
    pub settings: Vec<SettingItem>,
}

/// A setting.
#[derive(Clone, Debug, Default)]
pub struct SettingItem {
    pub key: String,
    pub variable: String,
    /// The value with secrets masked; `None` if it is not set.
    pub value: Option<String>,
    /// Where it is set; `None` for the default.
    pub origin: Option<String>,
    pub about: String,
}
