use super::*;
use crate::random::SeededRandom;
use usher_protocol::authorize::prompt::Prompt;

const NOW: Timestamp = Timestamp(1_700_000_000);

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they occur in any combination")]
struct InteractionScenario {
    interaction: Interaction,
    sub: Sub,
    session: Option<(SessionId, Timestamp)>,
    consented: Option<Scope>,
    first_party: bool,
    unproven: bool,
    acr: &'static str,
    second_factor: bool,
    required_acr: Option<&'static str>,
    default_acr_values: Vec<String>,
    hint_names_another: bool,
}

fn scene(prompt: &str) -> InteractionScenario {
    let session = SessionId::new(NOW, &SeededRandom::new(1));
    let request = AuthorizeRequest {
        scope: Scope::of(["openid"]),
        prompt: Prompt::parse(prompt).unwrap(),
        ..AuthorizeRequest::default()
    };
    InteractionScenario {
        interaction: Interaction {
            targets: None,
            client_id: ClientId("web".into()),
            redirect_uri: "https://rp.test/cb".into(),
            redirect_uri_sent: true,
            device: None,
            ciba: None,
            pushed: None,
            request,
            hinted: None,
            began_at: NOW,
            renewed_from: None,
            browser: String::new(),
            signed_in: None,
            chosen: None,
            allowed: false,
        },
        sub: Sub("ana".into()),
        session: Some((session, NOW - Duration::from_secs(100))),
        consented: Some(Scope::of(["openid"])),
        first_party: false,
        unproven: false,
        acr: "aal1",
        second_factor: false,
        required_acr: None,
        default_acr_values: Vec::new(),
        hint_names_another: false,
    }
}

impl InteractionScenario {
    fn step(&self) -> InteractionStep {
        self.interaction.next_step(&InteractionFacts {
            now: NOW,
            session: self.session.map(|(id, auth_time)| SessionFacts {
                id,
                sub: &self.sub,
                auth_time,
                acr: self.acr,
                second_factor: self.second_factor,
            }),
            knows_accounts: self.session.is_some(),
            hint_names_another: self.hint_names_another,
            consented: self.consented.as_ref(),
            first_party: self.first_party,
            unproven: self.unproven,
            default_max_age: None,
            required_acr: self.required_acr,
            default_acr_values: &self.default_acr_values,
        })
    }

    fn failure(&self) -> &'static str {
        match self.step() {
            InteractionStep::Fail(error) => error.code.as_str(),
            other => panic!("expected a failure, got {other:?}"),
        }
    }
}

#[test]
fn a_signed_in_person_who_consented_goes_straight_back() {
    assert_eq!(scene("").step(), InteractionStep::Finish);
    assert_eq!(scene("none").step(), InteractionStep::Finish);
}

#[test]
fn a_request_is_begun_anew_for_a_day_and_without_what_was_done_in_it() {
    let mut left = scene("login").interaction;
    left.signed_in = Some(SessionId::new(NOW, &SeededRandom::new(2)));
    left.allowed = true;
    let mut now = NOW;
    for _ in 0..24 {
        let renewed = left.renew(now).expect("within a day");
        assert_eq!((renewed.signed_in, renewed.allowed, renewed.is_expired(now)), (None, false, false));
        assert_eq!(renewed.request, left.request);
        (left, now) = (renewed, now + LIFETIME);
    }
    assert_eq!(left.renew(now), None, "however often it was begun anew");
}

#[test]
fn silence_fails_where_a_page_would_be_needed() {
    let mut nobody = scene("none");
    nobody.session = None;
    assert_eq!(nobody.failure(), "login_required");
    let mut unasked = scene("none");
    unasked.consented = None;
    assert_eq!(unasked.failure(), "consent_required");
}

#[test]
fn prompt_login_is_met_only_by_signing_in_during_this_interaction() {
    let mut scene = scene("login");
    assert_eq!(scene.step(), InteractionStep::SignIn { again: true });
    let (id, _) = scene.session.unwrap();
    scene.interaction.signed_in = Some(id);
    assert_eq!(scene.step(), InteractionStep::SignIn { again: true }, "the mark does not help an older authentication");
    scene.session = Some((id, NOW));
    assert_eq!(scene.step(), InteractionStep::Finish);
}

#[test]
fn max_age_asks_again_once_the_authentication_is_too_old() {
    for (max_age, step) in [
        (99, InteractionStep::SignIn { again: true }),
        (0, InteractionStep::SignIn { again: true }),
        (100, InteractionStep::Finish),
    ] {
        let mut scene = scene("");
        scene.interaction.request.max_age = Some(max_age);
        assert_eq!(scene.step(), step, "{max_age}");
    }
}

#[test]
fn a_hint_about_somebody_else_never_succeeds_silently() {
    let mut scene = scene("none");
    for hint in [IdTokenHint::Person(Sub("bob".into())), IdTokenHint::Unreadable] {
        scene.interaction.hinted = Some(hint);
        scene.interaction.request.prompt = Prompt::parse("none").unwrap();
        assert_eq!(scene.failure(), "login_required");
        scene.interaction.request.prompt = Prompt::default();
        assert_eq!(scene.step(), InteractionStep::SignIn { again: false });
    }
    scene.interaction.hinted = Some(IdTokenHint::Person(Sub("ana".into())));
    assert_eq!(scene.step(), InteractionStep::Finish);
}

