"""The marketplace's terms of trade: what it promises, and until when. Days are calendar days."""

from books4all.settings import environment

# Within how many days of its arrival a reader may send a book back without a reason. By Directive
# 2011/83/EU, article 9, no fewer than 14 for what a trader sells; frozen on the order.
WITHDRAWAL_DAYS = environment.integer("WITHDRAWAL_DAYS", default=14, least=0)

# --- Tax -------------------------------------------------------------------------------------
# Where the marketplace is established, and its VAT number there. Without a number it charges no tax on
# its commission.
MARKETPLACE_COUNTRY = environment.text("MARKETPLACE_COUNTRY", "GB")
MARKETPLACE_VAT_NUMBER = environment.text("MARKETPLACE_VAT_NUMBER", "")
# Returns and claims. A side that has not answered is reminded after CASE_ANSWER_DAYS; after
# CASE_GRACE_DAYS more the case goes on without it (RULES: silent seller, reminder + 7 days).
CASE_ANSWER_DAYS = environment.integer("CASE_ANSWER_DAYS", default=3, least=1)
CASE_GRACE_DAYS = environment.integer("CASE_GRACE_DAYS", default=7, least=1)
# For sending a book back: by Directive 2011/83/EU, article 14(1), 14 days from saying so.
CASE_RETURN_DAYS = environment.integer("CASE_RETURN_DAYS", default=14, least=14)
# After that long with proof of posting the money goes back, though the parcel has not come (13(3)).
CASE_PROOF_DAYS = environment.integer("CASE_PROOF_DAYS", default=14, least=1)
# A book has not arrived when it is this long past the last day it was expected.
NOT_ARRIVED_DAYS = environment.integer("NOT_ARRIVED_DAYS", default=15, least=0)
# How long after its arrival something can be said to be wrong with it.
CLAIM_DAYS = environment.integer("CLAIM_DAYS", default=30, least=1)
