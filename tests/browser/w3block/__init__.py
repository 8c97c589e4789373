"""A shop that sells through a W3block platform, and the real desk as that platform."""
