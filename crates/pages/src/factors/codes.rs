//! New recovery codes: made by a form, and shown once by a page of their own.

use super::change::refused;
use crate::factors::kit::{EnrolPage, lead_to_codes};
use crate::views::RecoveryCodesPage;
use usher_domain::urls;
use usher_page_kit::kit::{AccountPage, ButtonForm, PageKit as _, PageResult};
use usher_page_kit::visitor_pages::VisitorPages as _;

/// GET: the codes, the first time; afterwards a link to make new ones.
pub async fn get(page: EnrolPage) -> PageResult {
    let (shown_once, sealed) = (&page.app.usher.shown_once, page.param("show").unwrap_or_default());
    let shown = shown_once.show_once(sealed, urls::RECOVERY_CODES, &page.account, &page.visitor.browser).await?;
    let view = RecoveryCodesPage {
        page: page.head(&page.here()),
        codes: shown.map(|codes| codes.lines().map(str::to_owned).collect()).unwrap_or_default(),
        next_url: page.next(),
        security_url: urls::SECURITY.to_owned(),
    };
    page.show(&view)
}

/// POST …/renew
pub async fn renew(mut page: AccountPage, _: ButtonForm) -> PageResult {
    let renewed = page.app.usher.recovery_codes.renew_recovery_codes(&page.account).await;
    match page.check(renewed)? {
        Ok(codes) => {
            let AccountPage { app, visitor, account, .. } = &mut page;
            let to = lead_to_codes(app, visitor, account, &codes, urls::RECOVERY_CODES)?;
            Ok(page.visitor.redirect_to_page(&to))
        }
        Err(errors) => refused(page, &errors).await,
    }
}
