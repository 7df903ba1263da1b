"""Key drivers: which touchpoints go with an outcome, how surely, and what that suggests."""
