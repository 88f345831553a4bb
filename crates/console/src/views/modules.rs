//! The local modules that are connected to a project.

use askama::Template;

use usher_page_kit::views::{Layout, Moment, ProjectHead};

/// The modules that follow the feed of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/modules.html")]
pub struct ModulesPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// This page, to load it again.
    pub here: String,
    /// The modules, at most [`Self::connected`].
    pub modules: Vec<ModuleListItem>,
    /// The number of connected modules.
    pub connected: usize,
    /// The revision of the published access rules.
    pub revision: Option<i64>,
    /// How to install a module.
    pub guide_url: String,
    /// The command that creates a client for a module.
    pub command: String,
}

/// One module.
#[derive(Clone, Debug, Default)]
pub struct ModuleListItem {
    /// The name of its client or project.
    pub name: String,
    /// Its host or network address.
    pub host: String,
    /// Its library and version.
    pub version: String,
    /// The message key of the transport.
    pub transport_key: &'static str,
    /// Since when it is connected.
    pub since: Moment,
    /// When it last acknowledged an entry.
    pub acknowledged: Option<Moment>,
    /// How many entries it is behind.
    pub behind: i64,
    /// The revision of the access rules that it applies.
    pub revision: Option<u64>,
    /// Does it apply the published revision?
    pub is_current: bool,
}

impl ModulesPage {
    /// How many of the modules apply the published revision; `None` if none is published.
    pub fn rules(&self) -> Option<String> {
        let revision = self.revision?.to_string();
        let current = self.modules.iter().filter(|module| module.is_current).count();
        let values = [("current", number(current)), ("count", number(self.modules.len()))];
        let [current, count] = values.map(|(name, value)| (name, value.into()));
        Some(self.page.lang.text_with("modules-rules", &[current, count, ("revision", revision.as_str().into())]))
    }

    /// Do all modules apply the published revision?
    pub fn all_current(&self) -> bool {
        self.modules.iter().all(|module| module.is_current)
    }

    /// How many modules are connected beyond those that are listed.
    pub fn more(&self) -> u32 {
        number(self.connected.saturating_sub(self.modules.len()))
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
