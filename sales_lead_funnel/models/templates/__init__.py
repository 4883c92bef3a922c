from . import funnel_template
