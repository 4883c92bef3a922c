from . import test_glance
from . import test_performance
from . import test_tours
from . import test_tours_gates
from . import test_tours_work
