-- +goose Up
-- Who was forgotten is known for longer than a day, and since when: see ../../deletions.go.

ALTER TABLE forgotten ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE forgotten SET at = until - 86400000, until = until + 199 * 86400000;

CREATE INDEX forgotten_by_time ON forgotten (at, app, user_id);
