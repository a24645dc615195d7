//! What the catalog says of a schema: to compare one moment with another, and their schema with ours.

use sqlx::PgPool;

/// One line a fact. The partitions of a day are left out: they come and go with the date.
const FACTS: &str = r"
WITH managed AS (
    SELECT c.oid, c.relname
      FROM pg_class c
     WHERE c.relnamespace = 'pgboss'::regnamespace AND c.relkind IN ('r', 'p')
       AND c.relname !~ '^queue_stats_\d'
)
SELECT format('column %s.%s %s, not null: %s, default %s', m.relname, a.attname,
              format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
  FROM managed m
  JOIN pg_attribute a ON a.attrelid = m.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = m.oid AND d.adnum = a.attnum
UNION ALL
SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM managed m JOIN pg_index i ON i.indrelid = m.oid
UNION ALL
SELECT format('constraint %s %s', m.relname, pg_get_constraintdef(c.oid))
  FROM managed m JOIN pg_constraint c ON c.conrelid = m.oid
 WHERE c.contype <> 'n'
UNION ALL
SELECT 'partition ' || m.relname || ' ' || pg_get_partition_constraintdef(m.oid) FROM managed m
UNION ALL
SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'pgboss'::regnamespace
UNION ALL
SELECT 'state ' || string_agg(e.enumlabel, ' < ' ORDER BY e.enumsortorder)
  FROM pg_enum e WHERE e.enumtypid = 'pgboss.job_state'::regtype
 ORDER BY 1";

/// The facts of the schema `pgboss`, in order.
pub(super) async fn facts(pool: &PgPool) -> Vec<String> {
    let facts: Vec<Option<String>> = sqlx::query_scalar(FACTS).fetch_all(pool).await.unwrap();
    facts.into_iter().flatten().collect()
}

/// The facts that only one side has.
pub(super) fn differences<'a>(left: &'a [String], right: &'a [String]) -> Vec<&'a String> {
    let missing = left.iter().filter(|fact| !right.contains(fact));
    missing
        .chain(right.iter().filter(|fact| !left.contains(fact)))
        .collect()
}
