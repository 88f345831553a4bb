//! The choice of events that a webhook gets: every event with what it means, in groups.

use std::collections::BTreeSet;

use super::installation::event_texts::{KindGroup, text_key};
use usher_domain::event::EventCatalogue;
use usher_page_kit::views::Layout;

/// A field of the choice begins with this; its filter follows.
pub const EVENT_FIELD: &str = "event.";

/// Events of one subject.
#[derive(Clone, Debug, Default)]
pub struct EventGroup {
    pub label: String,
    pub choices: Vec<EventChoice>,
}

/// One filter to choose.
#[derive(Clone, Debug, Default)]
pub struct EventChoice {
    /// `session.created` or `session.*`.
    pub filter: String,
    pub label: String,
    /// What the event means, in English; empty for a filter of several events.
    pub about: &'static str,
    pub chosen: bool,
}

impl EventGroup {
    pub fn chosen(&self) -> u32 {
        u32::try_from(self.choices.iter().filter(|choice| choice.chosen).count()).unwrap_or(u32::MAX)
    }
}

/// The groups of events, with the chosen filters marked. Chosen filters that name no known event come last.
pub fn event_groups(page: &Layout, chosen: &BTreeSet<&str>) -> Vec<EventGroup> {
    let mut offered = BTreeSet::from(["*".to_owned()]);
    let mut groups = Vec::new();
    for group in KindGroup::all() {
        let kinds: BTreeSet<&str> = group.kinds().map(|(name, _)| name).collect();
        let mut choices: Vec<EventChoice> = Vec::new();
        for (kind, message) in EventCatalogue::STANDARD.messages().filter(|(kind, _)| kinds.contains(kind.as_str())) {
            let all = message.name.split_once('.').map(|(resource, _)| format!("{resource}.*")).unwrap_or_default();
            if offered.insert(all.clone()) {
                let label = page.tv("webhook-all-of", "events", all.as_str());
                choices.push(EventChoice { chosen: chosen.contains(all.as_str()), filter: all, label, about: "" });
            }
            offered.insert(message.name.to_owned());
            choices.push(EventChoice {
                filter: message.name.to_owned(),
                label: text_key(kind.as_str()).map_or_else(|| message.name.to_owned(), |key| page.t(key)),
                about: message.about,
                chosen: chosen.contains(message.name),
            });
        }
        if !choices.is_empty() {
            groups.push(EventGroup { label: page.t(group.text_key), choices });
        }
    }
    let others = chosen.iter().filter(|filter| !offered.contains(**filter));
    let choices: Vec<_> = others
        .map(|filter| EventChoice {
            filter: (*filter).to_owned(),
            label: (*filter).to_owned(),
            about: "",
            chosen: true,
        })
        .collect();
    if !choices.is_empty() {
        groups.push(EventGroup { label: page.t("webhook-other-events"), choices });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::event::webhook::filter::Filter;

    #[test]
    fn every_event_is_offered_once_with_its_meaning_and_what_was_chosen_is_marked() {
        let groups = event_groups(&Layout::default(), &BTreeSet::from(["session.*", "user.deleted", "user.vanished"]));
        let choices: Vec<_> = groups.iter().flat_map(|group| &group.choices).collect();
        let messages: Vec<_> = EventCatalogue::STANDARD.messages().map(|(_, message)| message.name).collect();
        for name in &messages {
            assert_eq!(choices.iter().filter(|choice| choice.filter == *name).count(), 1, "{name}");
        }
        assert!(
            choices.iter().all(|choice| choice.filter.ends_with(".*") || !choice.about.is_empty() || choice.chosen)
        );
        let chosen: BTreeSet<_> =
            choices.iter().filter(|choice| choice.chosen).map(|choice| choice.filter.as_str()).collect();
        assert_eq!(chosen, BTreeSet::from(["session.*", "user.deleted", "user.vanished"]));
        let known = choices.iter().filter(|choice| choice.filter != "user.vanished");
        assert!(known.clone().all(|choice| choice.filter.parse::<Filter>().is_ok()));
        let filters: BTreeSet<_> = choices.iter().map(|choice| &choice.filter).collect();
        assert_eq!(filters.len(), choices.len(), "no filter is offered twice");
    }
}
