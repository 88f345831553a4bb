//! Second factors and passkeys.

use super::*;
use usher_domain::id::PasskeyId;
use usher_domain::urls::{PasskeyUrls, RememberedUrls};

pub(super) fn passkey() -> PasskeyAsk {
    PasskeyAsk { options: format!("{{\"x\":\"{HOSTILE}\"}}"), state: "sealed.state".into() }
}

pub(super) fn factors(lang: Lang) -> FactorsView {
    let passkey = |id, name: &str, synced| PasskeyView {
        urls: PasskeyUrls::of(&PasskeyId(uuid::Uuid::from_u128(id))),
        name: name.into(),
        synced,
        created: moment(lang, 1_795_000_000),
        last_used: synced.then(|| moment(lang, 1_795_000_100)),
    };
    FactorsView {
        form: Form::new("/account/security", "t"),
        passkeys: vec![passkey(1, "Google Password Manager", true), passkey(2, HOSTILE, false)],
        accepted: Some(HOSTILE.into()),
        new_passkey_url: Some("/account/security/passkeys/new".into()),
        totp: true,
        totp_url: "/account/security/totp".into(),
        recovery_codes: 1,
        remembered: vec![RememberedView {
            urls: RememberedUrls::default(),
            user_agent: HOSTILE.into(),
            until: moment(lang, 1_795_000_200),
        }],
        ..FactorsView::default()
    }
}

pub(super) fn second_factors(lang: Lang) -> Vec<RenderedSample> {
    let second = SecondFactor {
        passkey_url: "/login/second/passkey?pending=p".into(),
        page: page(lang),
        form: form(),
        account: "ana@example.test".into(),
        totp: true,
        passkey: Some(passkey()),
        may_remember: true,
        other_url: Some("/login/second?with=recovery".into()),
        cancel_url: "/login".into(),
        ..SecondFactor::default()
    };
    let recovery = SecondFactor {
        recovery: true,
        passkey: None,
        error: Some(lang.text("message-code-wrong-recovery")),
        account: HOSTILE.into(),
        ..second.clone()
    };
    let enrol = Enrol {
        page: page(lang),
        form: form(),
        client: hostile_client(),
        totp_url: "/account/security/totp".into(),
        passkey_url: Some("/account/security/passkeys/new".into()),
    };
    let totp = TotpSetup {
        page: inside(lang, Tab::Security),
        form: Form::new("/account/security/totp", "t"),
        qr: "<svg viewBox=\"0 0 1 1\"></svg>".into(),
        typed: "JBSW Y3DP".into(),
        url: "otpauth://totp/x".into(),
        offer: "sealed".into(),
        cancel_url: "/account/security".into(),
        error: Some(lang.text("message-code-wrong-authenticator")),
    };
    let codes = RecoveryCodesPage {
        page: inside(lang, Tab::Security),
        codes: vec!["0123-4567-89AB-CDEF".into(); 10],
        next_url: "/account/security".into(),
        security_url: "/account/security".into(),
    };
    let codes_before = RecoveryCodesPage { codes: Vec::new(), ..codes.clone() };
    let passkey = NewPasskey {
        page: inside(lang, Tab::Security),
        form: Form::new("/account/security/passkeys/new", "t"),
        passkey: passkey(),
        first: true,
        cancel_url: "/account/security".into(),
        error: Some(lang.text("message-passkey-taken")),
    };
    let question = AccountQuestion {
        page: inside(lang, Tab::Security),
        form: Form::new("/account/security/remove-totp", "t"),
        title: lang.text_with("question-passkey", &[("name", HOSTILE.into())]),
        meaning: lang.text("question-passkey-text"),
        button: lang.text("passkey-remove"),
        keep_url: "/account/security".into(),
    };
    vec![
        ("second", second.render()),
        ("second-recovery", recovery.render()),
        ("enrol", enrol.render()),
        ("totp", totp.render()),
        ("recovery-codes", codes.render()),
        ("recovery-codes-before", codes_before.render()),
        ("new-passkey", passkey.render()),
        ("factor-question", question.render()),
    ]
}
