"""What a league report says, one section to a module, as blocks in both languages."""
