//! `/dev/components`: every component of the pages in every state, in development mode.

use crate::login::kit::LoginPage;
use crate::views::DevComponents;
use usher_domain::urls;
use usher_page_kit::kit::{PageKit as _, PageResult};
use usher_page_kit::views::{Layout, NavLink, Tab};

/// The layout of a page of development mode.
pub(crate) fn head(page: &LoginPage, here: &str) -> Layout {
    let head = page.head(here);
    let tabs = [(Tab::DevMail, urls::DEV_MAIL), (Tab::Components, urls::DEV_COMPONENTS)];
    let nav = tabs.map(|(tab, url)| NavLink::new(head.lang, tab, url, here.starts_with(url)));
    Layout { nav: nav.to_vec(), ..head }
}

/// GET /dev/components
pub async fn get(page: LoginPage) -> PageResult {
    let view = DevComponents::new(head(&page, urls::DEV_COMPONENTS));
    page.show(&view)
}
