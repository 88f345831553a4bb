//! What the two pages differ in.

use axum::response::Response;

use crate::views::{BrandingForms, InstallationBranding, ProjectBranding};
use usher_domain::branding::BrandOwner;
use usher_domain::urls;
use usher_flows::Right;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::kit::{AdminPage, PageKit, ProjectPage, html};
use usher_page_kit::views::{FieldErrors, ProjectTab};

/// The URLs of the page and its forms.
pub struct BrandingPaths {
    pub page: String,
    pub preview: String,
    pub logo: String,
    pub remove_logo: String,
}

/// A page with the forms of a branding.
pub trait BrandingPage: PageKit {
    fn app(&self) -> &App;
    fn owner(&self) -> BrandOwner;
    fn urls(&self) -> BrandingPaths;
    fn may_change(&self) -> bool;
    /// The rendered page.
    fn view(
        &self,
        here: &str,
        forms: BrandingForms,
        notice: Option<String>,
        errors: FieldErrors,
    ) -> Result<Response, HttpProblem>;
}

impl BrandingPage for ProjectPage {
    fn app(&self) -> &App {
        &self.app
    }

    fn owner(&self) -> BrandOwner {
        BrandOwner::Project(self.project.id)
    }

    fn urls(&self) -> BrandingPaths {
        BrandingPaths {
            page: self.urls.branding(),
            preview: self.urls.branding_preview(),
            logo: self.urls.branding_logo(),
            remove_logo: self.urls.remove_logo(),
        }
    }

    fn may_change(&self) -> bool {
        self.may(Right::Own)
    }

    fn view(
        &self,
        here: &str,
        forms: BrandingForms,
        notice: Option<String>,
        errors: FieldErrors,
    ) -> Result<Response, HttpProblem> {
        let page = self.head(here);
        html(&ProjectBranding { project: self.project_head(&page, ProjectTab::Branding), page, forms, notice, errors })
    }
}

impl BrandingPage for AdminPage {
    fn app(&self) -> &App {
        &self.app
    }

    fn owner(&self) -> BrandOwner {
        BrandOwner::Installation
    }

    fn urls(&self) -> BrandingPaths {
        BrandingPaths {
            page: urls::BRANDING.to_owned(),
            preview: urls::BRANDING_PREVIEW.to_owned(),
            logo: urls::BRANDING_LOGO.to_owned(),
            remove_logo: urls::REMOVE_LOGO.to_owned(),
        }
    }

    fn may_change(&self) -> bool {
        true
    }

    fn view(
        &self,
        here: &str,
        forms: BrandingForms,
        notice: Option<String>,
        errors: FieldErrors,
    ) -> Result<Response, HttpProblem> {
        html(&InstallationBranding { page: self.head(here), forms, notice, errors })
    }
}
