//! Users and sessions.

use askama::Template as _;

use crate::views::{
    ChangeUsersPage, ChangeWords, ChangedUsersPage, ChosenFilter, ClaimsView, EndSessionsPage, ExportUsersPage,
    FilterChoice, FilterField, InviteUserPage, LiveSessionItem, LiveSessionsPage, MergedUserView, MethodView,
    OutcomeItem, ProfileInput, ProfileValueView, RoleView, UserAction, UserActivityPage, UserApplicationView,
    UserApplicationsPage, UserEditPage, UserEventView, UserHead, UserLabel, UserListItem, UserMergePage,
    UserProfilePage, UserRolesPage, UserSessionView, UserSessionsPage, UserSignInPage, UserState, UserTabLink,
    UsersPage,
};
use usher_domain::id::UserId;
use usher_domain::urls::UserUrls;
use usher_i18n::Lang;
use usher_page_kit::views::Form;
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment};
use uuid::Uuid;

const AT: i64 = 1_795_000_000;

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let mut pages = lists(lang);
    pages.extend(changes(lang));
    pages.extend(details(lang));
    pages.extend(forms(lang));
    pages.extend(sessions(lang));
    pages
}

fn person(label: &str) -> UserLabel {
    let id = UserId(Uuid::from_u128(label.len() as u128));
    UserLabel {
        id: id.to_string(),
        url: UserUrls::of(&id).page(),
        label: label.into(),
        detail: format!("{label}@example.test"),
        initials: "AS".into(),
        tone: 2,
    }
}

fn item(lang: Lang, label: &str, state: UserState) -> UserListItem {
    UserListItem {
        person: person(label),
        state,
        admin: state == UserState::Active,
        methods: "Password, Google".into(),
        sessions: 3,
        last_seen: (state == UserState::Active).then(|| moment(lang, AT)),
        joined: moment(lang, AT),
    }
}

fn choice(label: &str) -> FilterChoice {
    FilterChoice { value: "1".into(), label: label.into(), selected: true }
}

fn lists(lang: Lang) -> Vec<RenderedSample> {
    let field = FilterField {
        name: "status",
        label: lang.text("users-status"),
        any: lang.text("users-any"),
        choices: vec![choice("Active"), choice(HOSTILE)],
    };
    let empty = UsersPage {
        page: console(lang),
        fields: vec![field],
        export_url: "/console/export-users".into(),
        ..UsersPage::default()
    };
    let nobody = UsersPage {
        text: HOSTILE.into(),
        chosen: vec![ChosenFilter {
            label: lang.text("users-status"),
            value: HOSTILE.into(),
            remove_url: "/console/users".into(),
        }],
        examined: Some(5_000),
        next_url: Some("/console/users?after=1".into()),
        ..empty.clone()
    };
    let full = UsersPage {
        users: vec![
            item(lang, "Ana Souza", UserState::Active),
            item(lang, "Olena", UserState::Invited),
            item(lang, "Lena Brandt", UserState::Disabled),
            item(lang, HOSTILE, UserState::Merged),
        ],
        notice: Some(lang.text("user-invitation-withdrawn")),
        previous_url: Some("/console/users?before=1".into()),
        first_url: Some("/console/users".into()),
        next_url: Some("/console/users?after=1".into()),
        ..empty.clone()
    };
    vec![("users-empty", empty.render()), ("users-not-found", nobody.render()), ("users", full.render())]
}

fn changes(lang: Lang) -> Vec<RenderedSample> {
    let change = ChangeWords {
        word: "delete",
        question: "change-delete",
        meaning: "change-delete-text",
        button: "user-delete",
        ends_sessions: true,
        danger: true,
    };
    let delete = ChangeUsersPage {
        page: console(lang),
        form: Form::new("/console/change-users", "t"),
        change,
        ids: "1,2".into(),
        users: vec![item(lang, "Ana Souza", UserState::Active), item(lang, HOSTILE, UserState::Disabled)],
        confirmation: "2".into(),
        errors: errors(&["confirmation"], lang),
        cancel_url: "/console/users".into(),
        ..ChangeUsersPage::default()
    };
    let member = ChangeUsersPage {
        change: ChangeWords {
            word: "add-member",
            question: "change-member",
            meaning: "change-member-text",
            button: "users-add-member",
            ..ChangeWords::default()
        },
        users: vec![item(lang, "Ana Souza", UserState::Active)],
        projects: vec![choice("Notes"), choice(HOSTILE)],
        roles: vec![choice("Viewer")],
        confirmation: String::new(),
        errors: errors(&["project", "role"], lang),
        ..delete.clone()
    };
    let done = ChangedUsersPage {
        page: console(lang),
        form: Form::new("/console/change-users", "t"),
        change,
        changed: 1,
        outcomes: vec![
            OutcomeItem {
                person: person("Ana Souza"),
                receipt: vec![format!("Notes: {}", lang.text("receipt-over")), HOSTILE.into()],
                ..OutcomeItem::default()
            },
            OutcomeItem {
                person: person(HOSTILE),
                exists: true,
                refused: Some(lang.text("change-refused-admin")),
                ..OutcomeItem::default()
            },
        ],
        undo: vec![("users", "1".into()), ("change", "enable".into())],
        users_url: "/console/users".into(),
    };
    vec![("users-delete", delete.render()), ("users-add-member", member.render()), ("users-changed", done.render())]
}

