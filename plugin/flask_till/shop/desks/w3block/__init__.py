"""Selling through a W3block platform (section numbers are those of the W3block contract).

========== ================================================================
module     what is in it
========== ================================================================
`desk`     the client: previews, orders, callbacks
`access`   how the shop's server shows who it is (2.1)
`previews` a price that is asked for once, and shared while it holds (3)
`words`    our goods and orders in theirs, and theirs in ours (3 to 6)
`answers`  what came back, or why it did not (2)
========== ================================================================
"""
