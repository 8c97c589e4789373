"""Kigo: a partner places an order, its user gets a claim code, and the wallet a token.

The section numbers in the docstrings are those of the Kigo contract. No money crosses this wire.

============== ========================================================================
module         what is in it
============== ========================================================================
`message`      the base of all messages; bytes to message and back (2)
`values`       texts, ids, moments, addresses, metadata that several messages share (2)
`query`        the parameters behind a ``?``, read strictly (2, 5)
`paths`        the addresses of all calls, and the ids in them (3, 4, 5, 6)
`error_codes`  all codes, and the body that they travel in (2)
`sessions`     asking for tokens and SSO sessions (3, 5.1)
`tokens`       the tokens themselves: who may call, and until when (3, 8)
`orders`       placing, reading and listing orders (4), their status words (6)
`claim_codes`  the form of a claim code (5)
`links`        deep links and the address of the hub page (5)
`claims`       looking at a code, claiming it, the wallet's tokens (6)
`webhooks`     what a partner is told, with its signature (7)
`rates`        how often one may call, and the headers that say so (10)
============== ========================================================================
"""
