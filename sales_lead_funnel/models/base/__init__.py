from . import calendar
from . import derived
from . import handed_in
from . import intake
from . import optional_number
from . import zones
