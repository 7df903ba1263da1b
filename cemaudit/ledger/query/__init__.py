"""Questions to a snapshot: SQL that returns whole numbers, finished in Python, so that every engine agrees."""
