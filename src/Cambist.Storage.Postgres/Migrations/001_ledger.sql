CREATE SCHEMA IF NOT EXISTS cambist;

CREATE TABLE cambist.schema_version (version integer NOT NULL);
INSERT INTO cambist.schema_version VALUES (0);

-- A row an entry; ids rise, so rows and index entries are only ever appended. A partition a day, made ahead and dropped whole.
CREATE TABLE cambist.decisions (
  id    uuid  NOT NULL PRIMARY KEY,
  entry bytea NOT NULL
) PARTITION BY RANGE (id);

-- Ordered by time, keep_until grows at its right edge alone.
CREATE TABLE cambist.one_time_keys (
  key        bytea    NOT NULL CHECK (length(key) = 32),
  kind       smallint NOT NULL,
  keep_until bigint   NOT NULL,
  PRIMARY KEY (key, kind)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX one_time_keys_by_end ON cambist.one_time_keys (keep_until);

-- Only hashes: a stolen copy holds no token. Names and ids are UTF-8 bytes: no collation, and any character.
CREATE TABLE cambist.stored_tokens (
  hash       bytea    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  kind       smallint NOT NULL,
  id         bytea    NOT NULL,
  expires_at bigint   NOT NULL,
  content    bytea    NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX impersonation_tokens_by_id ON cambist.stored_tokens (id) WHERE kind = 3;
CREATE INDEX stored_tokens_by_end ON cambist.stored_tokens (expires_at);

CREATE TABLE cambist.revocations (
  kind       smallint NOT NULL,
  value      bytea    NOT NULL,
  at         bigint   NOT NULL,
  reason     bytea    NOT NULL,
  keep_until bigint   NOT NULL,
  PRIMARY KEY (kind, value)
);

-- One row. No id that is given after a revocation is dated at or before separated_at, and none that is given after the search index
-- took its cut at or before search_cut; expiries are raised in steps.
CREATE TABLE cambist.marks (
  separated_at           bigint NOT NULL DEFAULT 0,
  search_cut             bigint NOT NULL DEFAULT 0,
  latest_expiry          bigint NOT NULL DEFAULT 0,
  latest_external_expiry bigint NOT NULL DEFAULT 0,
  longest_life           bigint NOT NULL DEFAULT 0
);
INSERT INTO cambist.marks DEFAULT VALUES;

-- What searches look up, written behind the writer: every entry up to indexed_up_to is in a run of its day.
CREATE TABLE cambist.search_state (indexed_up_to uuid NOT NULL);
INSERT INTO cambist.search_state VALUES ('00000000-0000-0000-0000-000000000000');

-- Runs never overlap. first and last are stamps: the upper 64 bits of ids.
CREATE TABLE cambist.search_runs (
  run      bigint   NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  day      integer  NOT NULL,
  level    smallint NOT NULL,
  first    bigint   NOT NULL,
  last     bigint   NOT NULL,
  postings bigint   NOT NULL
);

-- The postings of a run (key and stamp, 8 bytes each, big endian) in their order, two rows a page of the database. A partition a day, which
-- goes with the day's entries.
CREATE TABLE cambist.search_pages (
  day      integer NOT NULL,
  run      bigint  NOT NULL,
  first    uuid    NOT NULL,
  postings bytea   NOT NULL,
  PRIMARY KEY (day, run, first)
) PARTITION BY LIST (day);
ALTER TABLE cambist.search_pages ALTER COLUMN postings SET STORAGE PLAIN;

CREATE TABLE cambist.keys (
  position     integer  NOT NULL PRIMARY KEY,
  key_id       text     NOT NULL UNIQUE,
  use          smallint NOT NULL,
  algorithm    text     NOT NULL,
  created_at   bigint   NOT NULL,
  signs_from   bigint   NOT NULL,
  signs_until  bigint,
  revoked_at   bigint,
  sealed       bytea    NOT NULL,
  longest_life bigint   NOT NULL
);
CREATE TABLE cambist.keys_version (version bigint NOT NULL);
INSERT INTO cambist.keys_version VALUES (0);

-- The revision activated last has the highest place.
CREATE SEQUENCE cambist.registry_places;
CREATE TABLE cambist.registry_revisions (
  revision     text   NOT NULL PRIMARY KEY,
  place        bigint NOT NULL UNIQUE,
  text         text   NOT NULL,
  activated_at bigint NOT NULL
);

CREATE TABLE cambist.admin_token (one boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one), sha256 bytea NOT NULL);
