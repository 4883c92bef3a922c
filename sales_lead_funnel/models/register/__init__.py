from . import crm_lead
from . import crm_lead_client
from . import crm_lead_number
from . import ir_sequence
from . import base_partner_merge
from . import crm_lead_bought
from . import crm_lead_obtained
from . import crm_lead_zone
