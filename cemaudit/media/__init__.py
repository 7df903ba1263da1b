"""Pictures and recordings as bytes: what they are, what they say of place and person, and how to take that out."""
