//! An example of every page in every relevant state, with hostile values in untrusted fields.

mod account;
mod factors;
mod upstream;

use askama::Template;

use super::*;
use usher_i18n::Lang;
use usher_page_kit::views::*;
use usher_page_tests::{HOSTILE, RenderedSample, errors, inside, moment, page};

/// Every sample page in `lang`, by file name.
fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    pages.extend(signing_in(lang));
    pages.extend(joining(lang));
    pages.extend(recovering(lang));
    pages.extend(answering(lang));
    pages.extend(connecting(lang));
    pages.extend(failing(lang));
    pages.extend(leading_on(lang));
    pages.extend(setting_up(lang));
    pages.extend(account::own_overview(lang));
    pages.extend(account::own_account(lang));
    pages.extend(account::own_sessions(lang));
    pages.extend(account::own_applications(lang));
    pages.extend(account::own_data(lang));
    pages.extend(factors::second_factors(lang));
    pages.extend(emails(lang));
    pages.extend(upstream::all(lang));
    pages.into_iter().map(|(name, page)| (name, page.expect("a sample renders"))).collect()
}

fn form() -> Form {
    Form::of_sign_in("/somewhere", "sealed.interaction", "anti-forgery")
}

fn client() -> RequestingClient {
    RequestingClient {
        name: "Demo Notes".into(),
        host: "notes.example.test".into(),
        document_host: None,
        unverified: false,
        on_device: false,
        logo_uri: Some("logo.svg".into()),
        client_uri: Some("https://notes.example.test".into()),
        policy_uri: Some("https://notes.example.test/privacy".into()),
        tos_uri: Some("https://notes.example.test/terms".into()),
    }
}

fn hostile_client() -> RequestingClient {
    let link = || Some(format!("https://evil.test/{HOSTILE}"));
    RequestingClient {
        name: HOSTILE.into(),
        host: HOSTILE.into(),
        document_host: Some(HOSTILE.into()),
        unverified: true,
        on_device: true,
        logo_uri: link(),
        client_uri: Some("javascript:alert(1)".into()),
        policy_uri: link(),
        tos_uri: Some("data:text/html,x".into()),
    }
}

fn leading_on(lang: Lang) -> Vec<RenderedSample> {
    let address = Onward { page: page(lang), url: format!("https://rp.test/cb?code=c&state={HOSTILE}") };
    let fields = vec![("code", "c".to_owned()), ("state", HOSTILE.to_owned())];
    let form = FormPost { page: page(lang), action: "https://rp.test/cb".into(), fields };
    let question = LeaveQuestion {
        page: page(lang),
        client: hostile_client(),
        reason: HOSTILE.into(),
        url: Some(format!("https://rp.test/cb?error=invalid_scope&state={HOSTILE}")),
        ..LeaveQuestion::default()
    };
    let posting =
        LeaveQuestion { url: None, action: form.action.clone(), fields: form.fields.clone(), ..question.clone() };
    vec![
        ("onward", address.render()),
        ("form-post", form.render()),
        ("leave", question.render()),
        ("leave-by-form", posting.render()),
    ]
}

fn signing_in(lang: Lang) -> Vec<RenderedSample> {
    let provider = |id: &str, name: &str, last_used| ProviderButton {
        id: id.into(),
        kind: id.into(),
        name: name.into(),
        url: format!("/upstream/{id}/start"),
        last_used,
    };
    let plain = SignIn {
        page: page(lang),
        form: form(),
        client: Some(client()),
        register_url: Some("/register".into()),
        recover_url: "/recover".into(),
        ..SignIn::default()
    };
    let everything = SignIn {
        page: Layout { dev: true, ..page(lang) },
        email: "ana@example.test".into(),
        error: Some(lang.text("message-wrong-credentials")),
        accounts_url: Some("/accounts".into()),
        last_used: Some(HOSTILE.into()),
        passkey: Some(factors::passkey()),
        passkey_form: Form::of_sign_in("/login/passkey", "sealed.interaction", "anti-forgery"),
        unknown_passkey: Some(HOSTILE.into()),
        providers: vec![provider("google", "Google", true), provider("facebook", "Facebook", false)],
        ..plain.clone()
    };
    let kinds = ["google", "apple", "microsoft", "github", "facebook", "x", "forge"];
    let many = SignIn { providers: kinds.map(|id| provider(id, id, false)).to_vec(), ..everything.clone() };
    let again = SignIn {
        email: "ana@example.test".into(),
        email_fixed: true,
        notice: Some(Message::ProveItIsYou.text(lang)),
        accounts_url: Some("/accounts".into()),
        ..plain.clone()
    };
    let somebody = SignedInAs { name: HOSTILE.into(), continue_url: "/account/profile".into() };
    let already = SignIn { client: None, signed_in: Some(somebody), ..plain.clone() };
    let without_password = SignIn {
        without_password: true,
        notice: Some(Message::ShowItIsYou.text(lang)),
        passkey: everything.passkey.clone(),
        passkey_form: everything.passkey_form.clone(),
        passkey_last_used: Some(HOSTILE.into()),
        providers: everything.providers.clone(),
        ..again.clone()
    };
    let hostile = SignIn {
        client: Some(hostile_client()),
        email: HOSTILE.into(),
        notice: Some(HOSTILE.into()),
        form: Form::of_sign_in(HOSTILE, HOSTILE, HOSTILE),
        providers: vec![provider(HOSTILE, HOSTILE, true)],
        ..plain.clone()
    };
    vec![
        ("sign-in", plain.render()),
        ("sign-in-everything", everything.render()),
        ("sign-in-many-providers", many.render()),
        ("sign-in-again", again.render()),
        ("sign-in-already", already.render()),
        ("sign-in-without-password", without_password.render()),
        ("sign-in-hostile", hostile.render()),
    ]
}

