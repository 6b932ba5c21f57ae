-- +goose Up
-- What replicas agree on beside people's rows: see ../../budget.go and ../../cooldown.go. A few rows for each app, each
-- replaced where it is.

CREATE TABLE shared (
  app   TEXT COLLATE "C" NOT NULL,
  name  TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL, -- JSON
  PRIMARY KEY (app, name)
);
