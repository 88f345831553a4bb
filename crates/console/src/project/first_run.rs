//! The first project of an installation: the setup link leads here, and from here to the first client.

use serde::Deserialize;

use crate::views::FirstRun;
use usher_domain::urls::{self, ProjectUrls};
use usher_page_kit::kit::{AdminPage, PageForm, PageKit as _, PageResult};

/// The parameter of the form of a client that is the first one.
pub(crate) const FIRST: &str = "first";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FirstRunForm {
    name: String,
}

/// GET /console/first-run
pub async fn get(mut page: AdminPage) -> PageResult {
    let view = view(&mut page);
    page.show(&view)
}

/// POST creates the project and continues with its first client. The project's token is not shown: whoever needs one
/// makes it on its page.
pub async fn create(mut page: AdminPage, PageForm(form): PageForm<FirstRunForm>) -> PageResult {
    let made = page.app.usher.projects.create_project(&form.name).await;
    match page.check(made)? {
        Ok(made) => page.redirect(&urls::with(&ProjectUrls::of(&made.project.id).new_client(), FIRST, "1")),
        Err(errors) => {
            let view = FirstRun { errors, name: form.name, ..view(&mut page) };
            page.show_again(&view)
        }
    }
}

fn view(page: &mut AdminPage) -> FirstRun {
    FirstRun { page: page.head(urls::FIRST_RUN), form: page.form(urls::FIRST_RUN), ..FirstRun::default() }
}
