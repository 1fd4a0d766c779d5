"""What the admin of every app is built from.

``site`` is the admin itself with its start page, ``queues`` what waits for staff, ``models`` and
``inlines`` the bases of model admins (bounded lists, autocompletes, read-only history), ``display``
columns, ``fields`` form fields, ``actions`` the buttons that call services.
"""
