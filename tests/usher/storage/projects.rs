//! Projects.

use super::samples::{NOW, hash, in_tx, project, random};
use crate::harness::database::on_both_databases;
use usher_domain::id::ProjectId;
use usher_domain::page::Cursor;
use usher_storage::StorageError;

on_both_databases! {
    async fn a_project_comes_back_as_it_went_in(db: TestDatabase) {
        let project = project();
        in_tx!(db.store, |tx| tx.insert_project(&project, &hash()).await).unwrap();
        assert_eq!(db.store.find_project(project.id).await.unwrap(), Some(project));
        assert_eq!(db.store.find_project(ProjectId::new(NOW, random())).await.unwrap(), None);
    }

    async fn a_token_belongs_to_one_project(db: TestDatabase) {
        let (first, second, token) = (project(), project(), hash());
        in_tx!(db.store, |tx| tx.insert_project(&first, &token).await).unwrap();
        let answer = in_tx!(db.store, |tx| tx.insert_project(&second, &token).await);
        assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
    }

    async fn the_list_of_projects_is_cut_into_pages(db: TestDatabase) {
        let mut projects = vec![project(), project(), project()];
        for project in &projects {
            in_tx!(db.store, |tx| tx.insert_project(project, &hash()).await).unwrap();
        }
        projects.sort_by_key(|project| project.id);
        let first = db.store.list_projects(Cursor::START, 2).await.unwrap();
        assert_eq!(first.items, projects[..2]);
        let second = db.store.list_projects(first.next.unwrap(), 2).await.unwrap();
        assert_eq!((second.items.as_slice(), second.next), (&projects[2..], None));
        assert_eq!(db.store.list_projects(Cursor::START, 0).await.unwrap().items, projects[..1]);
        assert_eq!(db.store.list_projects(Cursor::START, u32::MAX).await.unwrap().items, projects);
    }
}
