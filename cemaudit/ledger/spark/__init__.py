"""A snapshot where a company's Spark keeps it: the same kernel and the same questions on its workers."""
