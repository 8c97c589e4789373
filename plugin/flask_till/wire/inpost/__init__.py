"""InPost Pay ("izi"): what a shop and a wallet say to each other.

The section numbers in the docstrings are those of the InPost Pay contract. ``M->W`` is the shop
calling the wallet, ``W->M`` the wallet calling the shop.

==================== ====================================================================
module               what is in it
==================== ====================================================================
`message`            the base of all messages; bytes to message and back
`values`             texts, phone numbers, moments, words that several messages share (4.0)
`amounts`            decimals and prices, to and from `Money` (4.0, 7.1)
`access`             token and payment methods (2.1, 2.3)
`binding`            linking a basket with a phone, widget 1 and 2 (2.4-2.7, 2.9, 3.4, 3.6)
`products`           what a product is, in a basket, as a suggestion, in an order (4.1.3)
`basket`             the basket and what surrounds its products (4.1, 2.6, 2.8)
`basket_events`      what a shopper changed in the wallet (3.5), adding a product (3.7)
`order`              the order a wallet asks for, and the order a shop answers with (4.3, 4.4)
`order_events`       order events in both directions (2.10, 3.10)
`statuses`           order and payment status, and which may follow which (4.5)
`arithmetic`         what the numbers of a basket and an order have to add up to (4.2)
`comparison`         whether two baskets offer the shopper the same (7.11)
`error_codes`        error bodies and codes of both directions (2.2, 3.2)
`keys`, `signature`  the wallet's signing keys, and its signature on a request (3.1)
`promoted`           promoted products (2.11, 3.7)
`payments`           transactions and refunds (2.12)
`payment_webhooks`   payment events with their own signature (3.11)
==================== ====================================================================
"""
