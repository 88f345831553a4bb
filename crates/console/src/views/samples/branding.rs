//! Samples: branding.

use askama::Template;

use crate::views::*;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, ProjectTab};
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, project_head as head};

/// Every page.
pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let forms = BrandingForms {
        settings: Form::new("/console/branding", "t"),
        preview_url: "/console/branding/preview".into(),
        logo: Form::new("/console/branding/logo", "t"),
        remove_logo_url: "/console/branding/logo/remove".into(),
        inherited_name: "Usher".into(),
        may_change: true,
        ..BrandingForms::default()
    };
    let values = BrandingValues {
        name: HOSTILE.into(),
        accent: HOSTILE.into(),
        support_email: HOSTILE.into(),
        tos_uri: HOSTILE.into(),
        policy_uri: HOSTILE.into(),
        sender_name: HOSTILE.into(),
        loaded: HOSTILE.into(),
    };
    let empty = InstallationBranding {
        page: console(lang),
        forms: forms.clone(),
        notice: Some(lang.text("branding-saved")),
        ..InstallationBranding::default()
    };
    let wrong = ProjectBranding {
        page: console(lang),
        project: head(lang, HOSTILE, ProjectTab::Branding),
        forms: BrandingForms {
            logo_url: Some("/brand/installation/abc.png".into()),
            nearest: Some("#8a6d00".into()),
            inherited_name: HOSTILE.into(),
            values,
            ..forms.clone()
        },
        errors: errors(&["name", "accent", "support_email", "tos_uri", "policy_uri", "sender_name", "logo", ""], lang),
        notice: None,
    };
    let viewer = ProjectBranding {
        errors: errors(&[], lang),
        forms: BrandingForms { may_change: false, ..forms },
        ..wrong.clone()
    };
    vec![
        ("branding-installation", empty.render()),
        ("branding-project", wrong.render()),
        ("branding-viewer", viewer.render()),
    ]
}
