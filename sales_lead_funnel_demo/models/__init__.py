from . import funnel_demo_work
from . import funnel_demo_gates
from . import funnel_demo_clocks
from . import funnel_demo
