"""Who runs the marketplace, as it stands on the documents that it issues."""

from books4all.settings import environment

# Name and address of the association or company; lines of the address with semicolons between them. Its
# country and VAT number are in ``terms``.
OPERATOR_NAME = environment.text("OPERATOR_NAME", "")
OPERATOR_ADDRESS = environment.text("OPERATOR_ADDRESS", "")
OPERATOR_EMAIL = environment.text("OPERATOR_EMAIL", "")
OPERATOR_REGISTER = environment.text("OPERATOR_REGISTER", "")
# What 2,000 euros are in the marketplace's money, in minor units. Sellers of goods who had no more in a
# year, by fewer than 30 sales, are not reported (Directive (EU) 2021/514, annex V, section I B 4(d)).
DAC7_SMALL_MINOR = environment.integer("DAC7_SMALL_MINOR", default=170_000)
