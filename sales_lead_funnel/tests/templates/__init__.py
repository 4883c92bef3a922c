from . import test_template
from . import test_template_contents
