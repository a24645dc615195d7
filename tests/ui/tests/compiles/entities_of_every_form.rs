use jobs_pg::prelude::*;

use jobs_pg::Error;
use jobs_pg::executor::{Extensions, TableRow};

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "app.Line Items")]
#[sqlx(rename_all = "camelCase")]
struct LineItem {
    #[entity(id, generated)]
    line_id: i32,
    unit_price: i64,
    #[sqlx(rename = "Note")]
    note: Option<String>,
    #[sqlx(json)]
    tags: Vec<String>,
    #[sqlx(skip)]
    cached: u8,
    #[entity(skip)]
    #[sqlx(default)]
    total: i64,
}

/// A data layer of somebody else.
#[derive(Clone)]
struct Search;

struct Documents;

impl Entity for Documents {
    type Delegate = Search;

    fn delegate(provided: &Extensions) -> Result<Search, Error> {
        provided.get::<Search>().cloned()
    }
}

#[job(executor = PgBoss, entities = [LineItem, Documents])]
async fn index(ctx: Context<Index>) -> Result<(), JobError> {
    let Search = ctx.entities.documents.clone();
    let mut connection = ctx.entities.line_item.connection().await?;
    sqlx::query("SELECT 1").execute(&mut *connection).await?;
    Ok(())
}

#[test]
fn a_table_and_its_columns_are_named_by_the_attributes() {
    assert_eq!(LineItem::TABLE, ["app", "Line Items"]);
    assert_eq!(LineItem::COLUMNS, ["lineId", "unitPrice", "Note", "tags"]);
    assert_eq!((LineItem::ID, LineItem::IS_ID_GENERATED), ("lineId", true));
}
