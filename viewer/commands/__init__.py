"""Everything a user can do, in one table, without Qt."""
