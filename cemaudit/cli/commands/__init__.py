"""The commands: each a module of its own, imported only when it is called."""
