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
# --- Paying shops ----------------------------------------------------------------------------
# How often shops are paid, and on which day of the week (1 Monday, 7 Sunday) where that is every week.
# Staff may agree on other terms with a shop (PayoutTerms).
PAYOUT_SCHEDULE = environment.choice("PAYOUT_SCHEDULE", "weekly", ("daily", "weekly", "monthly"))
PAYOUT_WEEKDAY = environment.integer("PAYOUT_WEEKDAY", default=2, least=1)
# What comes to less waits for the next time (pence): a bank may take more than it is worth.
PAYOUT_MINIMUM_MINOR = environment.integer("PAYOUT_MINIMUM_MINOR", default=1000)
# What of an order's earnings is kept back, in hundredths of a percent, and for how many days.
PAYOUT_RESERVE_BP = environment.integer("PAYOUT_RESERVE_BP", default=0)
PAYOUT_RESERVE_DAYS = environment.integer("PAYOUT_RESERVE_DAYS", default=30)
# Days for which nothing is paid to an account that was changed: its owners have time to notice.
PAYOUT_ACCOUNT_WAIT_DAYS = environment.integer("PAYOUT_ACCOUNT_WAIT_DAYS", default=3)
# The marketplace's own account, which shops are paid from; the bank's BIC where it asks for one; and
# the file that it takes.
PAYOUT_FROM_NAME = environment.text("PAYOUT_FROM_NAME", "")
PAYOUT_FROM_IBAN = environment.text("PAYOUT_FROM_IBAN", "").replace(" ", "").upper()
PAYOUT_FROM_BIC = environment.text("PAYOUT_FROM_BIC", "").upper()
PAYOUT_FILE = environment.choice(
    "PAYOUT_FILE", "pain.001.001.09", ("pain.001.001.09", "pain.001.001.03")
)
# --- After the sale --------------------------------------------------------------------------
# A shop accepts an order within so many working days, and has it posted at the latest so many days after
# the day it promised: what it leaves lying is cancelled, and paid back. Frozen on the order.
ACCEPT_DAYS = environment.integer("ACCEPT_DAYS", default=2, least=1)
POSTING_GRACE_DAYS = environment.integer("POSTING_GRACE_DAYS", default=3)
# Postage that a shop may ask for after the sale: at most what was paid for it again, and so much more
# (pence); and how many hours the buyer has to answer, before the order is cancelled.
EXTRA_POSTAGE_MOST_MINOR = environment.integer("EXTRA_POSTAGE_MOST_MINOR", default=2000)
EXTRA_POSTAGE_HOURS = environment.integer("EXTRA_POSTAGE_HOURS", default=96, least=1)
# What nobody complains of is taken as delivered so many days after the last day of its promise. More
# than 15: after so many a buyer may say that it has not arrived.
DELIVERED_AFTER_DAYS = environment.integer("DELIVERED_AFTER_DAYS", default=21, least=16)
# For how many days after its arrival a shop's money for an order is kept, at the least: the time to send
# it back counts where that is longer.
PAYOUT_HOLD_DAYS = environment.integer("PAYOUT_HOLD_DAYS", default=7)
# Where staff are told of what needs them, such as a refund that failed. Empty: the queues alone say so.
STAFF_EMAIL = environment.text("STAFF_EMAIL", "")
# Steps of staff that move more than this (minor units) need a second person.
APPROVAL_LIMIT_MINOR = environment.integer("APPROVAL_LIMIT_MINOR", default=10_000, least=0)
