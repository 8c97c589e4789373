"""W3block commerce orders: what a storefront, a company's server and the platform say.

The section numbers in the docstrings are those of the W3block contract.

================ ==========================================================================
module           what is in it
================ ==========================================================================
`message`        the base of all messages; bytes to message and back (2)
`values`         ids, moments, addresses and words that several messages share (2, 3)
`amounts`        decimal texts, exact, to and from `Money` and base units (2)
`error_codes`    the codes, and the body they travel in (2, 3, 4)
`access`         sign-in, tenant headers, roles (2.1)
`keys`, `tokens` the platform's RSA keys, and the tokens signed with them (2.1)
`basket`         what is wanted and how it is paid, in the present and the older form (3, 4, 7)
`likeness`       what makes two baskets the same (3.1, 4)
`gas_fee`        the signed quote that is good for 40 seconds (3.1)
`split`          one order paid in several parts, to the last unit (3, 11.7)
`products`       currencies, products, variants (3, 7)
`preview`        the answer of a preview (3)
`orders`         the order object with its older members, and the public receipt (5, 7)
`statuses`       the life of an order (6)
`paging`         lists: their queries and their pages (2, 7, 8)
`webhooks`       events, signed; configurations and deliveries (8, 9)
`company_calls`  what a company's server asks for (8)
================ ==========================================================================
"""
