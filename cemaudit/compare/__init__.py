"""Fair comparison of stores: league tables, trends, drivers, agreement, effects and sample sizes."""
