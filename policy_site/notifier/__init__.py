"""A consumer of the published change feed, on its own: it knows a feed's address, a ledger and channels.

Read ``README.md`` beside this file first.
"""
