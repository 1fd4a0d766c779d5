"""Files that banks take and give: payment orders (pain.001) and statements (CAMT.053, CSV).

Nothing here knows of payouts or orders: amounts, accounts and references in, bytes out, and back again.
"""
