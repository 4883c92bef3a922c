from . import funnel_demo, funnel_demo_work
