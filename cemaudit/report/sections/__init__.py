"""What a store's report says, one section to a module, as blocks in both languages."""
