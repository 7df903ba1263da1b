"""A picture of a ledger's visits in columns, in Parquet files that any tool reads; it can always be made anew."""
