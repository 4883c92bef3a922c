from . import test_import_dialog
from . import test_import_files
from . import test_import_followups
from . import test_import_register
from . import test_import_words
