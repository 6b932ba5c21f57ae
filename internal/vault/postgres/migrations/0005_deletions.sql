-- +goose Up
-- Who was forgotten is known for longer than a day, and since when: see ../../deletions.go.

ALTER TABLE forgotten ADD COLUMN at BIGINT NOT NULL DEFAULT 0;
UPDATE forgotten SET at = until - 86400000, until = until + 199::bigint * 86400000;

-- A server of the previous version does not say when.
ALTER TABLE forgotten ALTER COLUMN at SET DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint;

CREATE INDEX forgotten_by_time ON forgotten (at, app, user_id);
