//! From an outcome of the dispatcher to what the browser sees.

use askama::Template;
use axum::Extension;
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::extract::visitor::Visitor;
use super::layers::security_headers::LeadsOn;
use super::pages::{ClientView, FormPost, ReceiptLine};
use super::problem::HttpProblem;
use super::state::App;
use super::urls;
use crate::domain::client::Client;
use crate::domain::interaction::{Interaction, Step};
use crate::domain::receipt::{Line, Telling};
use crate::flows::{FlowError, Outcome, SignedIn};
use crate::i18n::Lang;
use crate::protocol::redirect_uri;
use crate::protocol::response_mode::{AuthorizationResponse, Delivery};

/// A page.
///
/// # Errors
/// 500 if it does not render.
pub fn html(page: &impl Template) -> Result<Response, HttpProblem> {
    Ok(Html(page.render()?).into_response())
}

/// Sends the browser where the dispatcher says.
///
/// # Errors
/// 500 if the interaction cannot be sealed.
pub fn outcome(app: &App, visitor: Visitor, outcome: Outcome) -> Result<Response, HttpProblem> {
    match outcome {
        Outcome::Answer(response) => answer(visitor, response),
        Outcome::Show { step, interaction } => {
            let to = urls::with(path_of(&step), "interaction", &app.usher.seal_interaction(&interaction)?);
            Ok(visitor.redirect(&to))
        }
    }
}

/// Takes the answer to an authorization request to the client.
///
/// # Errors
/// 500 if the page does not render.
pub fn answer(visitor: Visitor, response: AuthorizationResponse) -> Result<Response, HttpProblem> {
    match response.deliver() {
        Delivery::Redirect(to) => Ok(visitor.redirect(&to)),
        Delivery::FormPost { action, fields } => {
            let body = html(&FormPost { page: visitor.page(visitor.lang(None, None)), action, fields })?;
            Ok(visitor.reply((Extension(LeadsOn::ByForm), body)))
        }
    }
}

/// Sends the browser on after somebody arrived: on with the sign-in, to the page that was asked for, or to what is due first.
///
/// # Errors
/// If the client has gone meanwhile, or the house is broken.
pub async fn arrived(
    app: &App,
    mut visitor: Visitor,
    signed_in: SignedIn,
    interaction: Option<Interaction>,
    next: &str,
) -> Result<Response, HttpProblem> {
    if let SignedIn::As { user, method: Some(method), .. } = &signed_in {
        visitor.remember_method(method, user);
    }
    match (signed_in, interaction) {
        (SignedIn::As { session, .. }, Some(mut interaction)) => {
            interaction.signed_in = Some(session);
            let on = app.usher.go_on(interaction, &visitor.browser, &visitor.device).await?;
            outcome(app, visitor, on)
        }
        (SignedIn::As { .. }, None) => Ok(visitor.redirect(next)),
        (SignedIn::SecondFactor { pending }, interaction) => {
            let sealed = interaction.map(|one| app.usher.seal_interaction(&one)).transpose()?;
            Ok(visitor.redirect(&urls::second_factor(&pending, sealed.as_deref(), next)))
        }
        (SignedIn::Unproven { proof }, _) => {
            Ok(visitor.redirect(&urls::with(urls::VERIFY, "proof", &proof.to_string())))
        }
    }
}

const fn path_of(step: &Step) -> &'static str {
    match step {
        Step::SignUp => urls::REGISTER,
        Step::ChooseAccount => urls::ACCOUNTS,
        Step::Consent => urls::CONSENT,
        Step::StepUp => urls::SECOND_FACTOR,
        Step::Enrol => urls::ENROL,
        Step::SignIn { .. } | Step::Finish | Step::Fail(_) => urls::LOGIN,
    }
}

/// The interaction that a page or form belongs to: opened, or none if there is none.
///
/// # Errors
/// 400 if there is one and it is too old, or of another browser.
pub fn interaction(app: &App, sealed: Option<&str>, visitor: &Visitor) -> Result<Option<Interaction>, FlowError> {
    sealed.map(|sealed| app.usher.open_interaction(sealed, &visitor.browser)).transpose()
}

/// The client as people see it.
pub fn client_view(client: &Client, redirect_uri: &str) -> ClientView {
    let metadata = &client.metadata;
    let host = redirect_uri::origin(redirect_uri)
        .and_then(|origin| Url::parse(&origin).ok())
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| redirect_uri.split(':').next().unwrap_or_default().to_owned());
    ClientView {
        name: metadata.client_name.clone(),
        host,
        logo_uri: metadata.logo_uri.clone(),
        client_uri: metadata.client_uri.clone(),
        policy_uri: metadata.policy_uri.clone(),
        tos_uri: metadata.tos_uri.clone(),
    }
}

/// A receipt in words.
pub fn receipt(lang: Lang, lines: Vec<Line>) -> Vec<ReceiptLine> {
    lines.into_iter().map(|line| receipt_line(lang, line)).collect()
}

fn receipt_line(lang: Lang, line: Line) -> ReceiptLine {
    let (what, done) = match line.telling {
        Telling::Told => (lang.text("receipt-told"), true),
        Telling::Retrying => (lang.text("receipt-retrying"), false),
        Telling::EndsWithin { minutes } => (lang.text_with("receipt-ends", &[("count", minutes.into())]), false),
        Telling::Over => (lang.text("receipt-over"), true),
    };
    ReceiptLine { name: line.name, what, done }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ClientId;

    #[test]
    fn every_state_of_a_receipt_has_words_of_its_own() {
        for lang in Lang::ALL {
            let states = [Telling::Told, Telling::Retrying, Telling::EndsWithin { minutes: 4 }, Telling::Over];
            let line = |telling| Line { client_id: ClientId("c".into()), name: "Demo".into(), telling };
            let words: std::collections::BTreeSet<String> =
                receipt(lang, states.map(line).to_vec()).into_iter().map(|line| line.what).collect();
            assert_eq!(words.len(), 4, "{words:?}");
        }
        let line =
            Line { client_id: ClientId("c".into()), name: "Demo".into(), telling: Telling::EndsWithin { minutes: 4 } };
        assert_eq!(receipt_line(Lang::En, line).what, "Its access ends within 4 minutes.");
    }
}