#[test]
fn after_an_unreadable_hint_whoever_signs_in_goes_on() {
    let mut scene = scene("");
    scene.interaction.hinted = Some(IdTokenHint::Unreadable);
    scene.interaction.signed_in = scene.session.map(|(id, _)| id);
    assert_eq!(scene.step(), InteractionStep::Finish);
    scene.interaction.hinted = Some(IdTokenHint::Person(Sub("bob".into())));
    assert_eq!(scene.step(), InteractionStep::SignIn { again: false }, "a readable one goes on holding");
}

#[test]
fn a_login_hint_of_another_account_lets_the_person_choose_once() {
    let mut scene = scene("none");
    scene.hint_names_another = true;
    assert_eq!(scene.failure(), "account_selection_required");
    scene.interaction.request.prompt = Prompt::default();
    assert_eq!(scene.step(), InteractionStep::ChooseAccount);
    scene.interaction.chosen = scene.session.map(|(id, _)| id);
    assert_eq!(scene.step(), InteractionStep::Finish);
    scene.interaction.chosen = None;
    scene.session = None;
    assert_eq!(scene.step(), InteractionStep::SignIn { again: false });
}

#[test]
fn choosing_and_creating_come_first_and_once() {
    let mut choose = scene("select_account");
    assert_eq!(choose.step(), InteractionStep::ChooseAccount);
    choose.interaction.chosen = choose.session.map(|(id, _)| id);
    assert_eq!(choose.step(), InteractionStep::Finish);
    assert_eq!(scene("create").step(), InteractionStep::SignUp);
}

#[test]
fn consent_is_asked_for_what_is_new_and_skipped_for_first_party_clients() {
    let mut more = scene("");
    more.interaction.request.scope = Scope::of(["openid", "email"]);
    assert_eq!(more.step(), InteractionStep::Consent);
    more.first_party = true;
    assert_eq!(more.step(), InteractionStep::Finish);
    let mut again = scene("consent");
    again.first_party = true;
    assert_eq!(again.step(), InteractionStep::Consent);
    again.interaction.allowed = true;
    assert_eq!(again.step(), InteractionStep::Finish);
    let mut unproven = scene("");
    unproven.unproven = true;
    assert_eq!(unproven.step(), InteractionStep::Consent);
    unproven.first_party = true;
    assert_eq!(unproven.step(), InteractionStep::Finish);
    unproven.interaction.request.scope = Scope::of(["openid", "offline_access"]);
    assert_eq!(unproven.step(), InteractionStep::Consent, "lasting access is given to nobody unseen");
}

#[test]
fn an_essential_context_that_is_not_offered_is_said_so() {
    let mut scene = scene("");
    scene.interaction.request.claims.essential_acr = Some(vec!["aal3".into()]);
    assert_eq!(scene.failure(), "unmet_authentication_requirements");
    scene.interaction.request.claims.essential_acr = Some(vec!["aal1".into()]);
    assert_eq!(scene.step(), InteractionStep::Finish);
}

#[test]
fn what_client_or_project_require_is_asked_for_or_set_up_and_never_passed_over() {
    let mut scene = scene("");
    scene.required_acr = Some("aal2");
    assert_eq!(scene.step(), InteractionStep::Enrol);
    scene.second_factor = true;
    assert_eq!(scene.step(), InteractionStep::StepUp);
    scene.acr = "aal2";
    assert_eq!(scene.step(), InteractionStep::Finish);
}

#[test]
fn an_essential_acr_is_requested_and_returned_as_requested() {
    let mut scene = scene("");
    scene.interaction.request.claims.essential_acr = Some(vec!["aal2".into()]);
    assert_eq!(scene.step(), InteractionStep::Enrol);
    scene.second_factor = true;
    assert_eq!(scene.step(), InteractionStep::StepUp);
    scene.acr = "aal2";
    assert_eq!((scene.step(), scene.interaction.reported_acr("aal2").as_str()), (InteractionStep::Finish, "aal2"));
    scene.interaction.request.claims.essential_acr = Some(vec!["aal1".into()]);
    assert_eq!((scene.step(), scene.interaction.reported_acr("aal2").as_str()), (InteractionStep::Finish, "aal1"));
}

#[test]
fn a_wish_is_granted_where_it_can_be_and_else_forgotten() {
    let mut scene = scene("");
    scene.interaction.request.acr_values = vec!["phr".into(), "aal2".into(), "aal1".into()];
    assert_eq!(scene.step(), InteractionStep::Finish);
    scene.second_factor = true;
    assert_eq!(scene.step(), InteractionStep::StepUp);
    scene.interaction.request.acr_values = vec!["aal1".into(), "aal2".into()];
    assert_eq!(scene.step(), InteractionStep::Finish);
    scene.interaction.request.acr_values.clear();
    scene.default_acr_values = vec!["aal2".into()];
    assert_eq!(scene.step(), InteractionStep::StepUp);
    scene.interaction.request.prompt = Prompt::parse("none").unwrap();
    assert_eq!(scene.step(), InteractionStep::Finish);
}

#[test]
fn in_silence_a_missing_factor_is_an_error() {
    let mut scene = scene("none");
    scene.required_acr = Some("aal2");
    assert_eq!(scene.failure(), "unmet_authentication_requirements");
    scene.second_factor = true;
    assert_eq!(scene.failure(), "interaction_required");
}
