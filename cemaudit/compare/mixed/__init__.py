"""A linear mixed model with crossed random factors, fitted from sums alone: it knows arrays, nothing of stores."""
