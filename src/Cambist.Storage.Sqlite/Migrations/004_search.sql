-- What searches look up, written behind the writer. A run says which blocks hold which keys, for the blocks from first to last;
-- runs in use never overlap, and every block up to the newest of them is in one.
CREATE TABLE search_runs (
  run   INTEGER PRIMARY KEY,
  state INTEGER NOT NULL, -- 0 being written, 1 in use, 2 being removed
  level INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL
) STRICT;

-- The postings of a run (key and block, 8 bytes each, big endian) in their order, some hundred a row.
CREATE TABLE search_pages (
  run      INTEGER NOT NULL,
  first    BLOB NOT NULL,
  postings BLOB NOT NULL,
  UNIQUE (run, first)
) STRICT;
