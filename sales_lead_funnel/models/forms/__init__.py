from . import ir_fields_converter
from . import base_import
from . import funnel_form_import
from . import funnel_followup
from . import funnel_evaluation
from . import crm_lead
