from . import test_decider
from . import test_decision
from . import test_work_access
from . import test_work_merge
