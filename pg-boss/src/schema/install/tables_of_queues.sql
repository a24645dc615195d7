-- tables_of_queues: what makes a leaf of the job table: its foreign keys, checks and indexes.
-- Caller: install, in its one transaction; the helper is called again whenever a queue gets a table of its own.

-- Gives the table of jobs p_table its constraints and indexes. p_policy is the policy of the one queue that lives there;
-- null stands for the common table, which needs the rules of all policies.
CREATE OR REPLACE FUNCTION /* schema */jobs_dress_table(p_table text, p_policy text) RETURNS void
LANGUAGE plpgsql AS $dress$
DECLARE
    rule record;
BEGIN
    -- Deferred, so that a queue and its jobs can go in one transaction in any order. The names are read at run time: a
    -- violation of q_fkey is told as an unknown queue.
    EXECUTE format(
        'ALTER TABLE /* schema */%I
            ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES /* schema */queue (name)
                ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
            ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES /* schema */queue (name)
                ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED',
        p_table);

    IF p_policy IS NULL OR p_policy = 'key_strict_fifo' THEN
        EXECUTE format(
            'ALTER TABLE /* schema */%I ADD CONSTRAINT job_key_strict_fifo_singleton_key_check
                CHECK (NOT (policy = ''key_strict_fifo'' AND singleton_key IS NULL))',
            p_table);
    END IF;

    -- The order of the conjuncts is compared by pg-boss's doctor; keep it.
    FOR rule IN
        SELECT *
          FROM (VALUES
            -- What each policy allows once.
            (1, 'short', 'UNIQUE', $i$(name, (COALESCE(singleton_key, '')))
                WHERE state = 'created' AND policy = 'short'$i$),
            (2, 'singleton', 'UNIQUE', $i$(name, (COALESCE(singleton_key, '')))
                WHERE state = 'active' AND policy = 'singleton'$i$),
            (3, 'stately', 'UNIQUE', $i$(name, state, (COALESCE(singleton_key, '')))
                WHERE state <= 'active' AND policy = 'stately'$i$),
            (6, 'exclusive', 'UNIQUE', $i$(name, (COALESCE(singleton_key, '')))
                WHERE state <= 'active' AND policy = 'exclusive'$i$),
            (8, 'key_strict_fifo', 'UNIQUE', $i$(name, singleton_key)
                WHERE state IN ('active', 'retry', 'failed') AND policy = 'key_strict_fifo'$i$),
            (10, 'key_strict_fifo', '', $i$(name, singleton_key, state DESC, created_on, id) INCLUDE (start_after)
                WHERE state < 'active' AND NOT blocked AND policy = 'key_strict_fifo'$i$),
            -- One job per throttle slot; one waiting job per upserted key.
            (4, NULL, 'UNIQUE', $i$(name, singleton_on, (COALESCE(singleton_key, '')))
                WHERE state <> 'cancelled' AND singleton_on IS NOT NULL$i$),
            (13, NULL, 'UNIQUE', $i$(name, singleton_key)
                WHERE state = 'created' AND upsert_by_key$i$),
            -- Fetch, group limits, the dependency resolver, counts, retention, look-ups.
            (11, NULL, '', $i$(name, priority DESC, created_on, start_after)
                WHERE state < 'active' AND NOT blocked$i$),
            (7, NULL, '', $i$(name, group_id)
                WHERE state = 'active' AND group_id IS NOT NULL$i$),
            (9, NULL, '', $i$(name, id)
                WHERE blocking AND state = 'completed'$i$),
            (14, NULL, '', $i$(name, state, blocked, start_after)
                WHERE state IN ('created', 'retry', 'active', 'failed')$i$),
            (15, NULL, '', $i$(name, created_on)$i$),
            (16, NULL, '', $i$(name, completed_on)
                WHERE completed_on IS NOT NULL$i$),
            (17, NULL, '', $i$(name, singleton_key, created_on)
                WHERE state < 'active' AND singleton_key IS NOT NULL$i$),
            (12, NULL, '', $i$(source_root_id)
                WHERE source_root_id IS NOT NULL$i$)
          ) AS indexes (number, policy, uniqueness, definition)
         WHERE indexes.policy IS NULL OR p_policy IS NULL OR indexes.policy = p_policy
    LOOP
        EXECUTE format('CREATE %s INDEX %I ON /* schema */%I %s',
            rule.uniqueness, p_table || '_i' || rule.number, p_table, rule.definition);
    END LOOP;
END
$dress$;

SELECT /* schema */jobs_dress_table('job_common', NULL);
