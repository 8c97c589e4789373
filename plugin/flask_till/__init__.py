"""Flask-Till: your own Shop Pay."""
