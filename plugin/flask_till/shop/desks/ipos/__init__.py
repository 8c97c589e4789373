"""Selling through an IPOS platform (section numbers are those of the IPOS contract).

========= =================================================================
module    what is in it
========= =================================================================
`desk`    the client: orders, refunds, callbacks
`login`   a portal's own backend vouches for its user (9)
`words`   our orders in theirs, and theirs in ours (5, 6)
`answers` what came back, out of its envelope (2.1)
========= =================================================================
"""