fn joining(lang: Lang) -> Vec<RenderedSample> {
    let account = |name: &str, email: &str, signed_in| AccountView {
        handle: email.into(),
        name: name.into(),
        email: email.into(),
        signed_in,
    };
    let accounts = vec![
        account("Ana Souza", "ana@example.test", true),
        account("", HOSTILE, false),
        account(HOSTILE, "b@c", false),
    ];
    let chooser = AccountChooser { page: page(lang), form: form(), client: Some(client()), accounts };
    let register = Register {
        page: page(lang),
        form: form(),
        client: Some(client()),
        min_password: 12,
        sign_in_url: "/login".into(),
        offers_passwords: true,
        ..Register::default()
    };
    let invited = ProjectInvitationPage {
        page: page(lang),
        project: HOSTILE.into(),
        role_text: lang.text("invitation-developer"),
        email: HOSTILE.into(),
        may_register: true,
        form: Form::new("/invitation?token=t", "anti-forgery"),
        register_url: "/invitation/register?token=t".into(),
        sign_in_url: "/login?next=%2Finvitation".into(),
        errors: errors(&["given_name", "password"], lang),
        min_password: 12,
        offers_passkeys: true,
        ..ProjectInvitationPage::default()
    };
    // Without the form there are no errors.
    let invited_known =
        ProjectInvitationPage { may_register: false, errors: FieldErrors::default(), ..invited.clone() };
    let invited_here = ProjectInvitationPage { account: Some(HOSTILE.into()), ..invited_known.clone() };
    let without_password = Register {
        offers_passwords: false,
        offers_passkeys: true,
        domains: vec!["example.com".into(), HOSTILE.into()],
        ..register.clone()
    };
    let no_sign_up = NoSignUp { page: page(lang), form: form(), client: client(), sign_in_url: "/login".into() };
    let values = RegisterValues { given_name: HOSTILE.into(), family_name: String::new(), email: "nobody".into() };
    let refused =
        Register { values, client: None, errors: errors(&["family_name", "password"], lang), ..register.clone() };
    let verify = VerifyEmail {
        resend_url: "/verify/resend?proof=1".into(),
        continue_url: "/verify/continue?proof=1".into(),
        address_url: "/verify/address?proof=1".into(),
        page: page(lang),
        form: form(),
        email: "ana@example.test".into(),
        wait_url: "/login/waiting?proof=1".into(),
        sign_in_url: "/login".into(),
        ..VerifyEmail::default()
    };
    let elsewhere = VerifiedElsewhere { page: page(lang), account_url: "/account/profile".into() };
    let already = AlreadySignedIn {
        page: page(lang),
        client: client(),
        home_url: Some("https://shop.example".into()),
        account_url: "/account/profile".into(),
        again_url: "/login?interaction=x&resume=1".into(),
    };
    let native = AlreadySignedIn { home_url: None, ..already.clone() };
    let verify_again = VerifyEmail {
        meant: Some("ana@gmail.com".into()),
        other: HOSTILE.into(),
        other_error: Some(lang.text("message-email-at-sign")),
        error: Some(lang.text("message-code-wrong")),
        notice: Some(Message::CodeSent.text(lang)),
        later_url: Some("/account/profile".into()),
        ..verify.clone()
    };
    vec![
        ("accounts", chooser.render()),
        ("register", register.render()),
        ("register-refused", refused.render()),
        ("register-passkey", without_password.render()),
        ("no-sign-up", no_sign_up.render()),
        ("invitation", invited.render()),
        ("invitation-signed-in", invited_here.render()),
        ("invitation-known", invited_known.render()),
        ("verify", verify.render()),
        ("verify-again", verify_again.render()),
        ("verified-elsewhere", elsewhere.render()),
        ("already-signed-in", already.render()),
        ("already-signed-in-native", native.render()),
    ]
}

