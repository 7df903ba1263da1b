"""History under another scheme: the answers of a snapshot scored again, both results kept, and what changes."""
