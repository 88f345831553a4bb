//! The terms by which searches of the console find projects, clients, APIs and webhooks. Whoever adds, renames or deletes
//! one writes its terms in the same transaction, after its row, whose lock keeps two such writers apart.

use std::collections::{BTreeMap, BTreeSet};

use super::db::statements;
use super::{Result, Store, Tx};
use usher_domain::id::{ProjectId, UserId};
use usher_domain::object_search::{ObjectKind, ObjectQuery, object_terms};

/// Terms that one search reads. Further matches are found by another word, or by more letters.
pub const MOST_CANDIDATES: u32 = 200;

statements! {
    DELETE = "delete from object_term where kind = $1 and object_id = $2";
    INSERT = "
        insert into object_term (kind, term, object_id, project_id)
        select $1, value, $2, $3
        from json_each($4)
    ", postgres "
        insert into object_term (kind, term, object_id, project_id)
        select $1, value, $2, $3::uuid
        from jsonb_array_elements_text($4) value
    ";
    FIND = "
        select object_id, project_id
        from object_term
        where kind = $1 and term >= $2 and term < $3
        order by kind, term, object_id
        limit $4 + 0
    ";
    // SQLite reads a cross join from the left: the projects of the member first, then their terms.
    FIND_OF_MEMBER = "
        select t.object_id, t.project_id
        from project_member m
        cross join object_term t
        where m.user_id = $1 and t.project_id = m.project_id and t.kind = $2 and t.term >= $3 and t.term < $4
        limit $5 + 0
    ";
    TERMS_OF = "
        select t.object_id, t.term
        from json_each($2) c
        cross join object_term t
        where t.kind = $1 and t.object_id = c.value
    ", postgres "
        select t.object_id, t.term
        from jsonb_array_elements_text($2) c
        join object_term t on t.kind = $1 and t.object_id = c
    ";
}

impl Tx {
    /// Replaces the terms of an object whose row this transaction wrote.
    pub(super) async fn put_object_terms<'t>(
        &mut self,
        kind: ObjectKind,
        id: &str,
        project: ProjectId,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<()> {
        let terms: Vec<String> = object_terms(texts).into_iter().collect();
        self.delete_object_terms(kind, id).await?;
        self.query(INSERT).bind(kind).bind(id).bind(project).bind(terms.as_slice()).done().await
    }

    pub(super) async fn delete_object_terms(&mut self, kind: ObjectKind, id: &str) -> Result<()> {
        self.query(DELETE).bind(kind).bind(id).done().await
    }
}

impl Store {
    /// The objects of a kind that a search finds, with their projects: of every project, or of those that a user is a
    /// member of. Reads [`MOST_CANDIDATES`] terms at most.
    pub async fn find_objects(
        &self,
        kind: ObjectKind,
        query: &ObjectQuery,
        member: Option<UserId>,
    ) -> Result<Vec<(String, ProjectId)>> {
        let Some(word) = query.longest_word() else { return Ok(Vec::new()) };
        let end = format!("{word}\u{10FFFF}");
        let found: Vec<(String, ProjectId)> = match member {
            None => self.query(FIND).bind(kind).bind(word).bind(end).bind(MOST_CANDIDATES).all().await?,
            Some(user) => {
                let query = self.query(FIND_OF_MEMBER).bind(user).bind(kind).bind(word).bind(end);
                query.bind(MOST_CANDIDATES).all().await?
            }
        };
        let mut seen = BTreeSet::new();
        let found: Vec<_> = found.into_iter().filter(|(id, _)| seen.insert(id.clone())).collect();
        if !query.has_several_words() || found.is_empty() {
            return Ok(found);
        }
        let ids: Vec<String> = seen.into_iter().collect();
        let pairs: Vec<(String, String)> = self.query(TERMS_OF).bind(kind).bind(ids.as_slice()).all().await?;
        let mut terms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (id, term) in pairs {
            terms.entry(id).or_default().insert(term);
        }
        Ok(found.into_iter().filter(|(id, _)| terms.get(id).is_some_and(|terms| query.finds(terms))).collect())
    }
}
