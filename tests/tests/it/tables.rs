//! The tables of entities: every call, on names and types that need care.

use jobs_pg::prelude::*;
use jobs_pg::{Connections, ErrorKind, Table};
use serde::{Deserialize, Serialize};
use tests::Database;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tags(Vec<String>);

#[derive(Debug, Clone, PartialEq, sqlx::FromRow, Entity)]
#[entity(table = "My App.Line \"Items\"")]
#[sqlx(rename_all = "camelCase")]
struct LineItem {
    #[entity(id, generated)]
    line_id: i64,
    unit_price: i32,
    #[sqlx(rename = "Note's")]
    note: Option<String>,
    #[sqlx(json)]
    tags: Tags,
    #[sqlx(skip)]
    cached: u8,
}

impl LineItem {
    fn of(unit_price: i32) -> Self {
        Self {
            line_id: 0,
            unit_price,
            note: None,
            tags: Tags(vec!["a'b".into()]),
            cached: 0,
        }
    }
}

#[derive(Debug, PartialEq, sqlx::FromRow, Entity)]
#[entity(table = "word")]
struct Word {
    #[entity(id)]
    text: String,
}

async fn tables(database: &Database) -> (Table<LineItem>, Table<Word>) {
    let tables = r#"
        CREATE SCHEMA "My App";
        CREATE TABLE "My App"."Line ""Items""" (
            "lineId" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            "unitPrice" int NOT NULL CHECK ("unitPrice" >= 0), "Note's" text, tags jsonb NOT NULL);
        CREATE TABLE word (text text PRIMARY KEY)"#;
    sqlx::raw_sql(tables)
        .execute(database.pool())
        .await
        .unwrap();
    let connections = Connections::from(database.pool().clone());
    (Table::new(connections.clone()), Table::new(connections))
}

#[tokio::test]
async fn rows_are_inserted_found_updated_and_deleted() {
    let database = Database::new().await;
    let (items, _) = tables(&database).await;
    let first = items.insert(&LineItem::of(5)).await.unwrap();
    let second = items.insert(&LineItem::of(7)).await.unwrap();
    assert_eq!((first.line_id, second.line_id), (1, 2));
    assert_eq!(
        first,
        LineItem {
            line_id: 1,
            ..LineItem::of(5)
        }
    );

    let changed = LineItem {
        note: Some("'\"".into()),
        ..second.clone()
    };
    assert!(items.update(&changed).await.unwrap());
    assert_eq!(items.find(2).await.unwrap().as_ref(), Some(&changed));
    assert_eq!(
        items.find_many().await.unwrap(),
        [first.clone(), changed.clone()]
    );
    assert_eq!(items.find_by("unitPrice", 5).await.unwrap(), [first]);
    assert_eq!(items.find_by("Note's", "'\"").await.unwrap(), [changed]);
    assert_eq!(items.find_by("Note's", None::<String>).await.unwrap(), []);

    assert!(items.delete(2).await.unwrap());
    assert_eq!(items.count().await.unwrap(), 1);
    assert_eq!(items.find(2).await.unwrap(), None);
    assert!(!items.delete(2).await.unwrap());
    assert!(!items.update(&second).await.unwrap());
}

#[tokio::test]
async fn a_row_may_be_nothing_but_its_id() {
    let database = Database::new().await;
    let (_, words) = tables(&database).await;
    let word = words.insert(&Word { text: "a".into() }).await.unwrap();
    assert!(words.update(&word).await.unwrap());
    assert_eq!(words.find("a".into()).await.unwrap(), Some(word));
    assert_eq!(words.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_connection_runs_queries_of_ones_own() {
    let database = Database::new().await;
    let (items, words) = tables(&database).await;
    let mut connection = items.connection().await.unwrap();
    sqlx::query("INSERT INTO word VALUES ('b')")
        .execute(&mut *connection)
        .await
        .unwrap();
    assert_eq!(words.count().await.unwrap(), 1);
}

#[tokio::test]
async fn what_a_table_refuses_says_which_table_and_why() {
    let database = Database::new().await;
    let (items, words) = tables(&database).await;
    let error = items.find_by("unit_price", 5).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput);
    assert_eq!(
        error.to_string(),
        "table `My App.Line \"Items\"`: unknown column `unit_price`; did you mean `unitPrice`? \
         known: lineId, unitPrice, Note's, tags"
    );
    let error = items.insert(&LineItem::of(-1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let message = error.to_string();
    assert!(
        message.starts_with("cannot insert into table `My App.Line \"Items\"`: ")
            && message.contains("violates check constraint"),
        "{message}"
    );

    words.insert(&Word { text: "a".into() }).await.unwrap();
    let error = words.insert(&Word { text: "a".into() }).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot insert into table `word`: duplicate key value violates unique constraint \"word_pkey\""
    );
}

#[test]
fn an_executor_without_a_database_is_told_what_to_provide() {
    let error = <Word as Entity>::delegate(&jobs_pg::executor::Extensions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(
        error
            .to_string()
            .contains("`.provide(Connections::from(pool))`"),
        "{error}"
    );
}
