//! Cedar as the oracle of the tests.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema,
};
use usher_policy::PolicyDocument;
use usher_policy::cedar::{CedarGuards, policies, schema};
use usher_policy::check::check;
use usher_policy::value::{AttributeValue, Attributes};

use super::generate::Asked;

pub struct Oracle {
    schema: Schema,
    policies: PolicySet,
    /// The roles, and the actions of the schema.
    standing: Entities,
}

impl Oracle {
    pub fn of(document: &PolicyDocument) -> Self {
        let (faults, conditions) = check(document);
        assert!(!faults.iter().any(usher_policy::DocumentFault::is_error), "{faults:?}");
        let (schema, _) = Schema::from_cedarschema_str(&schema(document, CedarGuards::On)).unwrap();
        let policies = policies(document, &conditions).text.parse().unwrap();
        let roles = document.roles.iter().map(|(name, role)| {
            Entity::new_no_attrs(
                uid("Usher::Role", name),
                role.inherits.iter().map(|r| uid("Usher::Role", r)).collect(),
            )
        });
        let standing = Entities::from_entities(roles, Some(&schema)).unwrap();
        Self { schema, policies, standing }
    }

    /// Is it allowed? No policy may fail.
    pub fn allows(&self, asked: &Asked) -> bool {
        let (entity, _) = asked.permission.split_once(':').unwrap();
        let user = uid("Usher::Subject", "u");
        let resource = uid(entity, "x");
        let roles: HashSet<EntityUid> = asked.roles.iter().map(|role| uid("Usher::Role", role)).collect();
        let present = [
            Entity::new(user.clone(), known(&asked.user), roles).unwrap(),
            Entity::new(resource.clone(), known(&asked.resource), HashSet::new()).unwrap(),
        ];
        let entities = self.standing.clone().add_entities(present, None).unwrap();
        let mut circumstances = known(&asked.context);
        circumstances.insert("token".to_owned(), RestrictedExpression::new_record(known(&asked.token)).unwrap());
        let context = Context::from_pairs(circumstances).unwrap();
        let action = uid("Action", &asked.permission);
        let request = Request::new(user, action, resource, context, Some(&self.schema)).unwrap();
        let answer = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        assert_eq!(answer.diagnostics().errors().count(), 0, "a policy failed");
        answer.decision() == Decision::Allow
    }
}

fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse::<EntityTypeName>().unwrap(), EntityId::new(id))
}

fn known(attributes: &Attributes) -> HashMap<String, RestrictedExpression> {
    let read = |(name, json)| Some((String::clone(name), expression(&AttributeValue::read(json)?)));
    attributes.iter().filter_map(read).collect()
}

fn expression(value: &AttributeValue<'_>) -> RestrictedExpression {
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    match value {
        AttributeValue::Text(one) => text(one),
        AttributeValue::Bool(truth) => RestrictedExpression::new_bool(*truth),
        AttributeValue::Int(number) => RestrictedExpression::new_long(*number),
        AttributeValue::Texts(many) => RestrictedExpression::new_set(many.iter().map(|one| text(one))),
    }
}
