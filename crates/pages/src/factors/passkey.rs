//! Creating a passkey.

use serde::Deserialize;

use super::PASSKEY_ADDED;
use crate::factors::kit::EnrolPage;
use crate::views::{NewPasskey, PasskeyAsk};
use usher_accounts::PasskeyAnswer;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewPasskeyForm {
    state: String,
    credential: String,
}

/// GET
pub async fn get(mut page: EnrolPage) -> PageResult {
    let view = view(&mut page).await?;
    page.show(&view)
}

/// POST
pub async fn register(mut page: EnrolPage, PageForm(form): PageForm<NewPasskeyForm>) -> PageResult {
    let answer = PasskeyAnswer { state: &form.state, credential: &form.credential };
    let EnrolPage { app, account, visitor, .. } = &mut page;
    let registered = app.usher.passkeys.register_passkey(account, answer, &mut visitor.browser).await;
    match page.check(registered)? {
        Ok(_) => page.complete(PASSKEY_ADDED),
        Err(errors) => {
            let view = NewPasskey { error: errors.first(), ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

async fn view(page: &mut EnrolPage) -> Result<NewPasskey, PageStop> {
    let EnrolPage { app, account, visitor, .. } = &mut *page;
    let begun = app.usher.passkeys.begin_passkey(account, &mut visitor.browser).await;
    let ceremony = page.check_or_stop(begun)?;
    let (here, is_first) = (page.here(), page.param("first").is_some());
    Ok(NewPasskey {
        page: page.head(&here),
        form: page.form(here),
        passkey: PasskeyAsk { options: ceremony.options, state: ceremony.state },
        first: is_first,
        cancel_url: if is_first { page.next() } else { page.back() },
        error: None,
    })
}
