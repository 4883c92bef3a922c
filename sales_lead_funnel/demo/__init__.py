from . import funnel_demo, funnel_demo_gates, funnel_demo_work
