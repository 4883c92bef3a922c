"""What runs inside Odoo: the worker, and the tasks it is asked to do.

A task is a function whose first argument is the ``Session``; it returns JSON.
"""
