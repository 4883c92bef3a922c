from . import test_ledger_paths
