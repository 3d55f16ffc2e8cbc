-- The longest life, in milliseconds, of a token under the key. What keys of before may have issued nobody noted: a day, which a
-- server raises for those that still sign.
ALTER TABLE keys ADD COLUMN longest_life INTEGER NOT NULL DEFAULT 86400000;
