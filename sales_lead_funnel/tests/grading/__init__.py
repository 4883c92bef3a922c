from . import test_better_grade
from . import test_grade
from . import test_regrade
from . import test_scorecard
