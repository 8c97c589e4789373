"""Selling as a miniapp of a Boxo platform (section numbers are those of the Boxo contract).

========= =================================================================
module    what is in it
========= =================================================================
`desk`    the client: payments, how they stand, webhooks
`words`   our orders in theirs, and theirs in ours (3.1, 9)
`answers` what came back, or the code of a refusal (5)
`proof`   signatures of our calls and of webhooks (2.2, 4)
========= =================================================================
"""
