"""The sandbox provider: behaves like a real one, and moves no money.

``bank`` is the provider's side with its own books (SandboxPayment); ``client`` is ours, the only
one that the rest of orders knows; ``signatures`` is what both sides must agree on; ``pages`` is the
provider's own payment page.
"""
