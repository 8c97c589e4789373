"""IPOS orders: what a widget's backend, a user's page and the platform say to each other.

The section numbers in the docstrings are those of the IPOS contract.

============ ==========================================================================
module       what is in it
============ ==========================================================================
`envelope`   ``{code, msg, data}`` around each answer, and the texts of refusals (2.1)
`requests`   what is asked for: orders, refunds, lists, keys (3)
`orders`     the order object and its status words (5, 6)
`tokens`     user tokens, widget tokens and the proof in a callback (2.2, 7)
`login`      the host-side login and its checksum (9)
============ ==========================================================================
"""
