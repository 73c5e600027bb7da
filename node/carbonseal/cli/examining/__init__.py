"""Files that are examined together: observations, fraud proofs, and the tiles of logs. Private."""