fn recovering(lang: Lang) -> Vec<RenderedSample> {
    let email = "ana@example.test".to_owned();
    let request =
        RecoverRequest { page: page(lang), form: form(), sign_in_url: "/login".into(), ..RecoverRequest::default() };
    let refused = RecoverRequest { email: HOSTILE.into(), errors: errors(&["email"], lang), ..request.clone() };
    let sent = RecoverSent {
        page: page(lang),
        notice: None,
        email: email.clone(),
        minutes: 30,
        again_url: "/recover".into(),
        sign_in_url: "/login".into(),
        wait: WaitPoll { url: "/login/waiting?proof=1".into(), then_url: "/login".into() },
    };
    let password = RecoverPassword {
        page: page(lang),
        form: form(),
        token: HOSTILE.into(),
        email,
        sessions: 3,
        min_password: 12,
        errors: errors(&["password"], lang),
    };
    let done = RecoverDone { page: page(lang), sessions: 1, elsewhere: false, sign_in_url: "/login".into() };
    let elsewhere = RecoverDone { elsewhere: true, ..done.clone() };
    let expired = RecoverExpired { page: page(lang), again_url: "/recover".into(), sign_in_url: "/login".into() };
    vec![
        ("recover", request.render()),
        ("recover-refused", refused.render()),
        ("recover-sent", sent.render()),
        ("recover-password", password.render()),
        ("recover-done", done.render()),
        ("recover-done-elsewhere", elsewhere.render()),
        ("recover-expired", expired.render()),
    ]
}

fn consent_api(lang: Lang, text: &str) -> ConsentApi {
    let described = ScopeView::of_api(lang, "notes:read".into(), text.into(), false);
    let bare = ScopeView::of_api(lang, "notes:write".into(), String::new(), true);
    ConsentApi { name: text.into(), host: "api.notes.example.test".into(), scopes: vec![described, bare], new: true }
}

fn answering(lang: Lang) -> Vec<RenderedSample> {
    let scopes = vec![
        ScopeView::new(lang, "openid", None, false),
        ScopeView::new(lang, "profile", Some("Ana Souza".into()), false),
        ScopeView::new(lang, "email", Some("ana@example.test".into()), true),
        ScopeView::new(lang, "address", Some(HOSTILE.into()), true),
        ScopeView::new(lang, "phone", None, true),
        ScopeView::new(lang, "offline_access", None, true),
        ScopeView::new(lang, "notes:write", None, true),
    ];
    let consent = Consent {
        page: page(lang),
        form: form(),
        client: client(),
        device: None,
        ciba: None,
        notice: None,
        name: "Ana Souza".into(),
        email: "ana@example.test".into(),
        switch_url: Some("/accounts".into()),
        scopes,
        apis: vec![consent_api(lang, "Notes"), consent_api(lang, HOSTILE)],
    };
    let device = DeviceOrigin {
        user_code: "WDJB-MJHT".into(),
        device: lang.device(Some("Firefox"), Some("Linux")),
        place: lang.network("203.0.113.7/32"),
        time: lang.date_time(1_795_363_080),
    };
    let of_device = Consent {
        client: RequestingClient { host: String::new(), ..client() },
        device: Some(device),
        ..consent.clone()
    };
    let unknown = RequestingClient { host: "127.0.0.1".into(), unverified: true, on_device: true, ..client() };
    let unknown = RequestingClient { document_host: Some("notes.example.test".into()), logo_uri: None, ..unknown };
    let of_unknown = Consent { client: unknown, ..consent.clone() };
    let ciba = CibaOrigin {
        binding_message: Some("Order 1234".into()),
        place: lang.network("203.0.113.7/32"),
        time: lang.date_time(1_795_363_080),
    };
    let bare = CibaOrigin { binding_message: None, ..ciba.clone() };
    let of_ciba = |origin, client| Consent { client, ciba: Some(origin), switch_url: None, ..consent.clone() };
    let hostile_ciba = CibaOrigin { binding_message: Some(HOSTILE.into()), ..ciba.clone() };
    let hostile = Consent { client: hostile_client(), name: HOSTILE.into(), scopes: vec![], ..consent.clone() };
    let hostile = Consent { notice: Some(Message::ConsentRestarted.text(lang)), ..hostile };
    let confirm = LogoutConfirm {
        page: page(lang),
        form: form(),
        client: Some(client()),
        email: "ana@example.test".into(),
        offer_everywhere: true,
    };
    let signed_out = SignedOut { page: page(lang), sign_in_url: Some("/login".into()), ..SignedOut::default() };
    let back = SignedOut {
        client_name: Some(HOSTILE.into()),
        continue_url: Some("https://notes.example.test/?state=1".into()),
        ..signed_out.clone()
    };
    vec![
        ("consent", consent.render()),
        ("consent-device", of_device.render()),
        ("consent-unverified", of_unknown.render()),
        ("consent-ciba", of_ciba(ciba, client()).render()),
        ("consent-ciba-bare", of_ciba(bare, client()).render()),
        ("consent-ciba-hostile", of_ciba(hostile_ciba, hostile_client()).render()),
        ("consent-hostile", hostile.render()),
        ("logout", confirm.render()),
        ("signed-out", signed_out.render()),
        ("signed-out-back", back.render()),
    ]
}

