from . import test_metrics
from . import test_metrics_access
from . import test_metrics_losses
