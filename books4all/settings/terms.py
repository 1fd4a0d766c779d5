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
