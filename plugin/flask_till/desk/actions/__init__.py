"""What happens at the desk: one verb, one function, one transaction. Nothing here calls out."""
