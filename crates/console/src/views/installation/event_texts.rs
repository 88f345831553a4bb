//! What the audit log calls each kind of event, and the groups by which it is filtered.

/// The name of each kind of event and the key of its text.
const TEXTS: &[(&str, &str)] = &[
    ("session.created", "kind-session-created"),
    ("session.reauthenticated", "kind-session-reauthenticated"),
    ("session.revoked", "kind-session-revoked"),
    ("session.sign_in_failed", "kind-session-sign-in-failed"),
    ("session.stepped_up", "kind-session-stepped-up"),
    ("session.second_factor_failed", "kind-session-second-factor-failed"),
    ("user.created", "kind-user-created"),
    ("user.invited", "kind-user-invited"),
    ("user.sessions_ended", "kind-user-sessions-ended"),
    ("administrator.added", "kind-administrator-added"),
    ("administrator.removed", "kind-administrator-removed"),
    ("user.updated", "kind-user-updated"),
    ("user.disabled", "kind-user-disabled"),
    ("user.enabled", "kind-user-enabled"),
    ("user.deleted", "kind-user-deleted"),
    ("user.password_changed", "kind-user-password-changed"),
    ("user.password_recovered", "kind-user-password-recovered"),
    ("user.recovery_requested", "kind-user-recovery-requested"),
    ("user.email_changed", "kind-user-email-changed"),
    ("user.disowned", "kind-user-disowned"),
    ("user.merged", "kind-user-merged"),
    ("user.merge_undone", "kind-user-merge-undone"),
    ("users.export_started", "kind-users-export-started"),
    ("users.exported", "kind-users-exported"),
    ("users.import_started", "kind-users-import-started"),
    ("users.imported", "kind-users-imported"),
    ("users.import_cancelled", "kind-users-import-cancelled"),
    ("identity.linked", "kind-identity-linked"),
    ("identity.unlinked", "kind-identity-unlinked"),
    ("factor.added", "kind-factor-added"),
    ("factor.removed", "kind-factor-removed"),
    ("factor.reset", "kind-factor-reset"),
    ("factor.second_step_changed", "kind-factor-second-step-changed"),
    ("factor.recovery_codes_renewed", "kind-factor-recovery-codes-renewed"),
    ("factor.recovery_code_used", "kind-factor-recovery-code-used"),
    ("factor.clone_suspected", "kind-factor-clone-suspected"),
    ("browser.remembered", "kind-browser-remembered"),
    ("browser.forgotten", "kind-browser-forgotten"),
    ("consent.granted", "kind-consent-granted"),
    ("consent.denied", "kind-consent-denied"),
    ("consent.withdrawn", "kind-consent-withdrawn"),
    ("device.allowed", "kind-device-allowed"),
    ("device.denied", "kind-device-denied"),
    ("ciba.requested", "kind-ciba-requested"),
    ("ciba.allowed", "kind-ciba-allowed"),
    ("ciba.denied", "kind-ciba-denied"),
    ("ciba.reported", "kind-ciba-reported"),
    ("grant.created", "kind-grant-created"),
    ("grant.revoked", "kind-grant-revoked"),
    ("token.revoked", "kind-token-revoked"),
    ("access.used", "kind-access-used"),
    ("token.exchanged", "kind-token-exchanged"),
    ("id_jag.issued", "kind-id-jag-issued"),
    ("token.reuse_detected", "kind-token-reuse-detected"),
    ("code.reuse_detected", "kind-code-reuse-detected"),
    ("project.created", "kind-project-created"),
    ("project.updated", "kind-project-updated"),
    ("project.branding_changed", "kind-project-branding-changed"),
    ("member.invited", "kind-member-invited"),
    ("member.invitation_withdrawn", "kind-member-invitation-withdrawn"),
    ("project.sign_in_changed", "kind-project-sign-in-changed"),
    ("project.deleted", "kind-project-deleted"),
    ("project.token_rotated", "kind-project-token-rotated"),
    ("project.former_tokens_ended", "kind-project-former-tokens-ended"),
    ("member.added", "kind-member-added"),
    ("member.changed", "kind-member-changed"),
    ("member.removed", "kind-member-removed"),
    ("client.created", "kind-client-created"),
    ("client.updated", "kind-client-updated"),
    ("client.disabled", "kind-client-disabled"),
    ("client.enabled", "kind-client-enabled"),
    ("client.deleted", "kind-client-deleted"),
    ("initial_token.created", "kind-initial-token-created"),
    ("initial_token.deleted", "kind-initial-token-deleted"),
    ("client.trusted", "kind-client-trusted"),
    ("client.distrusted", "kind-client-distrusted"),
    ("client.check_up_started", "kind-client-check-up-started"),
    ("client.secret_rotated", "kind-client-secret-rotated"),
    ("client.redirect_rejected", "kind-client-redirect-rejected"),
    ("api.created", "kind-api-created"),
    ("api.updated", "kind-api-updated"),
    ("api.deleted", "kind-api-deleted"),
    ("api.client_allowed", "kind-api-client-allowed"),
    ("api.client_removed", "kind-api-client-removed"),
    ("policy.published", "kind-policy-published"),
    ("role.assigned", "kind-role-assigned"),
    ("role.unassigned", "kind-role-unassigned"),
    ("key.created", "kind-key-created"),
    ("key.activated", "kind-key-activated"),
    ("key.retired", "kind-key-retired"),
    ("key.pruned", "kind-key-pruned"),
    ("key.revoked", "kind-key-revoked"),
    ("setup.link_created", "kind-setup-link-created"),
    ("provider.changed", "kind-provider-changed"),
    ("provider.deleted", "kind-provider-deleted"),
    ("provider.notice", "kind-provider-notice"),
    ("branding.changed", "kind-branding-changed"),
    ("webhook.created", "kind-webhook-created"),
    ("webhook.updated", "kind-webhook-updated"),
    ("webhook.deleted", "kind-webhook-deleted"),
    ("webhook.secret_rotated", "kind-webhook-secret-rotated"),
    ("webhook.disabled", "kind-webhook-disabled"),
];

