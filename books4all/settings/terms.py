"""The marketplace's terms of trade: what it promises, and until when. Days are calendar days."""

from books4all.settings import environment

# Within how many days of its arrival a reader may send a book back without a reason. By Directive
# 2011/83/EU, article 9, no fewer than 14 for what a trader sells; frozen on the order.
WITHDRAWAL_DAYS = environment.integer("WITHDRAWAL_DAYS", default=14, least=0)
