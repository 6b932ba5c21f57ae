-- +goose Up
-- Times are milliseconds since 1970; 0 is "not known". What is sealed is told in ../../seal.go.

PRAGMA application_id = 0x74656e75; -- "tenu": see check.go

CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  app     TEXT    NOT NULL,
  user_id TEXT    NOT NULL,
  account BLOB    NOT NULL, -- HMAC-SHA-256
  profile BLOB    NOT NULL, -- sealed
  created INTEGER NOT NULL,
  -- How the person's grant is doing, written with it. Here, so that a session is read without the large rows of grants.
  scopes        TEXT    NOT NULL DEFAULT '',
  authorized_at INTEGER NOT NULL DEFAULT 0,
  dead          TEXT    NOT NULL DEFAULT 'none', -- there is no grant
  PRIMARY KEY (app, user_id),
  UNIQUE (app, account)
) STRICT, WITHOUT ROWID;

-- Not bound to people: a grant is put before its first session, and its key is the store's caller's.
CREATE TABLE grants (
  app     TEXT    NOT NULL,
  key     TEXT    NOT NULL, -- the user id
  version TEXT    NOT NULL,
  sealed  BLOB    NOT NULL,
  written INTEGER NOT NULL,
  PRIMARY KEY (app, key)
) STRICT;

CREATE TABLE sessions (
  id      BLOB    NOT NULL PRIMARY KEY, -- SHA-256
  app     TEXT    NOT NULL,
  user_id TEXT    NOT NULL,
  handle  TEXT    NOT NULL,
  device  BLOB    NOT NULL, -- sealed
  created INTEGER NOT NULL,
  seen    INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  FOREIGN KEY (app, user_id) REFERENCES people (app, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_person ON sessions (app, user_id);
CREATE INDEX sessions_by_end ON sessions (expires);

CREATE TABLE spent_states (
  app   TEXT    NOT NULL,
  state BLOB    NOT NULL, -- SHA-256
  until INTEGER NOT NULL,
  PRIMARY KEY (app, state)
) STRICT, WITHOUT ROWID;

CREATE INDEX spent_states_by_end ON spent_states (until);

-- Who was forgotten today, so that a login under way does not bring a grant back.
CREATE TABLE forgotten (
  app     TEXT    NOT NULL,
  user_id TEXT    NOT NULL,
  until   INTEGER NOT NULL,
  PRIMARY KEY (app, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX forgotten_by_end ON forgotten (until);
