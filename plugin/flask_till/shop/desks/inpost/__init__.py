"""InPost Pay as the shop's partner: its words for our values, and the calls to its wallet."""
