from . import test_gate_approval
from . import test_gate_approval_brief
from . import test_resource_request
