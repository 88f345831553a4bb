//! Export and import of users in the console.

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION};
use usher_domain::event::EventKind;
use usher_domain::id::ImportId;
use usher_domain::urls::{self, ImportUrls};
use usher_domain::user::import::{ImportCounts, ImportOptions, ImportStatus, OnExisting, UserImport};
use usher_domain::user::{User, UserStatus};
use usher_storage::events::log::Search;

use super::administrator;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::hooks::run_job;

const ANA: &str = "ana@example.test";
const BOB: &str = "bob@example.test";
/// The hash of `U*U`.
const BCRYPT: &str = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

/// Uploads a file with the form of the page: the status and where it leads, or the page.
async fn upload(browser: &mut Browser<'_>, file: &[u8]) -> Result<ImportId, String> {
    let server = browser.server();
    let page = browser.open(&server.at(urls::IMPORTS)).await;
    let csrf = page.body.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let field = format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n");
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\n\r\n";
    let body = [field.as_bytes(), head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = server.http.post(server.at(urls::UPLOAD_IMPORT)).header(COOKIE, cookies.join("; "));
    let request =
        request.header(ACCEPT, "text/html").header(CONTENT_TYPE, "multipart/form-data; boundary=b").body(body);
    let response = request.send().await.expect("the server answers");
    match response.headers().get(LOCATION) {
        Some(url) => {
            let url = url.to_str().unwrap().to_owned();
            Ok(url.rsplit('/').next().unwrap().parse().expect("it leads to the import"))
        }
        None => Err(format!("{} {}", response.status(), response.text().await.unwrap())),
    }
}

async fn loaded(server: &TestServer, id: ImportId) -> UserImport {
    server.usher.user_imports.load(id).await.expect("the import")
}

fn counts(created: u32, updated: u32, skipped: u32, failed: u32) -> ImportCounts {
    ImportCounts { created, updated, skipped, failed }
}

/// Chooses, checks and imports a file: the results of the dry run and of the import.
async fn import(browser: &mut Browser<'_>, file: &str, options: ImportOptions) -> (UserImport, UserImport) {
    let server = browser.server();
    let id = upload(browser, file.as_bytes()).await.expect("the file is received");
    server.usher.user_imports.check(id, options).await.unwrap();
    run_job(&server.usher, "import_users").await;
    let checked = loaded(server, id).await;
    assert_eq!(checked.status, ImportStatus::Checked);
    server.usher.user_imports.start(id).await.unwrap();
    run_job(&server.usher, "import_users").await;
    let done = loaded(server, id).await;
    assert_eq!(done.status, ImportStatus::Done);
    (checked, done)
}

async fn report(browser: &Browser<'_>, id: ImportId) -> String {
    let reply = browser.server().get_as(browser, &ImportUrls::of(&id).report()).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply.body
}

async fn find(server: &TestServer, email: &str) -> Option<User> {
    server.usher.users.load_user(email).await.ok()
}

async fn data_of(server: &TestServer, kind: EventKind) -> Vec<serde_json::Value> {
    let search = Search { kinds: vec![kind.as_str().to_owned()], ..Search::default() };
    let found = server.usher.users.search_log(&search, 50).await.unwrap();
    found.items.into_iter().map(|event| serde_json::to_value(event.data).unwrap()).collect()
}

fn trusting() -> ImportOptions {
    ImportOptions { vouch_for_emails: true, ..ImportOptions::default() }
}

/// As many rows as this, each with an address of its own.
fn people(count: u32) -> String {
    let rows = (0..count).map(|number| format!("p{number}@example.test,Person {number}\r\n"));
    format!("email,given_name\r\n{}", rows.collect::<String>())
}

on_both_databases! {
    async fn a_table_is_checked_and_then_imported_by_the_forms(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(BOB).await;
        let mut boss = administrator(&server).await;
        let file = format!(
            "\u{feff}E-Mail;First Name;Telefon;email_verified;Team\r\n\
             Ana@Example.test;\"Ana \"\"A\"\"; L.\";+351 912 345 678;true;x\r\n{BOB};Bob;;true;\r\nnobody;;;true;\r\n\
             c@example.test;C;;false;\r\n{ANA};Again;;true;\r\n"
        );
        let id = upload(&mut boss, file.as_bytes()).await.unwrap();
        let here = server.at(&ImportUrls::of(&id).page());
        let page = boss.open(&here).await;
        assert!(page.body.contains("CSV with semicolons") && page.body.contains("5 rows"), "{}", page.body);
        let choices = [
            ("existing", "skip"), ("keep_ids", "true"), ("column-0", "email"), ("column-1", "given_name"),
            ("column-2", "phone_number"), ("column-3", "email_verified"), ("column-4", "ignore"),
        ];
        let checking = boss.press(&page, "check", &choices).await;
        assert!(checking.body.contains("<progress") && checking.body.contains("http-equiv=\"refresh\""), "{}", checking.body);
        run_job(&server.usher, "import_users").await;
        assert!(find(&server, ANA).await.is_none(), "a dry run changes nothing");
        let checked = boss.open(&here).await;
        assert_eq!(loaded(&server, id).await.counts(), counts(1, 0, 1, 3));
        for sentence in [
            "Nothing has been changed yet", "Import 1 person", "The person has an account.",
            "The email address is invalid.", "The file does not say that the email address is verified.",
            "Row 2 is about the same person.",
        ] {
            assert!(checked.body.contains(sentence), "{sentence}: {}", checked.body);
        }
        boss.press(&checked, "start", &[]).await;
        run_job(&server.usher, "import_users").await;
        let ana = find(&server, ANA).await.expect("she was imported");
        assert_eq!(ana.profile.given_name.as_deref(), Some("Ana \"A\"; L."));
        assert_eq!(ana.profile.phone_number.as_deref(), Some("+351 912 345 678"));
        let report = report(&boss, id).await;
        let expected = "row,result,reasons\r\n2,created,\r\n3,skipped,exists\r\n4,failed,email-invalid\r\n\
            5,failed,email-unverified\r\n6,failed,duplicate:2\r\n";
        assert_eq!(report, expected);
        let done = boss.open(&here).await;
        assert!(done.body.contains("What happened") && !done.body.contains("http-equiv"), "{}", done.body);
        let event = &data_of(&server, EventKind::USERS_IMPORTED).await[0];
        assert_eq!((&event["created"], &event["failed"]), (&1.into(), &3.into()));
        assert_eq!(server.database.count("select count(*) from user_import_part").await, 0, "the file is gone");
        let again = boss.post(&format!("{here}/start"), &[]).await;
        assert_eq!(again.status, StatusCode::FORBIDDEN, "not without the form: {}", again.body);
        assert!(server.usher.user_imports.start(id).await.is_err(), "it is over");
        // The report expires.
        server.wait(8 * 24 * 3600);
        run_job(&server.usher, "import_users").await;
        run_job(&server.usher, "import_users").await;
        assert!(server.usher.user_imports.load(id).await.is_err());
        assert_eq!(server.database.count("select count(*) from user_import_row").await, 0);
    }

    async fn an_imported_password_signs_in_and_is_hashed_anew(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let lines = [
            format!("{{\"user_id\":\"auth0|1\",\"email\":\"{ANA}\",\"email_verified\":true,\"passwordHash\":\"{BCRYPT}\"}}"),
            format!("{{\"email\":\"{BOB}\",\"email_verified\":true,\"blocked\":true,\"passwordHash\":\"md5\"}}"),
        ];
        let (_, done) = import(&mut boss, &lines.join("\n"), ImportOptions::default()).await;
        assert_eq!(done.counts(), counts(2, 0, 0, 0));
        assert!(report(&boss, done.id).await.contains("2,created,hash-unsupported"));
        let ana = find(&server, ANA).await.unwrap();
        assert_eq!(ana.sub.0, "auth0|1");
        assert_eq!(find(&server, BOB).await.unwrap().status, UserStatus::Disabled);
        let store = &server.usher.core.store;
        assert_eq!(store.find_password(ana.id).await.unwrap().as_deref(), Some(BCRYPT));
        let mut hers = server.browser();
        let login = hers.open(&server.at("/login")).await;
        let wrong = hers.submit(&login, &[("email", ANA), ("password", "U*V")]).await;
        assert!(!wrong.url.contains("/account"), "{}", wrong.url);
        let home = hers.submit(&login, &[("email", ANA), ("password", "U*U")]).await;
        assert!(home.url.contains("/account"), "{}: {}", home.url, home.body);
        assert!(store.find_password(ana.id).await.unwrap().unwrap().starts_with("$argon2id$"));
        // A second import keeps her password, and changes nothing.
        let options = ImportOptions { existing: OnExisting::Update, ..ImportOptions::default() };
        let (checked, again) = import(&mut boss, &lines.join("\n"), options).await;
        assert_eq!((checked.counts(), again.counts()), (counts(0, 0, 2, 0), counts(0, 0, 2, 0)));
        assert!(report(&boss, again.id).await.contains("1,skipped,unchanged hash-kept"));
    }

    async fn an_export_is_imported_elsewhere_as_it_was(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let file = "sub,email,email_verified,given_name,family_name,nickname,phone_number,phone_number_verified,birthdate,\
            address.country,locale,language,disabled,created_at\r\n\
            s-1,ana@example.test,true,\"=1+1\",\"O'Neil, Ana\",\"'-)\",+351 912345678,true,1990-05-17,Brasil,pt-PT,pt-BR,false,2020-01-02T03:04:05Z\r\n\
            s-2,bob@example.test,true,Bob,,,,,,,,,true,2021-01-02T03:04:05Z\r\n";
        let (_, done) = import(&mut boss, file, ImportOptions::default()).await;
        assert_eq!(done.counts(), counts(2, 0, 0, 0), "{}", report(&boss, done.id).await);
        let seen = |user: User| (user.sub, user.email, user.status, user.locale, user.profile, user.created_at);
        let (ana, bob) = (find(&server, ANA).await.unwrap(), find(&server, BOB).await.unwrap());
        assert_eq!(ana.created_at.rfc3339(), "2020-01-02T03:04:05Z");
        assert!(ana.profile.phone_number_verified);
        for url in ["/console/export-users/csv?q=example.test&order=oldest", "/console/export-users/json-lines?order=oldest"] {
            let export = server.get_as(&boss, url).await;
            assert_eq!(export.status, StatusCode::OK);
            assert!(!export.body.contains("argon2"), "no hash: {}", export.body);
            for email in [ANA, BOB] {
                let user = find(&server, email).await.unwrap();
                let mut tx = server.usher.core.store.begin().await.unwrap();
                // The `sub` is free again only in another installation.
                tx.delete_user(&user, server.now()).await.unwrap();
                tx.commit().await.unwrap();
            }
            server.database.execute("delete from tombstone").await;
            let (_, again) = import(&mut boss, &export.body, ImportOptions::default()).await;
            assert_eq!(again.counts(), counts(2, 0, 1, 0), "{}", report(&boss, again.id).await);
            assert_eq!(seen(find(&server, ANA).await.unwrap()), seen(ana.clone()), "{url}");
            assert_eq!(seen(find(&server, BOB).await.unwrap()), seen(bob.clone()), "{url}");
        }
        let event = &data_of(&server, EventKind::USERS_EXPORTED).await[1];
        assert_eq!((&event["count"], &event["filter"]), (&3.into(), &"q&order=oldest".into()), "no searched words");
        assert_eq!(data_of(&server, EventKind::USERS_EXPORT_STARTED).await.len(), 2);
        let page = boss.open(&server.at("/console/export-users?status=disabled")).await;
        assert!(page.body.contains("/console/export-users/csv?status=disabled"), "{}", page.body);
        let some = server.get_as(&boss, "/console/export-users/csv?status=disabled").await.body;
        assert_eq!(some.lines().count(), 2, "{some}");
        assert_eq!(server.get_as(&boss, "/console/export-users/csv?status=x").await.status, StatusCode::BAD_REQUEST);
    }

    async fn an_interrupted_import_goes_on_where_it_was_and_writes_nobody_twice(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let id = {
            let mut boss = administrator(&server).await;
            let id = upload(&mut boss, people(350).as_bytes()).await.unwrap();
            server.usher.user_imports.check(id, trusting()).await.unwrap();
            run_job(&server.usher, "import_users").await;
            server.usher.user_imports.start(id).await.unwrap();
            id
        };
        server.usher.user_imports.work().await.unwrap();
        let half = loaded(&server, id).await;
        assert_eq!((half.next_part, half.counts().total()), (1, 100));
        server.restart().await;
        // Two instances work at once.
        let second = server.second_instance().await;
        while loaded(&server, id).await.status == ImportStatus::Importing {
            let (one, other) = tokio::join!(server.usher.user_imports.work(), second.usher.user_imports.work());
            assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        }
        let done = loaded(&server, id).await;
        assert_eq!((done.status, done.counts()), (ImportStatus::Done, counts(350, 0, 0, 0)));
        let users = server.database.count("select count(*) from users where email like 'p%@example.test'").await;
        let events = server.database.count("select count(*) from event where kind = 'user.created'").await;
        assert_eq!((users, events), (350, 351));
        assert_eq!(server.database.count("select count(*) from user_import_row where pass = 2").await, 350);
    }

    async fn two_imports_and_registrations_of_the_same_people_make_each_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = upload(&mut boss, people(120).as_bytes()).await.unwrap();
            server.usher.user_imports.check(id, trusting()).await.unwrap();
            ids.push(id);
        }
        run_job(&server.usher, "import_users").await;
        for id in &ids {
            server.usher.user_imports.start(*id).await.unwrap();
        }
        let second = server.second_instance().await;
        let (one, other, ()) = tokio::join!(server.usher.user_imports.work(), second.usher.user_imports.work(), async {
            for number in (0..100).step_by(10) {
                let new = usher_accounts::NewUser {
                    email: format!("p{number}@example.test"),
                    password: None,
                    admin: false,
                    profile: usher_domain::user::Profile::default(),
                    locale: None,
                };
                let _ = server.usher.users.create_user(new).await;
            }
        });
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        run_job(&server.usher, "import_users").await;
        let users = server.database.count("select count(*) from users where email like 'p%@example.test'").await;
        assert_eq!(users, 120);
        let mut total = ImportCounts::default();
        for id in ids {
            let done = loaded(&server, id).await;
            assert_eq!((done.status, done.counts().total(), done.failed), (ImportStatus::Done, 120, 0));
            total.created += done.created;
        }
        assert!((110..=120).contains(&total.created), "{total:?}");
    }

    async fn a_bad_file_is_refused_with_the_reason_and_a_bad_row_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        for (file, sentence) in [
            (&b""[..], "The file contains no people."),
            (b"email\r\n", "The file contains no people."),
            (b"PK\x03\x04xlsx", "The file is compressed."),
            (b"\xFF\xFEe\0", "The file is not in UTF-8."),
            (b"email,email\r\na@x.test,b@x.test", "Each column needs a name of its own."),
        ] {
            let fault = upload(&mut boss, file).await.unwrap_err();
            assert!(fault.starts_with("422") && fault.contains(sentence), "{sentence}: {fault}");
        }
        let mut file = b"email,given_name\r\n".to_vec();
        file.extend_from_slice(format!("long@x.test,{}\r\n", "x".repeat(1_000_000)).as_bytes());
        file.extend_from_slice(b"a@x.test,\xFF\r\nb@x.test,B\0\r\nc@x.test,\"C\r\n\r\nc\"\r\nd@x.test,D,D\r\n,E\r\nf@x.test,F\r\n\"g@x.test");
        let id = upload(&mut boss, &file).await.unwrap();
        server.usher.user_imports.check(id, trusting()).await.unwrap();
        run_job(&server.usher, "import_users").await;
        let report = report(&boss, id).await;
        let expected = "row,result,reasons\r\n2,failed,row-too-long\r\n3,failed,row-not-utf8\r\n\
            4,failed,invalid:given_name\r\n5,failed,invalid:given_name\r\n6,failed,row-cells\r\n\
            7,failed,email-missing\r\n8,created,\r\n9,failed,row-cut-off\r\n";
        assert_eq!(report, expected);
        server.usher.user_imports.cancel(id).await.unwrap();
        run_job(&server.usher, "import_users").await;
        assert_eq!(loaded(&server, id).await.status, ImportStatus::Cancelled);
        assert!(server.usher.user_imports.start(id).await.is_err(), "it is over");
        assert!(find(&server, "f@x.test").await.is_none());
    }

    async fn people_without_a_way_in_are_invited_and_identities_are_linked(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let file = format!("email,email_verified\n{ANA},true\n");
        let options = ImportOptions { invite: true, ..ImportOptions::default() };
        let (checked, done) = import(&mut boss, &file, options).await;
        assert_eq!((checked.created, done.created), (1, 1));
        assert!(report(&boss, done.id).await.contains("2,created,invited"));
        let invitations = data_of(&server, EventKind::USER_INVITED).await.len();
        assert_eq!(invitations, 1, "the dry run invites nobody");
        let mail = server.emails().await.into_iter().find(|mail| mail.to() == ANA).expect("the invitation");
        assert!(mail.link().is_some());
        let keycloak = format!(
            r#"{{"realm":"x","users":[{{"id":"k-1","email":"{BOB}","emailVerified":true,
            "federatedIdentities":[{{"identityProvider":"nowhere","userId":"7","userName":"bob"}}]}}]}}"#
        );
        let (_, linked) = import(&mut boss, &keycloak, ImportOptions::default()).await;
        assert_eq!(linked.created, 1);
        assert!(report(&boss, linked.id).await.contains("1,created,identity-provider:nowhere"));
        assert_eq!(find(&server, BOB).await.unwrap().sub.0, "k-1");
    }
}
