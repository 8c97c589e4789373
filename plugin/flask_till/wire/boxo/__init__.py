"""Boxo miniapp payments: what a miniapp, the platform and a host app say to each other.

The section numbers in the docstrings are those of the Boxo contract.

============== ========================================================================
module         what is in it
============== ========================================================================
`messages`     the calls between servers, and the webhook (3, 4, 7)
`orders`       the order that is paid, its items and its address (3.1)
`amounts`      decimals with two places, exact (2)
`error_codes`  all codes, and the body they travel in (5)
`signing`      who may call: the configurable signature, both ways (2.2)
`sdk`          status words of the browser's SDK (8)
============== ========================================================================
"""
