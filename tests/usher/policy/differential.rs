//! The compiled table decides like Cedar, for generated policies and requests.

use usher_policy::Table;
use usher_policy::compile::{TableId, compile};
use usher_policy::evaluate::{EvaluationRequest, Verdict, evaluate};
use usher_policy::validate::validate;

use super::generate::{Asked, Draw};
use super::oracle::Oracle;

const POLICIES: u64 = 250;
const QUESTIONS: u64 = 44;

pub fn question(asked: &Asked, shown: bool) -> EvaluationRequest<'_> {
    EvaluationRequest {
        roles: &asked.roles,
        permission: &asked.permission,
        user: &asked.user,
        resource: shown.then_some(&asked.resource),
        context: &asked.context,
        token: &asked.token,
    }
}

#[test]
fn the_table_answers_what_cedar_answers() {
    let (mut allowed, mut conditional, mut cases) = (0, 0, 0);
    for seed in 0..POLICIES {
        let draw = Draw::new(seed << 32);
        let document = draw.document();
        let oracle = Oracle::of(&document);
        let edition = TableId { project: "p".to_owned(), revision: seed, iat: 0 };
        let table = compile(&document, edition).unwrap();
        let sent = serde_json::to_vec(&table).unwrap();
        let read = Table::read(&sent).unwrap();
        assert_eq!(serde_json::to_vec(&read).unwrap(), sent, "a table reads as it was written");
        for _ in 0..QUESTIONS {
            let asked = draw.question(&document);
            let answer = evaluate(&read, &question(&asked, true));
            let law = if oracle.allows(&asked) { Verdict::Allow } else { Verdict::Deny };
            let details = || {
                format!("seed {seed}\n{}\n{:#?}", serde_json::to_string_pretty(&document).unwrap(), asked.permission)
            };
            assert_eq!(answer, law, "{}", details());
            // A decision without the resource holds for every resource.
            match evaluate(&read, &question(&asked, false)) {
                Verdict::Conditional => conditional += 1,
                early => assert_eq!(early, answer, "{}", details()),
            }
            allowed += u32::from(answer == Verdict::Allow);
            cases += 1;
        }
    }
    assert!(cases >= 10_000 && allowed > cases / 10 && allowed < cases * 9 / 10 && conditional > cases / 20);
    eprintln!("{cases} cases: {allowed} allowed; {conditional} conditional without the resource");
}

#[test]
fn what_is_generated_can_be_published() {
    for seed in 0..60 {
        let document = Draw::new(seed << 32).document();
        let review = validate(&document);
        assert!(review.valid, "seed {seed}: {:?}\n{}", review.faults, serde_json::to_string_pretty(&document).unwrap());
    }
}