/// Groups of kinds: the word in the URL, the key of the text, and how the names of its kinds begin.
const GROUPS: &[(&str, &str, &[&str])] = &[
    ("sign-ins", "group-sign-ins", &["session."]),
    ("people", "group-people", &["user.", "users.", "identity.", "browser.", "administrator."]),
    ("factors", "group-factors", &["factor."]),
    ("access", "group-access", &["consent.", "device.", "ciba.", "grant.", "token.", "access.", "code.", "id_jag."]),
    ("projects", "group-projects", &["project.", "member."]),
    ("clients", "group-clients", &["client.", "initial_token.", "api."]),
    ("rules", "group-rules", &["policy.", "role."]),
    ("webhooks", "group-webhooks", &["webhook."]),
    ("system", "group-system", &["key.", "setup.", "provider.", "branding."]),
];

/// The key of the text of a kind; `None` for one that a newer version wrote.
pub fn text_key(kind: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(name, _)| *name == kind).map(|(_, key)| *key)
}

/// A group of kinds of events, as the filter offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindGroup {
    /// The word that stands for all of its kinds.
    pub word: &'static str,
    pub text_key: &'static str,
    beginnings: &'static [&'static str],
}

impl KindGroup {
    /// Every group.
    pub fn all() -> impl Iterator<Item = Self> {
        GROUPS.iter().map(|(word, text_key, beginnings)| Self { word, text_key, beginnings })
    }

    /// Its kinds, each with the key of its text.
    pub fn kinds(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let is_of = move |name: &str| self.beginnings.iter().any(|beginning| name.starts_with(beginning));
        TEXTS.iter().copied().filter(move |(name, _)| is_of(name))
    }
}

/// The kinds that a word of the filter stands for: one kind, or those of a group. `None` for another word.
pub fn kinds_of(word: &str) -> Option<Vec<String>> {
    if let Some(group) = KindGroup::all().find(|group| group.word == word) {
        return Some(group.kinds().map(|(name, _)| name.to_owned()).collect());
    }
    text_key(word).map(|_| vec![word.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::event::EventKind;

    #[test]
    fn every_kind_has_a_text_and_one_group() {
        for kind in EventKind::ALL {
            assert!(text_key(kind.as_str()).is_some(), "{kind:?} has no text");
            let groups = KindGroup::all().filter(|group| group.kinds().any(|(name, _)| name == kind.as_str())).count();
            assert_eq!(groups, 1, "{kind:?}");
        }
        assert_eq!(TEXTS.len(), EventKind::ALL.len());
    }

    #[test]
    fn a_word_of_the_filter_is_a_kind_or_a_group() {
        assert_eq!(kinds_of("key.revoked"), Some(vec!["key.revoked".to_owned()]));
        assert!(kinds_of("webhooks").unwrap().contains(&"webhook.created".to_owned()));
        assert_eq!(kinds_of("nothing"), None);
    }
}
