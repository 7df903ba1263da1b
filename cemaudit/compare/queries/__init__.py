"""All SQL of the comparisons: queries of a snapshot, each of which returns arrays, counts or sums.

Statistics never see SQL, and nothing here estimates anything (``lint-imports`` holds both apart).
"""
