"""The benchmark: both sides of each comparison in one run, in turns.

``driver`` runs it, ``cases`` holds what is measured, ``databases`` the data,
``workers`` the processes of Odoo, ``figures`` and ``report`` the results. What runs
inside Odoo is in ``inside``.
"""
