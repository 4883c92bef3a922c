from . import test_client_follows
from . import test_obtained
from . import test_register
from . import test_same_client
