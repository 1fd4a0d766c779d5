"""Signals that the apps above may receive."""

from django.dispatch import Signal

# Sent with ``user`` and ``request`` once somebody has signed in on the site, when their session is
# already the new one. The basket of the visitor they were is merged by orders.
visitor_signed_in = Signal()

# Sent with ``user`` and ``request`` once a program has signed somebody in and gets tokens. It has no
# session; the basket it names in a header is merged by orders.
program_signed_in = Signal()

# Sent with ``seller`` when the checklist of a shop is worked out. The apps above return their items, a
# list of ``accounts.selectors.checklist.Item``.
checklist_asked = Signal()
