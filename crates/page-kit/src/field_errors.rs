//! The errors of a form for a refusal, in the reader's language.

use crate::views::FieldErrors;
use usher_accounts::{FormFault, Rejected};
use usher_i18n::Lang;

/// The errors at their fields; `None` if the refusal gets a page of its own.
pub fn of_refused(refused: &Rejected, lang: Lang) -> Option<FieldErrors> {
    let faults = refused.form_faults();
    (!faults.is_empty()).then(|| of_faults(&faults, lang))
}

pub fn of_faults(faults: &[FormFault], lang: Lang) -> FieldErrors {
    faults.iter().map(|fault| (fault.field, text(*fault, lang))).collect()
}

fn text(fault: FormFault, lang: Lang) -> String {
    match fault.count {
        Some(count) => lang.text_with(fault.text, &[("count", count.into())]),
        None => lang.text(fault.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_accounts::{ApiErrorCode, ErrorClass, RefusalRow};

    #[test]
    fn every_text_of_a_row_is_written_in_every_language() {
        for lang in Lang::ALL {
            for fault in Rejected::ROWS.iter().filter_map(|row| row.form) {
                let text = text(fault, lang);
                assert!(text != fault.text && !text.contains('{'), "{}: {text}", fault.text);
            }
        }
    }

    #[test]
    fn a_specimen_is_shown_at_the_field_of_its_row() {
        const SPECIMEN: RefusalRow =
            ApiErrorCode::new("SPECIMEN_REFUSED", ErrorClass::Conflict, "There is one already.")
                .says("there is a specimen already")
                .at("name", "message-frozen");
        for lang in Lang::ALL {
            let errors = of_faults(SPECIMEN.form.as_slice(), lang);
            assert_eq!(errors.of("name"), Some(lang.text("message-frozen").as_str()));
        }
    }

    #[test]
    fn a_number_is_part_of_the_text() {
        let errors = of_refused(&Rejected::TooMany { seconds: 60 }, Lang::En).unwrap();
        assert_eq!(errors.of(""), Some("Too many attempts. Please wait 1 minute and try again."));
        let errors = of_refused(&Rejected::TooMany { seconds: 61 }, Lang::PtBr).unwrap();
        assert!(errors.of("").is_some_and(|text| text.contains('2')), "{errors:?}");
    }
}
