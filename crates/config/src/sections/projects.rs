//! Who may create projects, and how long their histories are kept.

use std::time::Duration;

use crate::fault::InvalidReason;
use crate::setting::{SettingDefault, SettingValue, settings};

/// Who may create a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectCreators {
    /// Anybody who is signed in.
    Anyone,
    /// Only administrators.
    Admins,
}

impl SettingValue for ProjectCreators {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        match text {
            "anyone" => Ok(Self::Anyone),
            "admins" => Ok(Self::Admins),
            _ => Err("expected anyone or admins".into()),
        }
    }
}

settings! {
    /// Projects.
    ProjectSettings {
        /// Who may create projects: anyone who is signed in, or only admins.
        "projects.create" => create: ProjectCreators = SettingDefault::ByProfile { dev: "anyone", serve: "admins" };
        /// How long a project's sealed history is kept.
        "projects.history" => history: Duration = SettingDefault::Always("90d");
    }
}
