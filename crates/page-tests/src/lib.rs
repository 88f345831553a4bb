//! What the tests of pages share: values of their samples, and the checks that every page must pass.

#![expect(clippy::missing_panics_doc, reason = "a check panics to fail its test")]

mod checks;
mod layouts;

pub use checks::*;
pub use layouts::{HOSTILE, RenderedSample, console, errors, inside, moment, page, project_head};

/// A test for each check that every page must pass; the function renders the samples of a crate.
#[macro_export]
macro_rules! page_checks {
    ($samples:path) => {
        $crate::page_checks! { $samples:
            every_page_is_well_formed
            every_page_says_its_language
            every_page_has_one_heading_and_a_title
            nothing_is_styled_or_scripted_inline
            values_from_strangers_stay_text
            every_field_has_a_bound_label
            every_text_field_helps_a_password_manager
            every_reference_inside_a_page_leads_somewhere
            every_drawing_is_in_the_sprite
            every_form_posts_with_its_anti_forgery_value
            every_page_has_a_way_on
            no_page_shows_a_bare_key_or_an_unfilled_variable
            every_page_can_be_written_out
        }
    };
    ($samples:path: $($check:ident)*) => {
        $(
            #[test]
            fn $check() {
                $crate::$check($samples);
            }
        )*
    };
}
