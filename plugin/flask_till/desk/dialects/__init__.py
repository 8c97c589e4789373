"""How partners speak to the desk: verify, read, one action, write."""
