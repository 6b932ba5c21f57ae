-- +goose Up
-- For counting without reading the tables: each of these holds all that a census asks for.
-- Their last column, the table's key, lets a count go on where it stopped.

CREATE INDEX people_by_consent ON people (app, dead, authorized_at, user_id);
CREATE INDEX sessions_of_app ON sessions (app, expires, id);

-- The latest count, for every replica to show.
CREATE TABLE census (
  app    TEXT    NOT NULL PRIMARY KEY,
  result BLOB    NOT NULL, -- JSON
  put    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who does what has to be done once: see ../../upkeep.go.
CREATE TABLE upkeep (
  name  TEXT    NOT NULL PRIMARY KEY,
  owner TEXT    NOT NULL,
  until INTEGER NOT NULL,
  done  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
