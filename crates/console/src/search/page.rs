//! The page of a search, which is also what the palette shows.

use axum::Extension;

use super::commands::CommandReader;
use super::objects::ObjectReader;
use crate::views::{SearchGroup, SearchOptions, SearchPage, SearchResult};
use usher_accounts::FlowError;
use usher_domain::id::ProjectId;
use usher_domain::object_search::ObjectQuery;
use usher_domain::project::Project;
use usher_domain::urls;
use usher_flows::ReaderRights;
use usher_page_kit::kit::{ConsolePage, PageKit as _, PageResult};
use usher_page_kit::page_routes::ListedRoutes;
use usher_page_kit::views::Layout;

/// The longest text that is searched for, in characters.
const LONGEST: usize = 200;
/// Pages that a search finds.
const PAGES: usize = 8;
/// Pages that are offered before anything is typed.
const SUGGESTED: usize = 12;

/// GET /console/search. An id leads to what it names. With `as=options`, the results alone.
pub async fn get(page: ConsolePage, Extension(routes): Extension<ListedRoutes>) -> PageResult {
    let typed = page.param("q").unwrap_or_default().trim();
    let text: String = typed.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
    let here = page.param("project").and_then(|id| id.parse::<ProjectId>().ok());
    let rights = page.app.usher.console_search.rights_of(&page.account.user).await?;
    let project = project_here(&page, here).await?;
    let head = page.head(&urls::with(urls::SEARCH, "q", &text));
    let groups = Box::pin(find(&page, &routes, &rights, project.as_ref(), (&head, &text))).await?;
    if page.param("as") == Some("options") {
        return page.show(&SearchOptions { page: head, text, groups });
    }
    if let Some(url) = only_exact(&groups) {
        return page.redirect(&url);
    }
    let project = project.map(|project| project.id.to_string()).unwrap_or_default();
    page.show(&SearchPage { page: head, text, project, groups })
}

/// The project in which the reader is, if the reader may see it.
async fn project_here(page: &ConsolePage, id: Option<ProjectId>) -> Result<Option<Project>, FlowError> {
    let Some(id) = id else { return Ok(None) };
    let found = page.app.usher.callers.project_of_person(&page.account.user, id).await?;
    Ok(found.map(|(project, _)| project))
}

async fn find(
    page: &ConsolePage,
    routes: &ListedRoutes,
    rights: &ReaderRights,
    here: Option<&Project>,
    (head, text): (&Layout, &str),
) -> Result<Vec<SearchGroup>, FlowError> {
    let others = page.projects.iter().filter(|one| here.is_none_or(|here| here.id != one.id));
    let commands = CommandReader {
        lang: head.lang,
        routes,
        rights,
        may_create: page.app.usher.projects.may_create(&page.account.user),
        projects: here.into_iter().chain(others).collect(),
    };
    let query = ObjectQuery::new(text);
    if query.is_empty() {
        let results = commands.suggest(here, SUGGESTED);
        return Ok(vec![SearchGroup { key: "search-pages", results, more_url: None }]);
    }
    let objects = ObjectReader { usher: &page.app.usher, routes, rights, page: head, text };
    let mut groups = objects.find(&query).await?;
    let results = commands.find(&query, PAGES);
    if !results.is_empty() {
        groups.insert(0, SearchGroup { key: "search-pages", results, more_url: None });
    }
    // What was named by its id comes first.
    for group in &mut groups {
        group.results.sort_by_key(|result| !result.exact);
    }
    groups.sort_by_key(|group| !group.results.iter().any(|result| result.exact));
    Ok(groups)
}

/// The URL of the one result that was named by its id.
fn only_exact(groups: &[SearchGroup]) -> Option<String> {
    let mut exact = groups.iter().flat_map(|group| &group.results).filter(|result| result.exact);
    let first: &SearchResult = exact.next()?;
    exact.next().is_none().then(|| first.url.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(exact: &[bool]) -> SearchGroup {
        let result = |(at, exact): (usize, &bool)| SearchResult {
            url: format!("/{at}"),
            exact: *exact,
            ..SearchResult::default()
        };
        SearchGroup { results: exact.iter().enumerate().map(result).collect(), ..SearchGroup::default() }
    }

    #[test]
    fn one_id_leads_to_what_it_names_and_several_objects_are_a_choice() {
        assert_eq!(only_exact(&[group(&[false, true]), group(&[false])]), Some("/1".to_owned()));
        assert_eq!(only_exact(&[group(&[true]), group(&[true])]), None);
        assert_eq!(only_exact(&[group(&[false])]), None);
        assert_eq!(only_exact(&[]), None);
    }
}
