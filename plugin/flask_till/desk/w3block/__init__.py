"""What an order of the W3block protocol takes beside the core: quotes, parts, delivery."""
