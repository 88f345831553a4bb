//! The access rules of a project: the matrix, its parts, history, trials, assignments.

mod assignments;
mod matrix;
mod parts;
mod publish;
#[cfg(test)]
mod samples;
mod trial;

pub use assignments::{AssignmentItem, AssignmentValues, AssignmentsPage};
pub use matrix::{
    CellView, ConditionItem, DraftState, MatrixGroup, MatrixRow, MatrixView, PublicationItem, RoleColumn, RouteItem,
    RulesPage,
};
pub use parts::{
    CellPage, ConditionPage, ConditionRow, ConditionValues, EntityPage, EntityValues, RolePage, RoleValues, RoutePage,
    RouteValues, RulesTextPage,
};
pub use publish::{
    ChangeItem, DiffLine, EffectItem, LineFault, PublishPage, RevisionPage, RollBackPage, RulesHistoryPage,
};
pub use trial::{ReasonItem, TrialPage, TrialResult, TrialValues};
