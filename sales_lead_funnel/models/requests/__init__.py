from . import funnel_stage_approval
from . import funnel_stage_approval_brief
from . import funnel_resource_request
