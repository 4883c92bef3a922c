from . import test_cadence
from . import test_followup
from . import test_followup_dialog
from . import test_plan
from . import test_plan_follows
from . import test_planned_activities
