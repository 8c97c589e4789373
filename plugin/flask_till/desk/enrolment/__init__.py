"""Adding whom the desk serves: one module for each protocol, merchants for all."""
