"""Goods that are handed over as Kigo claims (section numbers are those of the Kigo contract).

============ ===========================================================
module       what is in it
============ ===========================================================
`claims`     the client: orders for codes, their withdrawal, callbacks
`connection` one call, with a token that is renewed when it is over (3)
`access`     the token: kept until shortly before it ends
`belief`     whether an answer is about our order, and where its link leads
============ ===========================================================
"""
