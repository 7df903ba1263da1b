"""The shopper's desk: drafts that lose nothing, the questions, the checks, sealing."""
