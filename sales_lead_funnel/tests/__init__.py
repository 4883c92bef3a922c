from . import test_ledger_paths
from . import test_ledger_property