fn head(lang: Lang, label: &str, state: UserState) -> UserHead {
    let id = UserId(Uuid::from_u128(7));
    let tab = |key: &str, current, count| UserTabLink {
        label: lang.text(key),
        url: UserUrls::of(&id).page(),
        current,
        count,
    };
    let action = |label, icon, danger| UserAction { label, icon, danger, url: "/console/change-users".into() };
    UserHead {
        form: Form::new(UserUrls::of(&id).resend_invitation(), "t"),
        person: person(label),
        sub: "6Hq3P0b0TfmQ1x2y3z4w5A".into(),
        state,
        admin: state == UserState::Active,
        has_email: true,
        is_self: false,
        urls: UserUrls::of(&id),
        tabs: vec![tab("user-profile", true, 0), tab("user-sessions", false, 3)],
        actions: vec![action("user-send-link", "mail", false), action("user-delete", "circle-x", true)],
    }
}

fn details(lang: Lang) -> Vec<RenderedSample> {
    let profile = UserProfilePage {
        page: console(lang),
        form: Form::new("/console/users/1/undo-merge", "t"),
        user: head(lang, "Ana Souza", UserState::Active),
        notice: Some(lang.text("user-saved")),
        values: vec![
            ProfileValueView {
                label: lang.text("email"),
                value: "ana@example.test".into(),
                source: Some(lang.text("source-person")),
                since: Some(moment(lang, AT)),
                verified: true,
            },
            ProfileValueView { label: HOSTILE.into(), value: HOSTILE.into(), ..ProfileValueView::default() },
        ],
        last_seen: Some(moment(lang, AT)),
        joined: moment(lang, AT),
        merged: vec![MergedUserView { id: "1".into(), person: person(HOSTILE), undo_until: moment(lang, AT) }],
    };
    let invited = UserProfilePage {
        user: head(lang, HOSTILE, UserState::Invited),
        values: Vec::new(),
        merged: Vec::new(),
        last_seen: None,
        ..profile.clone()
    };
    let own = UserHead { is_self: true, has_email: false, ..head(lang, HOSTILE, UserState::Active) };
    let methods = UserSignInPage {
        page: console(lang),
        user: own.clone(),
        methods: vec![
            MethodView { icon: "key-round", title: lang.text("password"), ..MethodView::default() },
            MethodView {
                icon: "plug",
                mark: "google".into(),
                title: HOSTILE.into(),
                detail: HOSTILE.into(),
                since: Some(moment(lang, AT)),
                used: Some(moment(lang, AT)),
            },
        ],
        recovery_codes: 7,
    };
    let without = UserSignInPage { methods: Vec::new(), recovery_codes: 1, ..methods.clone() };
    let mut pages = vec![
        ("user", profile.render()),
        ("user-invited", invited.render()),
        ("user-sign-in", methods.render()),
        ("user-no-methods", without.render()),
    ];
    pages.extend(tabs(lang, own));
    pages
}

fn tabs(lang: Lang, own: UserHead) -> Vec<RenderedSample> {
    let user = head(lang, "Ana Souza", UserState::Active);
    let applications = UserApplicationsPage {
        page: console(lang),
        user: user.clone(),
        applications: vec![UserApplicationView {
            name: HOSTILE.into(),
            url: "/console/clients/1".into(),
            scope: "openid email".into(),
            claims: vec![(lang.text("email"), moment(lang, AT)), (HOSTILE.into(), moment(lang, AT))],
            allowed: Some(moment(lang, AT)),
            last_used: Some(moment(lang, AT)),
            preview_url: "/console/users/1/applications?client=1".into(),
        }],
        client: HOSTILE.into(),
        preview: Some(ClaimsView {
            name: HOSTILE.into(),
            scope: "openid email".into(),
            id_token: HOSTILE.into(),
            userinfo: "{}".into(),
        }),
        here: "/console/users/1/applications".into(),
        ..UserApplicationsPage::default()
    };
    let none = UserApplicationsPage { applications: Vec::new(), preview: None, unknown: true, ..applications.clone() };
    let roles = UserRolesPage {
        page: console(lang),
        user: user.clone(),
        roles: vec![RoleView {
            project: HOSTILE.into(),
            url: "/console/projects/1".into(),
            member: Some(lang.text("role-owner")),
            roles: vec![HOSTILE.into()],
        }],
        add_url: "/console/change-users".into(),
        remove_url: "/console/change-users".into(),
    };
    let no_roles = UserRolesPage { user: own.clone(), roles: Vec::new(), ..roles.clone() };
    let event = UserEventView {
        icon: "circle-x",
        what: lang.text("event-sign-in-failed"),
        kind: "session.sign_in_failed".into(),
        client: HOSTILE.into(),
        at: moment(lang, AT),
        raw: HOSTILE.into(),
    };
    let activity = UserActivityPage {
        page: console(lang),
        user,
        events: vec![event],
        newest_url: Some("/console/users/1/activity".into()),
        older_url: Some("/console/users/1/activity?before=1".into()),
    };
    let quiet = UserActivityPage { user: own, events: Vec::new(), ..activity.clone() };
    vec![
        ("user-applications", applications.render()),
        ("user-no-applications", none.render()),
        ("user-roles", roles.render()),
        ("user-no-roles", no_roles.render()),
        ("user-activity", activity.render()),
        ("user-no-activity", quiet.render()),
    ]
}

