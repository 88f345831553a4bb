//! Signing in with a provider.

use super::*;

const TROUBLES: [(&str, UpstreamTroubleKind); 13] = [
    ("upstream-denied", UpstreamTroubleKind::Denied),
    ("upstream-unavailable", UpstreamTroubleKind::Unavailable),
    ("upstream-not-allowed", UpstreamTroubleKind::NotAllowed),
    ("upstream-over", UpstreamTroubleKind::Over),
    ("upstream-misbehaved", UpstreamTroubleKind::Misbehaved),
    ("upstream-taken", UpstreamTroubleKind::Taken),
    ("upstream-disabled", UpstreamTroubleKind::Disabled),
    ("upstream-lately", UpstreamTroubleKind::Lately),
    ("upstream-closed", UpstreamTroubleKind::Closed),
    ("upstream-sign-up-closed", UpstreamTroubleKind::SignUpClosed),
    ("upstream-not-offered", UpstreamTroubleKind::NotOffered),
    ("upstream-domain", UpstreamTroubleKind::Domain),
    ("upstream-gone", UpstreamTroubleKind::Gone),
];

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let mut pages = questions(lang);
    for (name, trouble) in TROUBLES {
        let page = UpstreamTrouble {
            page: page(lang),
            provider: "Google".into(),
            trouble,
            code: "PROVIDER_UNAVAILABLE",
            retry_url: Some("/upstream/google/start".into()),
            other_url: "/login".into(),
            leave: trouble.is_of_project().then(|| (Form::of_sign_in("/login/leave", "i", "t"), HOSTILE.into())),
        };
        pages.push((name, page.render()));
    }
    pages.push((
        "upstream-deletion",
        DataDeletion { page: page(lang), account_url: "/account/profile".into() }.render(),
    ));
    pages.extend(identities(lang));
    pages
}

fn questions(lang: Lang) -> Vec<RenderedSample> {
    let form = || Form::new("/upstream/ask?q=1", "anti-forgery");
    let address = AskAddress {
        mail_url: "/upstream/ask/mail?q=1".into(),
        skip_url: Some("/upstream/ask/skip?q=1".into()),
        page: page(lang),
        form: form(),
        provider: "Facebook".into(),
        handle: Some("Ana Souza".into()),
        email: "ana@example.test".into(),
        ..AskAddress::default()
    };
    let sent = AskAddress {
        sent: true,
        meant: Some("ana@example.com".into()),
        error: Some(lang.text("message-code-wrong")),
        skip_url: None,
        ..address.clone()
    };
    let hostile = AskAddress { provider: HOSTILE.into(), email: HOSTILE.into(), ..address.clone() };
    let confirm = ConfirmLink {
        mail_url: "/upstream/ask/mail?q=1".into(),
        confirm_url: "/upstream/ask/confirm?q=1".into(),
        page: page(lang),
        form: form(),
        provider: "X".into(),
        handle: Some("@ana".into()),
        email: "a…@example.test".into(),
        sign_in_url: "/login?next=x".into(),
        other_url: "/login".into(),
        ..ConfirmLink::default()
    };
    let by_mail = ConfirmLink { by_mail: true, ..confirm.clone() };
    let sent_code = ConfirmLink { sent: true, ..by_mail.clone() };
    let signed_in = ConfirmLink { signed_in: true, handle: Some(HOSTILE.into()), ..confirm.clone() };
    vec![
        ("upstream-address", address.render()),
        ("upstream-address-sent", sent.render()),
        ("upstream-address-hostile", hostile.render()),
        ("upstream-confirm", confirm.render()),
        ("upstream-confirm-mail", by_mail.render()),
        ("upstream-confirm-code", sent_code.render()),
        ("upstream-confirm-here", signed_in.render()),
    ]
}

fn identities(lang: Lang) -> Vec<RenderedSample> {
    let time = || moment(lang, 1_795_363_080);
    let identity = |provider: &str, handle: Option<&str>| IdentityView {
        id: "1".into(),
        provider: provider.into(),
        kind: provider.to_lowercase(),
        handle: handle.map(str::to_owned),
        linked: time(),
        last_used: handle.map(|_| time()),
    };
    let button = |name: &str| ProviderButton { id: name.into(), name: name.into(), ..ProviderButton::default() };
    let bare = AccountIdentities {
        page: inside(lang, Tab::Identities),
        form: Form::new("/account/identities", "anti-forgery"),
        providers: vec![button("Google"), button("X")],
        ..AccountIdentities::default()
    };
    let full = AccountIdentities {
        identities: vec![
            identity("Google", Some("ana@example.test")),
            identity(HOSTILE, Some(HOSTILE)),
            identity("X", None),
        ],
        others: vec![OtherAccount { session: "1".into(), label: "bia@example.test".into() }],
        merges: vec![MergeView { id: "1".into(), label: HOSTILE.into(), until: time() }],
        notice: Some(Message::IdentityLinked.text(lang)),
        error: Some(lang.text("identities-last-way")),
        ..bare.clone()
    };
    vec![("identities-bare", bare.render()), ("identities", full.render())]
}