fn connecting(lang: Lang) -> Vec<RenderedSample> {
    let code = DeviceCode { page: page(lang), form: Form::new("/device", "anti-forgery"), ..DeviceCode::default() };
    let filled = DeviceCode { user_code: "WDJB-MJHT".into(), ..code.clone() };
    let errors = [("user_code", lang.text("message-user-code-invalid"))].into_iter().collect();
    let refused = DeviceCode { user_code: HOSTILE.into(), errors, ..code.clone() };
    let allowed = DeviceDone { page: page(lang), client: client(), allowed: true, apps_url: "/account/apps".into() };
    let denied = DeviceDone { client: hostile_client(), allowed: false, ..allowed.clone() };
    let answered = |answer, client| CibaDone { page: page(lang), client, answer };
    vec![
        ("ciba-allowed", answered(CibaAnswer::Allowed, client()).render()),
        ("ciba-denied", answered(CibaAnswer::Denied, hostile_client()).render()),
        ("ciba-reported", answered(CibaAnswer::Reported, client()).render()),
        ("device", code.render()),
        ("device-filled", filled.render()),
        ("device-refused", refused.render()),
        ("device-allowed", allowed.render()),
        ("device-denied", denied.render()),
    ]
}

fn failing(lang: Lang) -> Vec<RenderedSample> {
    let registered = ["http://localhost:8081/callback".to_owned(), "https://notes.example.test/callback".to_owned()];
    let mismatch =
        Mismatch::between("http://localhost:3000/callback", &registered, Some("/console/clients/abc?add=x".into()));
    let error = |problem| ErrorPage {
        page: page(lang),
        problem,
        code: Some("invalid_request".into()),
        details: None,
        time: lang.date_time(1_795_363_080),
        mismatch: None,
        ways: vec![ErrorPageLink { label: lang.text("way-account"), url: "/account/profile".into() }],
    };
    let mismatched = ErrorPage { mismatch: Some(mismatch), ..error(PageProblem::RedirectMismatch) };
    let hostile = ErrorPage {
        mismatch: Some(Mismatch::between(HOSTILE, &[], None)),
        details: Some(HOSTILE.into()),
        code: Some(HOSTILE.into()),
        ways: vec![ErrorPageLink { label: HOSTILE.into(), url: HOSTILE.into() }],
        ..error(PageProblem::Internal)
    };
    let wrong_host =
        WrongHost { page: page(lang), url: "http://localhost:8080/login".into(), host: "127.0.0.1:8080".into() };
    let kept = Kept {
        page: page(lang),
        form: Form::new("/account/profile", "anti-forgery"),
        fields: vec![("given_name".into(), HOSTILE.into())],
        sign_in_url: "/login?next=%2Faccount%2Fprofile".into(),
    };
    vec![
        ("error", error(PageProblem::BadRequest).render()),
        ("error-mismatch", mismatched.render()),
        ("kept", kept.render()),
        ("error-hostile", hostile.render()),
        ("wrong-host", wrong_host.render()),
        ("starting", Starting { page: page(lang) }.render()),
    ]
}

