from . import test_my_day
from . import test_my_day_gates
