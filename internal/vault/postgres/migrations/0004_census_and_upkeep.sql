-- +goose NO TRANSACTION
-- +goose Up
-- For counting without reading the tables: each of these holds all that a census asks for.
-- Their last column, the table's key, lets a count go on where it stopped. Made while servers write: hence no
-- transaction, and a try that broke off is taken away first.

DROP INDEX CONCURRENTLY IF EXISTS people_by_consent;
CREATE INDEX CONCURRENTLY people_by_consent ON people (app, dead, authorized_at, user_id);
DROP INDEX CONCURRENTLY IF EXISTS sessions_of_app;
CREATE INDEX CONCURRENTLY sessions_of_app ON sessions (app, expires, id);

-- The latest count, for every replica to show.
CREATE TABLE IF NOT EXISTS census (
  app    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  result BYTEA  NOT NULL, -- JSON
  put    BIGINT NOT NULL
);

-- Who does what has to be done once: see ../../upkeep.go.
CREATE TABLE IF NOT EXISTS upkeep (
  name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  owner TEXT COLLATE "C" NOT NULL,
  until BIGINT NOT NULL,
  done  BIGINT NOT NULL
);
