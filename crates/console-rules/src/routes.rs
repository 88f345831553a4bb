//! The routes of the pages of access rules.

use super::{assignments, cell, condition, entity, history, page, publish, role, route, text, trial};
use usher_domain::urls::{AssignmentUrls, ProjectUrls, RevisionUrls, RulesUrls};
use usher_flows::Right;
use usher_http_server::layers::limits::BodyLimit;
use usher_page_kit::page_routes::PageRoutes;

/// A document of access rules in a form, where most of its signs are escaped.
const LONGEST_RULES: BodyLimit = BodyLimit(2 * 1024 * 1024);

/// Adds the pages of access rules and their actions to the list.
pub fn pages(pages: PageRoutes) -> PageRoutes {
    pages
        .for_members(Right::View, Right::Develop)
        .page(ProjectUrls::RULES, page::get)
        .page(RulesUrls::HISTORY, history::list)
        .page(RevisionUrls::PAGE, history::get)
        .for_members(Right::View, Right::View)
        .text_form(RulesUrls::TRY, trial::get, trial::submit)
        .action(RulesUrls::FIND_ASSIGNMENTS, assignments::find)
        .for_members(Right::View, Right::Operate)
        .text_form(RulesUrls::ASSIGNMENTS, assignments::get, assignments::assign)
        .action(AssignmentUrls::REMOVE, assignments::remove)
        .for_members(Right::Develop, Right::Develop)
        .form(RulesUrls::PUBLISH, publish::get, publish::submit)
        .form(RevisionUrls::ROLL_BACK, history::confirm, history::roll_back)
        .action(RulesUrls::DISCARD, page::discard)
        .long_text_form(RulesUrls::TEXT, LONGEST_RULES, text::get, text::submit)
        .long_action(RulesUrls::OVERWRITE, LONGEST_RULES, text::overwrite)
        .form(RulesUrls::CELL, cell::get, cell::submit)
        .text_form(RulesUrls::ROLE, role::get, role::submit)
        .action(RulesUrls::REMOVE_ROLE, role::remove)
        .text_form(RulesUrls::ENTITY, entity::get, entity::submit)
        .action(RulesUrls::REMOVE_ENTITY, entity::remove)
        .text_form(RulesUrls::CONDITION, condition::get, condition::submit)
        .action(RulesUrls::REMOVE_CONDITION, condition::remove)
        .text_form(RulesUrls::ROUTE, route::get, route::submit)
        .action(RulesUrls::REMOVE_ROUTE, route::remove)
}
