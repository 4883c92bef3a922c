from . import funnel_stage_episode
from . import funnel_metrics
from . import funnel_metrics_base
from . import funnel_metrics_leads
from . import funnel_metrics_stages
from . import funnel_metrics_losses
