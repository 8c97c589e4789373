"""``/inpost``: the wallet's side of InPost Pay (contract sections 2 and 3).

================== =========================================================================
module             what is in it
================== =========================================================================
`server`           the blueprint: which method of which path is answered by whom
`front`            what all of it shares: the desk behind it, its limits
`tokens`           access tokens and the endpoint that gives them (2.1)
`admission`        who calls: the token, the merchant, whether it is on (2.2)
`answers`          bodies in, messages and refusals out (2.2)
`bindings`         linking and unlinking, trusted browsers (2.4 to 2.7, 2.9)
`baskets`          a shop's basket, and the list of them (2.3, 2.6, 2.8)
`order_news`       what a shop tells of an order (2.10), and the list of them
`public_keys`      the signing keys as shops fetch them; what can be paid with (2.3, 3.1)
`promotions`       promoted products (2.11)
`transactions`     payments and refunds (2.12)
`keyring`          the private keys
`calls`            our own calls to shops, signed (section 3)
`call_words`       what they say and what the answers mean, in our words (3.3 to 3.10)
`order_words`      the order that a shopper wants, with its arithmetic (4.2, 4.3)
`stored`           baskets and orders as the desk keeps them
================== =========================================================================
"""
