from . import test_import_register
from . import test_ledger_paths
from . import test_ledger_property
from . import test_metrics
from . import test_register
from . import test_same_client
from . import test_tours
