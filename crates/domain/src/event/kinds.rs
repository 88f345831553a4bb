//! The table of events: one row for each kind. A new kind of event is a row here, its text for the activity page in
//! `account.ftl` if people see it, and the use case that appends it.
//!
//! The table of messages in `docs/webhooks.md` is generated from the rows, in their order. Members of messages contain
//! no secret, no email address and no location.

use super::Event;
use super::counter::CountedAs;
use super::feed::EntryKind::{Client, Grant, Key, Policy, Session, Subject, Token};
use super::kind::InHistory::{WithBrowser, Yes};
use super::kind::{EventKind, EventRow, LogoutScope, Reload};
use super::visibility::Visibility;
use super::webhook::message::{PayloadMember, PayloadSource, data, member};
use crate::user::activity::ActivityHeading::{Account, Applications, Security, SignIns};

/// Each row becomes a constant of [`EventKind`] and a member of `EventKind::ALL`.
macro_rules! events {
    ($($(#[$doc:meta])* $kind:ident = $row:expr;)*) => {
        impl EventKind {
            $($(#[$doc])* pub const $kind: Self = Self::of(const { &$row });)*

            pub const ALL: &'static [Self] = &[$(Self::$kind),*];
        }
    };
}

const fn no_project(name: &'static str) -> EventRow {
    EventRow::new(name, Visibility::NoProject)
}

const fn project(name: &'static str) -> EventRow {
    EventRow::new(name, Visibility::Project)
}

const fn session(name: &'static str) -> EventRow {
    EventRow::new(name, Visibility::Session)
}

const fn user(name: &'static str) -> EventRow {
    EventRow::new(name, Visibility::User)
}

const fn first_grant(name: &'static str) -> EventRow {
    EventRow::new(name, Visibility::FirstGrant)
}

const fn every_project(name: &'static str) -> EventRow {
    EventRow::new(name, Visibility::EveryProject)
}

const SUB: PayloadMember = member("sub", PayloadSource::Sub, "the user's `sub`");
const MEMBER: PayloadMember = member("sub", PayloadSource::Account, "the user's public `sub`");
const SID: PayloadMember = member("sid", PayloadSource::Session, "the session: the `sid` of its tokens");
const CLIENT: PayloadMember = member("client_id", PayloadSource::Client, "the client");
const GRANT: PayloadMember = member("grant_id", PayloadSource::Grant, "the grant: the `gid` of its access tokens");
const REASON: PayloadMember = data("reason", "the reason, one word");
const AMR: PayloadMember = data("amr", "the authentication methods (RFC 8176)");
const PROVIDER: PayloadMember = data("provider", "the provider");
const BY: PayloadMember = data("by", "who did it, if not the user");
const ROLE: PayloadMember = data("role", "which");
const MEMBER_ROLE: PayloadMember = data("role", "owner, developer or viewer");
const WEBHOOK: PayloadMember = data("webhook_id", "which");
const HOW: PayloadMember = data("how", "how it was linked");
const FACTOR: PayloadMember = data("factor", "which");
const WANTED: PayloadMember = data("wanted", "whether");
const SCOPE: PayloadMember = data("scope", "what");
const TOKEN: PayloadMember = data("jti", "the token's `jti`");
const IMPERSONATED: PayloadMember = data("impersonated", "whether the new token names no actor of this exchange");
const ASSERTION: PayloadMember = data("jti", "the assertion's `jti`");
const AUDIENCE: PayloadMember = data("audience", "the issuer identifier of the other server");
const ASSERTED_SCOPE: PayloadMember = data("scope", "the scope that it asserts; absent if the other server decides");
const REQUIRES_SECOND_FACTOR: PayloadMember =
    data("require_second_factor", "whether sign-in requires two factors, if that has changed");
const INVITATION: PayloadMember = data("invitation_id", "which");
const API: PayloadMember = data("api_id", "which");
const IDENTIFIER: PayloadMember = data("identifier", "the API's identifier: the `aud` of its tokens");
const ALLOWED_SCOPE: PayloadMember = data("scope", "the scopes that it may ask for; all if absent");
const INITIAL_TOKEN: PayloadMember = data("initial_token_id", "which");
const REVISION: PayloadMember = data("revision", "its number");
const KEY: PayloadMember = data("kid", "the key");
const KEY_ALGORITHM: PayloadMember = data("alg", "its algorithm");
const DISABLED_BECAUSE: PayloadMember =
    data("reason", "`gone` (it answered 410) or `failing` (every delivery failed for a week)");
const MERGED: PayloadMember = member("sub", PayloadSource::Sub, "the `sub` that is no longer used");
const INTO: PayloadMember = member("into", PayloadSource::User, "the `sub` that remains");
const SEPARATED: PayloadMember = member("sub", PayloadSource::Sub, "the `sub` that is separate again");
const MERGED_INTO: PayloadMember = member("from", PayloadSource::User, "the `sub` that it had been merged into");

events! {
    SESSION_CREATED = first_grant("session.created")
        .message("A session was first used with the project: its first grant there.", &[SUB, SID, AMR])
        .reportable_activity(SignIns, "event-signed-in")
        .counted(CountedAs::SignIn);
    SESSION_REAUTHENTICATED = session("session.reauthenticated")
        .message("A user authenticated again.", &[SUB, SID, AMR])
        .activity(SignIns, "event-signed-in-again")
        .counted(CountedAs::SignIn);
    SESSION_REVOKED = session("session.revoked")
        .message("A session was ended before it expired: its tokens are no longer valid.", &[SUB, SID, REASON])
        .feed(Session)
        .history(Yes, &["sub", "reason"])
        .activity(SignIns, "event-session-ended");
    SIGN_IN_FAILED = no_project("session.sign_in_failed").activity(SignIns, "event-sign-in-failed")
        .counted(CountedAs::FailedSignIn);
    SESSION_STEPPED_UP = no_project("session.stepped_up");
    SECOND_FACTOR_FAILED = no_project("session.second_factor_failed");

    USER_CREATED = first_grant("user.created")
        .message("A user first used the project: their first grant there.", &[SUB])
        .activity(Account, "event-user-created");
    USER_UPDATED = user("user.updated")
        .message("A user's profile has changed: read userinfo.", &[SUB])
        .history(Yes, &[])
        .reportable_activity(Account, "event-user-updated");
    USER_DISABLED = user("user.disabled")
        .message("A user was disabled and can no longer sign in.", &[SUB])
        .feed(Subject)
        .history(Yes, &["sub"])
        .activity(Account, "event-user-disabled");
    USER_ENABLED = user("user.enabled")
        .message("A user was enabled and can sign in again.", &[SUB])
        .history(Yes, &["sub"])
        .activity(Account, "event-user-enabled");
    USER_DELETED = user("user.deleted")
        .message("A user was deleted. The `sub` is never reused.", &[SUB])
        .feed(Subject)
        .history(Yes, &["sub"]);
    PASSWORD_CHANGED = user("user.password_changed")
        .message("A user changed their password.", &[SUB])
        .reportable_activity(Security, "event-password-changed");
    PASSWORD_RECOVERED = user("user.password_recovered")
        .message("A user set a new password without the old one.", &[SUB])
        .reportable_activity(Security, "event-password-recovered");
    RECOVERY_REQUESTED = no_project("user.recovery_requested").activity(Security, "event-recovery-requested");
    /// An administrator sent somebody the link with which they first set a password.
    USER_INVITED = no_project("user.invited").activity(Account, "event-invited");
    /// An administrator ended sessions: their own events say which.
    SESSIONS_ENDED = no_project("user.sessions_ended");
    ADMIN_ADDED = no_project("administrator.added").activity(Security, "event-admin-added");
    ADMIN_REMOVED = no_project("administrator.removed").activity(Security, "event-admin-removed");
    EMAIL_CHANGED = user("user.email_changed")
        .message("A user's email address has changed: read userinfo.", &[SUB])
        .reportable_activity(Account, "event-email-changed");
    COMPROMISE_REPORTED = user("user.disowned")
        .message("A user reported that somebody else used their account; every session was ended.", &[SUB])
        .activity(Security, "event-compromise-reported");

    // Only projects that know the merged user see a merge: they have to move data.
    USERS_MERGED = project("user.merged")
        .message(
            "Two users were merged: move the data of `sub` to `into`.",
            &[
                MERGED,
                INTO,
            ],
        )
        .feed(Subject)
        .reportable_activity(Security, "event-merged");
    MERGE_UNDONE = project("user.merge_undone")
        .message(
            "A merge of two users was undone.",
            &[
                SEPARATED,
                MERGED_INTO,
            ],
        )
        .activity(Security, "event-merge-undone");
    IDENTITY_LINKED = user("identity.linked")
        .message("A user linked an identity of a provider.", &[SUB, PROVIDER, HOW])
        .reportable_activity(Security, "event-identity-linked");
    IDENTITY_UNLINKED = user("identity.unlinked")
        .message("A user unlinked an identity of a provider.", &[SUB, PROVIDER])
        .reportable_activity(Security, "event-identity-unlinked");

    FACTOR_ADDED = user("factor.added").message("A user added a second factor.", &[SUB, FACTOR]);
    FACTOR_REMOVED = user("factor.removed").message("A user removed a second factor.", &[SUB, FACTOR]);
    FACTORS_RESET = user("factor.reset").message("All second factors of a user were removed.", &[SUB, BY]);
    SECOND_STEP_CHANGED = user("factor.second_step_changed")
        .message("A user switched the second step at sign-in on or off.", &[SUB, WANTED]);
    RECOVERY_CODES_RENEWED =
        user("factor.recovery_codes_renewed").message("A user made new recovery codes.", &[SUB]);
    /// No project sees it: it reveals when the user signed in, wherever that was.
    RECOVERY_CODE_USED = no_project("factor.recovery_code_used");
    PASSKEY_CLONE_SUSPECTED = user("factor.clone_suspected")
        .message("A user's passkey may have been copied; it was refused.", &[SUB]);
    BROWSER_REMEMBERED = no_project("browser.remembered");
    BROWSER_FORGOTTEN = no_project("browser.forgotten");

    CONSENT_GRANTED = project("consent.granted")
        .message("A user gave consent to a client.", &[SUB, SID, CLIENT, SCOPE])
        .history(WithBrowser, &["scope", "claims"])
        .forgetting(&["scope", "claims"])
        .reportable_activity(Applications, "event-consent-granted");
    CONSENT_DENIED = project("consent.denied")
        .message("A user denied consent to a client.", &[SUB, SID, CLIENT])
        .history(WithBrowser, &[])
        .activity(Applications, "event-consent-denied");
    CONSENT_WITHDRAWN = project("consent.withdrawn")
        .message("A user withdrew the consent given to a client.", &[SUB, CLIENT])
        .history(Yes, &[])
        .activity(Applications, "event-consent-withdrawn");
    DEVICE_ALLOWED = project("device.allowed")
        .message("A user allowed a device that showed them a code.", &[SUB, SID, CLIENT, SCOPE])
        .history(WithBrowser, &["scope"])
        .forgetting(&["scope"])
        .reportable_activity(Applications, "event-device-allowed");
    DEVICE_DENIED = project("device.denied")
        .message("A user denied a device that showed them a code.", &[SUB, SID, CLIENT])
        .history(WithBrowser, &[])
        .activity(Applications, "event-device-denied");
    /// No project sees it: it reveals whether an address is that of a user.
    CIBA_REQUESTED = no_project("ciba.requested").activity(Applications, "event-ciba-requested");
    CIBA_ALLOWED = project("ciba.allowed")
        .message("A user allowed a sign-in that a client asked for by CIBA.", &[SUB, SID, CLIENT, SCOPE])
        .history(WithBrowser, &["scope"])
        .forgetting(&["scope"])
        .reportable_activity(Applications, "event-ciba-allowed");
    CIBA_DENIED = project("ciba.denied")
        .message("A user denied a sign-in that a client asked for by CIBA.", &[SUB, SID, CLIENT])
        .history(WithBrowser, &[])
        .activity(Applications, "event-ciba-denied");
    CIBA_REPORTED = project("ciba.reported")
        .message(
            "A user said that they did not start a sign-in that a client asked for by CIBA: for a day the client cannot \
             ask them again.",
            &[SUB, SID, CLIENT],
        )
        .history(WithBrowser, &[])
        .activity(Applications, "event-ciba-reported");
    GRANT_CREATED = project("grant.created")
        .message("A client received tokens for a user.", &[SUB, SID, CLIENT, GRANT])
        .history(WithBrowser, &["scope", "claims", "provider"])
        .forgetting(&["scope", "claims", "provider"])
        .reportable_activity(Applications, "event-grant-created")
        .counted(CountedAs::Grant);
    GRANT_REVOKED = project("grant.revoked")
        .message(
            "A client's grant for a user was revoked: its tokens are no longer valid.",
            &[SUB, SID, CLIENT, GRANT, REASON],
        )
        // If its session ended as well, the entry of the session suffices.
        .feed_unless(Grant, Event::WITH_SESSION)
        .history(Yes, &["reason", "sub"])
        .logout(LogoutScope::Grant)
        .activity(Applications, "event-grant-revoked");
    TOKEN_REVOKED = project("token.revoked")
        .message("A client revoked one of its access tokens.", &[CLIENT, TOKEN])
        .feed(Token)
        .history(Yes, &[]);
    ACCESS_USED = project("access.used").history(Yes, &["scope", "claims"]).forgetting(&["scope", "claims"])
        .counted(CountedAs::Activity);
    TOKEN_EXCHANGED = project("token.exchanged")
        .message(
            "A client exchanged a user's access token for one of its own.",
            &[SUB, SID, CLIENT, GRANT, TOKEN, IMPERSONATED],
        )
        .history(Yes, &["impersonated"]);
    ID_JAG_ISSUED = project("id_jag.issued")
        .message(
            "A client received an assertion about a user, by which it gets access tokens at another server (ID-JAG).",
            &[SUB, SID, CLIENT, GRANT, ASSERTION, AUDIENCE, ASSERTED_SCOPE],
        )
        .history(Yes, &["audience", "scope"])
        .activity(Applications, "event-id-jag-issued");
    TOKEN_REUSE_DETECTED = project("token.reuse_detected")
        .message(
            "An old refresh token was used although a newer one was in use: it may have been stolen. The grant was \
             ended, and its session unless `tokens.reuse_ends` is `grant`.",
            &[SUB, SID, CLIENT, GRANT],
        )
        .history(Yes, &[])
        .activity(Security, "event-token-reuse");
    CODE_REUSE_DETECTED = project("code.reuse_detected")
        .message(
            "An authorization code was used twice: it may have been stolen. The grant was ended.",
            &[SUB, SID, CLIENT, GRANT],
        )
        .history(Yes, &[])
        .activity(Security, "event-token-reuse");

    PROJECT_CREATED = project("project.created").message("The project was created.", &[]);
    PROJECT_UPDATED = project("project.updated").message(
        "The project's settings have changed.",
        &[REQUIRES_SECOND_FACTOR],
    );
    PROJECT_BRANDED = project("project.branding_changed")
        .message("The branding of the project's pages and emails has changed.", &[]);
    PROJECT_SIGN_IN_CHANGED = project("project.sign_in_changed").message(
        "Who may make an account on the way to the project's clients, or what their sign-in pages offer, has changed.",
        &[],
    );
    /// There is no message: its webhooks are deleted with it.
    PROJECT_DELETED = project("project.deleted").reload(Reload::ProjectTokens);
    PROJECT_TOKEN_ROTATED = project("project.token_rotated")
        .message("The project has a new token; the previous one is valid for a while.", &[])
        .reload(Reload::ProjectTokens);
    FORMER_TOKENS_ENDED = project("project.former_tokens_ended")
        .message("All tokens of the project except the newest were ended.", &[])
        .reload(Reload::ProjectTokens);
    MEMBER_ADDED =
        project("member.added").message("Somebody became a member of the project.", &[MEMBER, MEMBER_ROLE]);
    MEMBER_CHANGED = project("member.changed").message("A member's role was changed.", &[MEMBER, MEMBER_ROLE]);
    MEMBER_REMOVED = project("member.removed").message("Somebody is no longer a member of the project.", &[MEMBER]);

    MEMBER_INVITED = project("member.invited")
        .message("Somebody was invited to the project, or the email was sent again.", &[INVITATION, MEMBER_ROLE]);
    MEMBER_INVITATION_WITHDRAWN = project("member.invitation_withdrawn")
        .message("An invitation to the project was withdrawn.", &[INVITATION]);

    CLIENT_CREATED = project("client.created").message("A client was created.", &[CLIENT]);
    CLIENT_UPDATED = project("client.updated").message("A client's metadata has changed.", &[CLIENT]);
    CLIENT_DISABLED = project("client.disabled")
        .message("A client was disabled.", &[CLIENT])
        .feed(Client)
        .forgetting(&[Event::FEED_POSITION])
        .logout(LogoutScope::Client);
    CLIENT_ENABLED = project("client.enabled").message("A client was enabled.", &[CLIENT]);
    CLIENT_DELETED = project("client.deleted")
        .message("A client was deleted.", &[CLIENT])
        .feed(Client)
        .logout(LogoutScope::Client);
    INITIAL_TOKEN_CREATED = project("initial_token.created")
        .message("A token was created with which clients register themselves in the project.", &[INITIAL_TOKEN]);
    INITIAL_TOKEN_DELETED = project("initial_token.deleted")
        .message("A token with which clients register themselves was deleted.", &[INITIAL_TOKEN]);
    CLIENT_TRUSTED = project("client.trusted")
        .message("An administrator vouches for a client that registered itself.", &[CLIENT]);
    CLIENT_DISTRUSTED = project("client.distrusted")
        .message("No administrator vouches for a client that registered itself any more.", &[CLIENT]);
    CLIENT_CHECK_UP_STARTED = project("client.check_up_started")
        .message("A check-up of a client's application was started in the console.", &[CLIENT]);
    CLIENT_SECRET_ROTATED = project("client.secret_rotated").message("A client has a new secret.", &[CLIENT]);
    REDIRECT_REJECTED = project("client.redirect_rejected")
        .message(
            "A client sent an authorization request with a redirect URI that is not registered.",
            &[CLIENT],
        )
        .history(Yes, &["sent"]);

    API_CREATED = project("api.created").message("An API was created.", &[API, IDENTIFIER]);
    API_UPDATED = project("api.updated").message("The settings of an API have changed.", &[API, IDENTIFIER]);
    API_DELETED = project("api.deleted")
        .message("An API was deleted: no more tokens are issued for it.", &[API, IDENTIFIER]);
    API_CLIENT_ALLOWED = project("api.client_allowed").message(
        "A client of another project may ask for tokens for an API.",
        &[API, IDENTIFIER, CLIENT, ALLOWED_SCOPE],
    );
    /// In the feed of the API's project, the entry revokes what the client was issued for it.
    API_CLIENT_REMOVED = project("api.client_removed")
        .message(
            "A client of another project may no longer ask for tokens for an API: what it holds is no longer valid.",
            &[API, IDENTIFIER, CLIENT],
        )
        .feed(Client);

    POLICY_PUBLISHED = project("policy.published")
        .message("The project's access rules have a new revision.", &[REVISION])
        .feed(Policy);
    ROLE_ASSIGNED = project("role.assigned")
        .message("A user was given a role.", &[SUB, ROLE])
        .feed(Subject)
        .forgetting(&[Event::FEED_POSITION])
        .history(Yes, &["sub", "role", "reason"]);
    ROLE_UNASSIGNED = project("role.unassigned")
        .message("A role was removed from a user.", &[SUB, ROLE])
        .feed(Subject)
        .forgetting(&[Event::FEED_POSITION])
        .history(Yes, &["sub", "role", "reason"]);

    KEY_CREATED = no_project("key.created").reload(Reload::SigningKeys);
    /// For receivers this is the rotation, and instances know the key since it was created.
    KEY_ACTIVATED = every_project("key.activated").message_named(
        "key.rotated",
        "Tokens are now signed with another key, which was published some time ago.",
        &[KEY],
    );
    KEY_RETIRED = no_project("key.retired").reload(Reload::SigningKeys);
    KEY_PRUNED = no_project("key.pruned").reload(Reload::SigningKeys);
    KEY_REVOKED = every_project("key.revoked")
        .message(
            "A signing key has leaked and was removed. Nothing that it signed is valid any more: fetch the keys again.",
            &[KEY, KEY_ALGORITHM],
        )
        .feed(Key)
        .reload(Reload::SigningKeys);
    SETUP_LINK_CREATED = no_project("setup.link_created");
    /// The branding of the installation.
    BRANDING_CHANGED = no_project("branding.changed");
    /// An administrator downloads users.
    USERS_EXPORT_STARTED = no_project("users.export_started");
    /// The download has ended, with the number of users.
    USERS_EXPORTED = no_project("users.exported");
    USERS_IMPORT_STARTED = no_project("users.import_started");
    /// An import has ended, with the number of rows by their result.
    USERS_IMPORTED = no_project("users.imported");
    USERS_IMPORT_CANCELLED = no_project("users.import_cancelled");
    PROVIDER_CHANGED = no_project("provider.changed");
    PROVIDER_DELETED = no_project("provider.deleted");
    /// A provider reported something about a user.
    PROVIDER_NOTICE = no_project("provider.notice");

    WEBHOOK_CREATED = project("webhook.created").message("A webhook was created.", &[WEBHOOK]);
    WEBHOOK_UPDATED = project("webhook.updated").message("A webhook was changed.", &[WEBHOOK]);
    WEBHOOK_DELETED = project("webhook.deleted").message("A webhook was deleted.", &[WEBHOOK]);
    WEBHOOK_SECRET_ROTATED = project("webhook.secret_rotated").message("A webhook has a new secret.", &[WEBHOOK]);
    WEBHOOK_DISABLED = project("webhook.disabled").message(
        "A webhook was disabled.",
        &[WEBHOOK, DISABLED_BECAUSE],
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::InHistory;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: BTreeSet<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), EventKind::ALL.len());
    }

    /// A deleted project has no webhooks, and uses of access are in the history.
    #[test]
    fn projects_get_a_message_about_each_event_that_they_may_see() {
        for kind in EventKind::ALL {
            let silent = kind.visibility() == Visibility::NoProject
                || [EventKind::PROJECT_DELETED, EventKind::ACCESS_USED].contains(kind);
            assert!(kind.row().message.is_some() != silent, "decide whether projects get {kind:?}");
        }
    }

    #[test]
    fn what_no_project_may_see_reaches_neither_feeds_nor_histories() {
        for kind in EventKind::ALL.iter().filter(|kind| kind.visibility() == Visibility::NoProject) {
            assert_eq!((kind.row().feed, kind.row().history), (None, InHistory::No), "{kind:?}");
        }
    }

    /// What is removed from the log after dispatch would be lost if no history showed it. A feed position is in the feed.
    #[test]
    fn what_the_log_forgets_is_in_the_histories() {
        for row in EventKind::ALL.iter().map(|kind| kind.row()) {
            let mut forgotten = row.forgotten.iter().filter(|name| **name != Event::FEED_POSITION);
            assert!(forgotten.all(|name| row.history_members.contains(name)), "{}", row.name);
        }
    }

    /// A message about a session or a grant goes only to projects that it concerns.
    #[test]
    fn what_names_a_session_or_a_client_is_seen_only_by_projects_that_it_concerns() {
        for kind in EventKind::ALL {
            let Some(message) = kind.row().message else { continue };
            let names = |origin: PayloadSource| message.members.iter().any(|member| member.from == origin);
            if names(PayloadSource::Client) || names(PayloadSource::Grant) {
                assert_eq!(kind.visibility(), Visibility::Project, "{kind:?}");
            } else if names(PayloadSource::Session) || names(PayloadSource::Data("amr")) {
                assert!(matches!(kind.visibility(), Visibility::Session | Visibility::FirstGrant), "{kind:?}");
            }
        }
    }
}
