//! Secrets that are shown once: a form redirects to the page that shows it.

use super::account::{AdminPage, ConsolePage};
use super::page_kit::{Notice, PageKit};
use super::project::ProjectPage;
use super::stop::PageResult;
use crate::views::ShownSecret;
use crate::visitor_pages::VisitorPages as _;
use usher_accounts::{Account, FlowError};
use usher_domain::urls;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::state::App;

/// The query parameter with the sealed secret.
const SHOW: &str = "show";

/// A page of the console, which can show a secret.
pub trait SecretPage: PageKit + Send {
    fn parts(&mut self) -> (&App, &mut Visitor, &Account);

    /// Redirects to a page, which says what was done and shows the secret.
    fn done_with_secret(mut self, page: &str, notice: Notice, secret: &str) -> PageResult {
        let (app, visitor, account) = self.parts();
        let sealed = app.usher.shown_once.seal_to_show(secret, page, account, &mut visitor.browser)?;
        let to = urls::with(&urls::with(page, urls::DONE, notice.word), SHOW, &sealed);
        Ok(self.into_visitor().redirect(&to))
    }

    /// The secret to show on the page at this URL, if the request names one.
    fn secret(&mut self, here: &str) -> impl Future<Output = Result<Option<ShownSecret>, FlowError>> + Send {
        async move {
            let Some(sealed) = self.param(SHOW).map(str::to_owned) else { return Ok(None) };
            let (app, visitor, account) = self.parts();
            let secret = app.usher.shown_once.show_once(&sealed, here, account, &visitor.browser).await?;
            Ok(Some(secret.map_or(ShownSecret::Before, ShownSecret::Now)))
        }
    }
}

impl SecretPage for AdminPage {
    fn parts(&mut self) -> (&App, &mut Visitor, &Account) {
        (&self.app, &mut self.visitor, &self.account)
    }
}

impl SecretPage for ConsolePage {
    fn parts(&mut self) -> (&App, &mut Visitor, &Account) {
        (&self.app, &mut self.visitor, &self.account)
    }
}

impl SecretPage for ProjectPage {
    fn parts(&mut self) -> (&App, &mut Visitor, &Account) {
        (&self.app, &mut self.visitor, &self.account)
    }
}
