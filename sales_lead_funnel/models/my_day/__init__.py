from . import funnel_my_day
from . import funnel_my_day_lists
from . import funnel_my_day_rows
