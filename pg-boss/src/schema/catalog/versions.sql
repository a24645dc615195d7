-- versions: every row of the version table, of which there should be one.   Caller: check.
SELECT version FROM /* schema */version