fn forms(lang: Lang) -> Vec<RenderedSample> {
    let edit = UserEditPage {
        page: console(lang),
        form: Form::new("/console/users/1/edit", "t"),
        person: person(HOSTILE),
        fields: vec![ProfileInput {
            name: "given_name",
            input: "text",
            label: lang.text("given-name"),
            value: HOSTILE.into(),
        }],
        loaded: HOSTILE.into(),
        errors: errors(&["given_name"], lang),
    };
    let export = ExportUsersPage {
        page: console(lang),
        text: HOSTILE.into(),
        chosen: vec![ChosenFilter {
            label: lang.text("users-status"),
            value: HOSTILE.into(),
            ..ChosenFilter::default()
        }],
        csv_url: "/console/export-users/csv?q=x".into(),
        json_lines_url: "/console/export-users/json-lines?q=x".into(),
        list_url: "/console/users?q=x".into(),
    };
    let export_all = ExportUsersPage { text: String::new(), chosen: Vec::new(), ..export.clone() };
    let invite = InviteUserPage {
        page: console(lang),
        form: Form::new("/console/invite-user", "t"),
        email: HOSTILE.into(),
        given_name: HOSTILE.into(),
        locales: vec![("en", "English", true)],
        errors: errors(&["email"], lang),
        ..InviteUserPage::default()
    };
    let merge = UserMergePage {
        page: console(lang),
        form: Form::new("/console/users/1/merge", "t"),
        person: person("Ana Souza"),
        other: HOSTILE.into(),
        sub: "6Hq3P0b0TfmQ1x2y3z4w5A".into(),
        here: "/console/users/1/merge".into(),
        errors: errors(&["other"], lang),
        ..UserMergePage::default()
    };
    let found = UserMergePage { found: Some(person(HOSTILE)), found_sub: HOSTILE.into(), ..merge.clone() };
    vec![
        ("user-edit", edit.render()),
        ("user-invite", invite.render()),
        ("users-export", export.render()),
        ("users-export-all", export_all.render()),
        ("user-merge", merge.render()),
        ("user-merge-found", found.render()),
    ]
}

fn sessions(lang: Lang) -> Vec<RenderedSample> {
    let session = |id: &str, own| UserSessionView {
        id: id.into(),
        own,
        portable: own,
        device: HOSTILE.into(),
        place: lang.network("203.0.113.7/32"),
        means: "pwd, otp".into(),
        created: moment(lang, AT),
        last_seen: moment(lang, AT),
        end_url: "/console/end-sessions?session=1".into(),
    };
    let item = |id: &str, own| LiveSessionItem { person: person(HOSTILE), session: session(id, own) };
    let of_user = UserSessionsPage {
        page: console(lang),
        user: head(lang, "Ana Souza", UserState::Active),
        sessions: vec![session("1", true), session("2", false)],
    };
    let nowhere = UserSessionsPage { sessions: Vec::new(), ..of_user.clone() };
    let live = LiveSessionsPage {
        page: console(lang),
        notice: Some(lang.text("live-sessions-ended")),
        sessions: vec![item("1", true), item("2", false)],
        next_url: Some("/console/sessions?after=1".into()),
        first_url: Some("/console/sessions".into()),
        ..LiveSessionsPage::default()
    };
    let none = LiveSessionsPage { page: console(lang), ..LiveSessionsPage::default() };
    let not_found = LiveSessionsPage { text: HOSTILE.into(), network: HOSTILE.into(), ..none.clone() };
    let end = EndSessionsPage {
        page: console(lang),
        form: Form::new("/console/end-sessions", "t"),
        ids: "1,2".into(),
        sessions: vec![item("1", true)],
        cancel_url: "/console/sessions".into(),
    };
    vec![
        ("user-sessions", of_user.render()),
        ("user-no-sessions", nowhere.render()),
        ("live-sessions", live.render()),
        ("live-sessions-none", none.render()),
        ("live-sessions-not-found", not_found.render()),
        ("live-sessions-end", end.render()),
    ]
}
