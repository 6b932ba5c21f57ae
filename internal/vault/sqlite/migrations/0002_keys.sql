-- +goose Up
-- The data keys: what is sealed elsewhere lies under one of them, and they under a root key, which is not in the
-- database. See ../../keys.go.

CREATE TABLE keys (
  number   INTEGER NOT NULL PRIMARY KEY, -- counts up
  id       INTEGER NOT NULL UNIQUE,      -- in front of all that the key has sealed
  sealed   BLOB    NOT NULL,
  created  INTEGER NOT NULL,
  resealed INTEGER NOT NULL DEFAULT 0    -- when no row was left under an older key; 0: some may be
) STRICT;