fn setting_up(lang: Lang) -> Vec<RenderedSample> {
    let setup = Setup { page: page(lang), form: Form::new("/setup/x", "t"), min_password: 12, ..Setup::default() };
    let refused = Setup { errors: errors(&["email"], lang), ..setup.clone() };
    let expired = SetupExpired { page: page(lang), sign_in_url: "/login".into() };
    vec![("setup", setup.render()), ("setup-refused", refused.render()), ("setup-expired", expired.render())]
}

fn emails(lang: Lang) -> Vec<RenderedSample> {
    let tabs = [(Tab::DevMail, "/dev/mail", true), (Tab::Components, "/dev/components", false)];
    let nav = tabs.map(|(tab, url, current)| NavLink::new(lang, tab, url, current));
    let page = || Layout { dev: true, nav: nav.to_vec(), ..page(lang) };
    let row = |subject: &str| EmailListItem {
        url: "/dev/mail/1".into(),
        to: "ana@example.test".into(),
        subject: subject.into(),
        time: moment(lang, 1_795_363_080),
    };
    let list = DevMail { page: page(), emails: vec![row("Your code: 482913"), row(HOSTILE)] };
    let email = DevEmail {
        page: page(),
        to: "ana@example.test".into(),
        subject: "Your code: 482913".into(),
        time: lang.date_time(1_795_363_080),
        code: Some("482913".into()),
        link: Some("http://localhost:8080/verify?code=482913".into()),
        text: format!("Hello Ana,\n\nyour code is 482913.\n\n{HOSTILE}"),
        html_url: Some("/dev/mail/1/html".into()),
        list_url: "/dev/mail".into(),
    };
    vec![
        ("dev-components", DevComponents::new(page()).render()),
        ("dev-mail-empty", DevMail { page: page(), emails: vec![] }.render()),
        ("dev-mail", list.render()),
        ("dev-email", email.render()),
    ]
}

usher_page_tests::page_checks!(all);

#[test]
fn the_names_that_other_programs_rely_on_hold() {
    usher_page_tests::check_selectors(
        all,
        &[
            ("sign-in", "input[name=email][type=email][autocomplete='username webauthn']"),
            ("sign-in", "input[name=password][autocomplete='current-password']"),
            ("sign-in", "input[type=hidden][name=interaction][value='sealed.interaction']"),
            ("sign-in-again", "input[name=email][readonly][autocomplete=username][value='ana@example.test']"),
            ("sign-in-everything", "[role=alert]"),
            ("accounts", "button[name=account][value=new]"),
            ("accounts", "button[name=remove][value='ana@example.test']"),
            ("register", "input[name=given_name][autocomplete='given-name']"),
            ("register", "input[name=password][autocomplete='new-password'][minlength='12']"),
            ("verify", "input[name=code][autocomplete='one-time-code'][inputmode=numeric]"),
            ("verify", "form[action^='/verify/resend'] button"),
            ("recover-password", "input[name=email][readonly][autocomplete=username]"),
            ("recover-password", "input[type=hidden][name=token]"),
            ("security", "input[name=current_password][autocomplete='current-password']"),
            ("sessions", "button[name=session][value=b]"),
            ("sessions", "button[formaction$=end-others]"),
            ("sessions", "button[formaction$=end-all]"),
            ("apps", "button[name=client][value=demo]"),
            ("data", "input[name=confirmation]"),
            ("not-me", "input[type=hidden][name=token]"),
            ("consent", "button.choice[name=decision][value=allow]"),
            ("consent", "button.choice[name=decision][value=deny]"),
            ("logout", "button[name=logout][value=yes]"),
            ("onward", "meta[http-equiv=refresh][content^='0; url=https://rp.test/cb']"),
            ("onward", "a#onward"),
            ("form-post", "form[data-submit] button[type=submit]"),
            ("logout", "button[name=logout][value=no]"),
            ("logout", "input[type=checkbox][name=everywhere]"),
            ("dev-email", "a[href=\"/dev/mail/1/html\"]"),
            ("error-mismatch", "mark"),
        ],
    );
}

#[test]
fn pages_have_titles_and_headings_of_their_own() {
    let pages: std::collections::BTreeMap<_, _> = all(Lang::En).into_iter().collect();
    assert!(pages["sign-in"].contains("<title>Sign in · Usher</title>"));
    assert!(pages["signed-out"].contains("<h1>You are signed out</h1>"));
}
