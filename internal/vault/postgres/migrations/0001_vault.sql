-- +goose Up
-- Times are milliseconds since 1970; 0 is "not known". What is sealed is told in ../../seal.go.
-- COLLATE "C": keys are compared as bytes, and no new version of the system's collations can spoil an index.

CREATE TABLE meta (
  name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value BYTEA NOT NULL
);

CREATE TABLE people (
  app     TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  account BYTEA  NOT NULL, -- HMAC-SHA-256
  profile BYTEA  NOT NULL, -- sealed
  created BIGINT NOT NULL,
  -- How the person's grant is doing, written with it. Here, so that a session is read without the large rows of grants.
  scopes        TEXT   NOT NULL DEFAULT '',
  authorized_at BIGINT NOT NULL DEFAULT 0,
  dead          TEXT   NOT NULL DEFAULT 'none', -- there is no grant
  PRIMARY KEY (app, user_id),
  UNIQUE (app, account)
);

-- Not bound to people: a grant is put before its first session, and its key is the store's caller's.
CREATE TABLE grants (
  app     TEXT COLLATE "C" NOT NULL,
  key     TEXT COLLATE "C" NOT NULL, -- the user id
  version TEXT COLLATE "C" NOT NULL,
  sealed  BYTEA  NOT NULL,
  written BIGINT NOT NULL,
  PRIMARY KEY (app, key)
);

CREATE TABLE sessions (
  id      BYTEA  NOT NULL PRIMARY KEY, -- SHA-256
  app     TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  handle  TEXT COLLATE "C" NOT NULL,
  device  BYTEA  NOT NULL, -- sealed
  created BIGINT NOT NULL,
  seen    BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  FOREIGN KEY (app, user_id) REFERENCES people (app, user_id)
);

CREATE INDEX sessions_of_person ON sessions (app, user_id);
CREATE INDEX sessions_by_end ON sessions (expires);

CREATE TABLE spent_states (
  app   TEXT COLLATE "C" NOT NULL,
  state BYTEA  NOT NULL, -- SHA-256
  until BIGINT NOT NULL,
  PRIMARY KEY (app, state)
);

CREATE INDEX spent_states_by_end ON spent_states (until);

-- Who was forgotten today, so that a login under way does not bring a grant back.
CREATE TABLE forgotten (
  app     TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  until   BIGINT NOT NULL,
  PRIMARY KEY (app, user_id)
);

CREATE INDEX forgotten_by_end ON forgotten (until);
