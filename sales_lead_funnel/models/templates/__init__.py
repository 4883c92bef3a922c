from . import funnel_template
from . import funnel_template_stage
from . import funnel_template_criterion
