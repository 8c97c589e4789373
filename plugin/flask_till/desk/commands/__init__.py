"""``flask till ...`` for a desk: one module for each group of commands."""
