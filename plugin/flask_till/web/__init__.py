"""What the routes of both halves do alike, in Flask: read a body, refuse, serve a file."""
