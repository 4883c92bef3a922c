from . import test_ledger_paths
from . import test_ledger_property
from . import test_metrics
from . import test_tours
