"""Money on EVM chains: the gateway, and how nodes are asked and transactions signed.

Libraries of chains are imported where keys are derived and calls are put together, never before.
"""
