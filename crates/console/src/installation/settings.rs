//! The settings that the server runs with, and where each was set.

use crate::views::installation::{SettingGroup, SettingItem, SettingsPage};
use usher_config::{ExplainedSetting, SettingOrigin};
use usher_domain::urls;
use usher_page_kit::kit::{AdminPage, PageKit as _, PageResult};

/// GET /console/settings
pub async fn get(page: AdminPage) -> PageResult {
    let search = page.param("q").unwrap_or_default().trim().to_owned();
    let only_set = page.param("set").is_some();
    let mut settings = page.app.usher.core.config.explain();
    settings.retain(|setting| fits(setting, &search.to_lowercase(), only_set));
    let view = SettingsPage { groups: grouped(&settings), page: page.head(urls::SETTINGS), search, only_set };
    page.show(&view)
}

pub(crate) fn fits(setting: &ExplainedSetting, search: &str, only_set: bool) -> bool {
    let is_found = search.is_empty()
        || setting.key.to_lowercase().contains(search)
        || setting.about.to_lowercase().contains(search)
        || setting.variable().to_lowercase().contains(search);
    is_found && !(only_set && setting.origin == SettingOrigin::Default)
}

/// By section, in the order of the settings; those without a section first.
fn grouped(settings: &[ExplainedSetting]) -> Vec<SettingGroup> {
    let mut groups: Vec<SettingGroup> = Vec::new();
    for setting in settings {
        let name = setting.key.rsplit_once('.').map_or("", |(section, _)| section);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.settings.push(item(setting)),
            None => groups.push(SettingGroup { name: name.to_owned(), settings: vec![item(setting)] }),
        }
    }
    groups.sort_by_key(|group| !group.name.is_empty());
    groups
}

fn item(setting: &ExplainedSetting) -> SettingItem {
    let is_default = setting.origin == SettingOrigin::Default;
    SettingItem {
        key: setting.key.to_string(),
        variable: setting.variable(),
        value: setting.value.clone().filter(|value| !value.is_empty()),
        origin: (!is_default).then(|| setting.origin.to_string()),
        about: setting.about.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn setting(key: &'static str, origin: SettingOrigin) -> ExplainedSetting {
        let about = "How long a session lasts.";
        ExplainedSetting { key: Cow::Borrowed(key), value: Some("1h".into()), origin, default: None, about }
    }

    #[test]
    fn settings_are_found_by_name_variable_and_description() {
        let idle = setting("session.idle", SettingOrigin::Default);
        assert!(["idle", "usher_session__idle", "lasts", ""].iter().all(|text| fits(&idle, text, false)));
        assert!(!fits(&idle, "mail", false) && !fits(&idle, "", true));
        assert!(fits(&setting("session.idle", SettingOrigin::Environment), "", true));
    }

    #[test]
    fn settings_stand_in_their_section_and_those_without_one_come_first() {
        let all = [setting("session.idle", SettingOrigin::Flag), setting("issuer", SettingOrigin::Default)];
        let groups = grouped(&all);
        assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["", "session"]);
        assert_eq!(groups[1].settings[0].origin.as_deref(), Some("command line"));
        assert_eq!(groups[0].settings[0].origin, None);
    }
}
