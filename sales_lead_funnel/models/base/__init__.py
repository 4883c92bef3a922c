from . import calendar
from . import derived
from . import handed_in
from . import intake
