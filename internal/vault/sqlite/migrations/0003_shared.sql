-- +goose Up
-- What replicas agree on beside people's rows: see ../../budget.go and ../../cooldown.go. A few rows for each app, each
-- replaced where it is.

CREATE TABLE shared (
  app   TEXT NOT NULL,
  name  TEXT NOT NULL,
  value TEXT NOT NULL, -- JSON
  PRIMARY KEY (app, name)
) STRICT, WITHOUT ROWID;
