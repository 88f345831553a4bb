//! Setting up an authenticator app.

use serde::Deserialize;

use super::qr;
use crate::factors::kit::EnrolPage;
use crate::views::TotpSetup;
use usher_accounts::TotpOffer;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TotpForm {
    /// The sealed secret that the page offered.
    offer: String,
    code: String,
}

/// GET
pub async fn get(mut page: EnrolPage) -> PageResult {
    let offered = page.app.usher.authenticator_apps.offer_totp(&page.account).await;
    let offer = page.check_or_stop(offered)?;
    let view = view(&mut page, offer);
    page.show(&view)
}

/// POST
pub async fn confirm(mut page: EnrolPage, PageForm(form): PageForm<TotpForm>) -> PageResult {
    let EnrolPage { app, account, visitor, .. } = &mut page;
    let apps = &app.usher.authenticator_apps;
    let confirmed = apps.confirm_totp(account, &form.offer, &form.code, &mut visitor.browser).await;
    match page.check(confirmed)? {
        Ok(Some(codes)) => page.show_codes(&codes),
        Ok(None) => {
            let next = page.next();
            page.redirect(&next)
        }
        Err(errors) => {
            let again = page.app.usher.authenticator_apps.reoffer_totp(&page.account, &form.offer)?;
            let view = TotpSetup { error: errors.first(), ..view(&mut page, again) };
            page.show_again(&view)
        }
    }
}

fn view(page: &mut EnrolPage, offer: TotpOffer) -> TotpSetup {
    let here = page.here();
    TotpSetup {
        page: page.head(&here),
        form: page.form(here),
        qr: qr::svg(&offer.url),
        typed: offer.typed,
        url: offer.url,
        offer: offer.sealed,
        cancel_url: page.back(),
        error: None,
    }
}
